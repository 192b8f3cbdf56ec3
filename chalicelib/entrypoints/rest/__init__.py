"""The HTTP API: routes in demos, catalog and about; the protocol itself in http."""

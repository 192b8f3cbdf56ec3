"""The HTTP API: routes in demos, shares and about; protocol in http; description in openapi."""

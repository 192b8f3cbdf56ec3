"""What schemathesis sends to the service, and what it may find: its settings and its hooks."""

"""The HTTP API: a module of routes for each subject; HTTP itself in http.py."""

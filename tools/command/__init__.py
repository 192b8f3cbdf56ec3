"""The `demo` command: the HTTP API from a terminal and from CI (docs/command.md).

It knows the service by its HTTP API alone and imports nothing of it, so it can be installed
where the service is not.
"""

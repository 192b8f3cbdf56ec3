"""Requests from Slack, handled by the same use cases as those over HTTP."""

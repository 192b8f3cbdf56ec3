"""Slack on this machine: a stand-in for its Web API, a workspace, and what `make slack` shows."""

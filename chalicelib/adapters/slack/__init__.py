"""Slack: its Web API, its credentials, and the items of the table that belong to it."""

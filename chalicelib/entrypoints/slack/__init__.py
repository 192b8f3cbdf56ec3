"""Slack: what people type and press, and what they read, around the use cases of services/."""

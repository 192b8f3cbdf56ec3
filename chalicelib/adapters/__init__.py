"""AWS and Slack behind the ports."""

"""What somebody may ask for in Slack, carried out by the same use cases as over HTTP."""

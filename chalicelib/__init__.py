"""Stelligent Demo: AWS demo environments that arrive in minutes and remove themselves."""

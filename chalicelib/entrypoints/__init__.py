"""The ways in: each handler parses, calls one use case and renders."""

"""A mutation run: break the code, one place at a time, and see whether a test notices."""

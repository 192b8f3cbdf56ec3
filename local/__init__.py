"""Runs the whole service on this machine: emulator, identity provider, package, deploy."""

"""AWS on this machine: the pinned MiniStack, extended in its own process.

`process.Emulator` starts and stops it, `local.control.Control` steers it while it
runs, and `README.md` beside this file says what it records without emulating and where
it still differs from AWS.
"""

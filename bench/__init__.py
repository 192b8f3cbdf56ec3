"""What this service promises, measured on the emulator and reported as ratios."""

"""What this service promises, measured on the emulator and told as ratios."""

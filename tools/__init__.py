"""What this repository is checked and built with, and what never runs on AWS."""

"""Asks an AWS account, before the first demo, whether a demo would come up and go again there."""

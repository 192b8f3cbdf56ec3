"""The use cases: each a few steps over the ports, knowing nothing of AWS or HTTP."""

"""The whole service over in-memory ports and a virtual clock, with faults put in on purpose."""

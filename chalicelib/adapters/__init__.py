"""The world: AWS behind the ports, and the fakes that stand in for it."""

"""What tests share: the simulation of the whole service in virtual time."""

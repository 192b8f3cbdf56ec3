"""What tests share: fakes of every port, and the simulation of the service in virtual time."""

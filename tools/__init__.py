"""What packages, deploys and checks the service, and never runs on AWS itself."""

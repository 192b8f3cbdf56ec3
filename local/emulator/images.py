"""The public parameters that name Amazon's current machine images.

The parameter names are AWS's (Amazon Linux 2023 user guide, "Launching using SSM"; ECS
developer guide, "Retrieving ECS-optimized Linux AMI metadata"); the image ids are made up.
"""

from local.patching import pinned

_AL2023 = "/aws/service/ami-amazon-linux-latest/al2023-ami-"
_ECS = "/aws/service/ecs/optimized-ami/amazon-linux-2023/"

IMAGES = {
    f"{_AL2023}kernel-default-x86_64": "ami-0c2023a1b2c3d4e5f",
    f"{_AL2023}kernel-default-arm64": "ami-0c2023a1b2c3d4e50",
    f"{_AL2023}kernel-6.1-x86_64": "ami-0c2023a1b2c3d4e5f",
    f"{_AL2023}kernel-6.1-arm64": "ami-0c2023a1b2c3d4e50",
    f"{_AL2023}minimal-kernel-default-x86_64": "ami-0c2023a1b2c3d4e51",
    f"{_ECS}recommended/image_id": "ami-0ec5202300000000a",
    f"{_ECS}arm64/recommended/image_id": "ami-0ec5202300000000b",
}


def install() -> None:
    """Add the images to those MiniStack knows."""
    pinned("ministack.services.ssm._PUBLIC_AMI_PARAMETERS").update(IMAGES)

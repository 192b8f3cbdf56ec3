"""The public parameters that name the current ECS images; MiniStack has Amazon Linux's alone.

Their names are AWS's (ECS developer guide, "Retrieving ECS-optimized Linux AMI metadata"); the
image ids are made up.
"""

from local.patching import pinned

_ECS = "/aws/service/ecs/optimized-ami/amazon-linux-2023/"
IMAGES = {
    f"{_ECS}recommended/image_id": "ami-0ec5202300000000a",
    f"{_ECS}arm64/recommended/image_id": "ami-0ec5202300000000b",
}


def install() -> None:
    """Add the images to those MiniStack knows."""
    pinned("ministack.services.ssm._PUBLIC_AMI_PARAMETERS").update(IMAGES)

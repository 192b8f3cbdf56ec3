"""Elastic Beanstalk's platforms and their fake."""

import re

import pytest

from chalicelib.adapters.platforms import SolutionStacks
from chalicelib.core.errors import Rejected
from chalicelib.services.ports.targets import Platforms
from testkit.fakes.platforms import MemoryPlatforms

from .conftest import REGION

DOCKER = "64bit Amazon Linux 2023 v* running Docker"


@pytest.fixture(params=["memory", "moto"])
def platforms(request: pytest.FixtureRequest) -> Platforms:
    if request.param == "memory":
        known = MemoryPlatforms(REGION)
        known.solution_stacks = [DOCKER.replace("*", v) for v in ("4.9.3", "4.13.5")]
        return known
    request.getfixturevalue("aws")
    return SolutionStacks(REGION)


def test_the_newest_is_named_in_full(platforms: Platforms) -> None:
    """With its version, as CreateEnvironment takes it."""
    assert re.fullmatch(
        r"64bit Amazon Linux 2023 v[\d.]+ running Docker", platforms.newest(DOCKER)
    )


def test_a_platform_that_is_not_there_is_refused(platforms: Platforms) -> None:
    """Trying again finds it no more, so the error says which was looked for and is final."""
    with pytest.raises(Rejected, match=f"no platform 'BeOS v. running Docker' in {REGION}"):
        platforms.newest("BeOS v* running Docker")

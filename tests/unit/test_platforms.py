"""The newest platform is the one with the highest version of its own kind."""

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.platforms import newest

DOCKER = "64bit Amazon Linux 2023 v* running Docker"
VERSIONS = st.lists(st.tuples(*[st.integers(0, 99)] * 3), min_size=1, unique=True)


def test_versions_are_numbers() -> None:
    """4.13 is newer than 4.9, and another platform's version counts for nothing."""
    names = [
        "64bit Amazon Linux 2023 v4.9.3 running Docker",
        "64bit Amazon Linux 2023 v4.13.5 running Docker",
        "64bit Amazon Linux 2023 v5.1.0 running ECS",
        "64bit Amazon Linux 2 v9.0.0 running Docker",
        "64bit Amazon Linux 2023 v9.0.0 running Docker (beta)",
    ]
    assert names[1] == newest(names, DOCKER)


def test_none_fits() -> None:
    """Where no name fits there is nothing to take."""
    assert newest(["64bit Amazon Linux 2023 v4.5.3 running ECS"], DOCKER) is None


@given(VERSIONS)
def test_order_does_not_matter(versions: list[tuple[int, ...]]) -> None:
    """Whatever order the names are listed in, the highest version is found."""
    names = [DOCKER.replace("*", ".".join(map(str, v))) for v in versions]
    highest = DOCKER.replace("*", ".".join(map(str, max(versions))))
    assert highest == newest(names, DOCKER) == newest(sorted(names), DOCKER)

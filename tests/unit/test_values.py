"""Values that are changed by making others of them."""

import dataclasses

import pytest

from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.values import replace


def test_it_makes_what_dataclasses_make() -> None:
    """And leaves the value itself as it was."""
    value = ComponentStatus(name="vpc", outputs={"VpcId": "1"})
    changed = replace(value, status=Status.READY, attempts=2)
    assert dataclasses.replace(value, status=Status.READY, attempts=2) == changed
    assert (Status.PENDING, 0) == (value.status, value.attempts)
    assert value.outputs is changed.outputs


def test_a_field_that_there_is_not_is_refused() -> None:
    """As a misspelt one would be forgotten."""
    with pytest.raises(AttributeError, match="staus"):
        replace(ComponentStatus(name="vpc"), staus=Status.READY)  # type: ignore[call-arg]


@dataclasses.dataclass(frozen=True)
class Even:
    number: int

    def __post_init__(self) -> None:
        assert not self.number % 2


def test_what_is_checked_when_it_is_made_is_refused() -> None:
    """Else it would not be checked when it is changed."""
    with pytest.raises(TypeError, match="Even checks"):
        replace(Even(2), number=3)

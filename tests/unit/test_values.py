"""Values that are changed by making others of them."""

import dataclasses

import pytest

from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.demo import Demo
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


@pytest.mark.parametrize("kind", [ComponentStatus, Demo])
def test_nothing_is_checked_when_these_are_made(kind: type[object]) -> None:
    """Else it would not be checked when they are changed."""
    assert not hasattr(kind, "__post_init__")
    assert all(field.init for field in dataclasses.fields(kind))  # type: ignore[arg-type]

"""Numbered quota slots: never more than the maximum, and none left unused."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.quotas import open_slots


@pytest.mark.parametrize(
    ("taken", "maximum", "unnumbered", "free"),
    [
        ([], 3, 0, (0, 1, 2)),
        ([1], 3, 0, (0, 2)),
        ([0, 1, 2], 3, 0, ()),
        ([], 0, 0, ()),
        ([7, 8], 3, 0, (0,)),  # the maximum was lowered
        ([2, 7], 3, 0, (0,)),
        ([0, 7, 8, 9], 3, 0, ()),
        ([], 3, 2, (0,)),  # an earlier release's
        ([0], 3, 2, ()),
        ([], 3, 5, ()),
    ],
)
def test_slots_are_open_below_a_bound(
    taken: list[int], maximum: int, unnumbered: int, free: tuple[int, ...]
) -> None:
    """As many as the maximum leaves, wherever the others are."""
    assert free == open_slots(taken, maximum, unnumbered=unnumbered)


@given(st.sets(st.integers(0, 15)), st.integers(0, 10), st.integers(0, 4))
def test_a_slot_is_open_while_there_is_room(
    taken: set[int], maximum: int, unnumbered: int
) -> None:
    """And none when there is not."""
    room = max(0, maximum - len(taken) - unnumbered)
    found = open_slots(taken, maximum, unnumbered=unnumbered)
    assert (room > 0) == bool(found)
    assert taken.isdisjoint(found)


@given(st.data())
def test_whatever_was_read_before_the_maximum_holds(data: st.DataObject) -> None:
    """Requests read, others take and give back, and each takes what it had read as open."""
    maximum = data.draw(st.integers(1, 5))
    taken = data.draw(st.sets(st.integers(0, 9), max_size=8))
    unnumbered = data.draw(st.integers(0, 3))
    before = max(maximum, len(taken) + unnumbered)
    read: list[int] = []
    for _ in range(data.draw(st.integers(0, 30))):
        match data.draw(st.sampled_from(["read", "take", "give back", "give back unnumbered"])):
            case "read":
                found = open_slots(taken, maximum, unnumbered=unnumbered)
                read += [data.draw(st.sampled_from(found))] if found else []
            case "take" if read:
                taken.add(read.pop(data.draw(st.integers(0, len(read) - 1))))
            case "give back" if taken:
                taken.remove(data.draw(st.sampled_from(sorted(taken))))
            case "give back unnumbered":
                unnumbered = max(0, unnumbered - 1)
        before = max(maximum, min(before, len(taken) + unnumbered))
        assert len(taken) + unnumbered <= before


def test_slots_without_a_number_are_none_unless_given() -> None:
    """All below the maximum are open but those taken."""
    assert (0, 2) == open_slots([1], 3)

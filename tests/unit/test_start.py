"""When a demo begins that is to be ready at a later moment."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.policy import LeaseLimits
from chalicelib.core.start import (
    MARGIN,
    held_back,
    ready_by_faults,
    rescheduled,
    start_of,
    start_of_demo,
)

from .builders import NOW, component, demo, minutes

AHEAD = LeaseLimits().ahead
SECONDS = st.integers(1, int(AHEAD.total_seconds())).map(lambda s: NOW + timedelta(seconds=s))
USUAL = st.floats(0, 240)
TTL = st.integers(1, 72 * 60).map(minutes)


@given(SECONDS, USUAL, TTL)
def test_a_demo_never_begins_in_the_past(by: datetime, usual: float, ttl: timedelta) -> None:
    """It waits where there is more time than it usually takes, and begins at once otherwise."""
    start = start_of(by, minutes=usual, ttl=ttl, now=NOW)
    room = by - NOW > minutes(usual) + MARGIN
    assert room == (start.starts_at is not None)
    if start.starts_at is not None:
        assert NOW < start.starts_at
        assert by == start.starts_at + minutes(usual) + MARGIN


@given(SECONDS, USUAL, TTL)
def test_its_lease_begins_when_it_is_to_be_ready(
    by: datetime, usual: float, ttl: timedelta
) -> None:
    """However long it is made before, or after."""
    start = start_of(by, minutes=usual, ttl=ttl, now=NOW)
    assert (by, by + ttl) == (start.ready_by, start.expires_at)


@given(SECONDS, USUAL)
def test_it_is_late_only_where_the_time_is_too_short(by: datetime, usual: float) -> None:
    """By whole minutes, and never by fewer than it would be."""
    start = start_of(by, minutes=usual, ttl=minutes(60), now=NOW)
    late = NOW + minutes(usual) - by
    assert (late > timedelta(0)) == (start.minutes_late > 0)
    assert late <= minutes(start.minutes_late)
    assert not start.minutes_late or late > minutes(start.minutes_late - 1)


def test_the_longest_path_of_what_is_required_counts() -> None:
    """What runs beside it adds nothing, nor what is only wanted or no part any more."""
    parts = (
        component("vpc", typical_minutes=3),
        component("sg", "vpc", typical_minutes=2),
        component("rds", "sg", typical_minutes=12),
        component("s3", "rds", wants=("rds",), typical_minutes=1),
        component("old", "rds", typical_minutes=90),
    )
    by = NOW + minutes(120)
    wanted = demo(*parts, requested_components=("rds", "s3"), ready_by=by)
    start = start_of_demo(wanted, NOW)
    assert start is not None
    assert by - minutes(17) - MARGIN == start.starts_at


def test_a_demo_that_could_be_ready_too_early_waits() -> None:
    """No loop has been started for it, and none should run."""
    early = demo(component("vpc", typical_minutes=3), ready_by=NOW + minutes(60))
    waiting = held_back(early, NOW)
    assert (NOW + minutes(47), 0, False) == (
        waiting.starts_at,
        waiting.generation,
        waiting.looping,
    )
    assert waiting.waiting
    assert "waiting until 2026-01-05 09:47 UTC, to be ready by 2026-01-05 10:00 UTC" == (
        waiting.reason
    )


@pytest.mark.parametrize(
    ("by", "told"),
    [(13, "begins at once, to be ready by"), (2, "09:02 UTC, probably 1 min late")],
)
def test_a_demo_without_the_time_begins_at_once(by: int, told: str) -> None:
    """As any other, and says how late it will probably be."""
    soon = held_back(demo(component("vpc", typical_minutes=3), ready_by=NOW + minutes(by)), NOW)
    assert (None, 1, True, False) == (
        soon.starts_at,
        soon.generation,
        soon.looping,
        soon.waiting,
    )
    assert told in soon.reason


def test_a_demo_without_a_moment_is_left_as_it_is() -> None:
    """It begins at once, and its lease with it."""
    usual = demo(component("vpc"))
    assert usual is held_back(usual, NOW)
    assert NOW == usual.lease_begins == usual.begins_at
    assert usual is rescheduled(usual, NOW, ready_by=NOW + minutes(60))


@given(by=SECONDS, moved=SECONDS, ttl=TTL, at_once=st.booleans())
def test_a_start_that_moves_keeps_the_leases_length(
    by: datetime, moved: datetime, ttl: timedelta, *, at_once: bool
) -> None:
    """Earlier, later or at once; and never to a moment that has passed."""
    first = demo(component("vpc", typical_minutes=3), ready_by=by, expires_at=by + ttl)
    waiting = held_back(first, NOW)
    later = NOW + minutes(1)
    after = rescheduled(waiting, later, ready_by=moved, at_once=at_once)
    if not waiting.waiting:
        assert after is waiting
        return
    assert ttl == after.expires_at - after.lease_begins
    assert after.starts_at is not None
    assert after.starts_at >= later
    assert (None if at_once else moved) == after.ready_by


@pytest.mark.parametrize(
    ("by", "fault"),
    [
        (NOW, "must lie in the future"),
        (NOW + AHEAD, None),
        (NOW + AHEAD + timedelta(seconds=1), "must be at most 336 hours from now"),
    ],
)
def test_a_moment_that_cannot_be_kept_is_refused(by: datetime, fault: str | None) -> None:
    """The past, and what is further ahead than the operator allows."""
    found = [*ready_by_faults(by, NOW, LeaseLimits())]
    assert [fault] * bool(fault) == [problem.message for problem in found]
    assert {"ready_by"} >= {problem.field for problem in found}


def test_the_lease_of_a_demo_that_was_begun_early_begins_then() -> None:
    """Not when it was requested, which may be days ago."""
    waiting = held_back(demo(component("vpc"), ready_by=NOW + minutes(600)), NOW)
    begun = rescheduled(waiting, NOW + minutes(5), at_once=True)
    assert NOW + minutes(5) == begun.lease_begins == begun.begins_at

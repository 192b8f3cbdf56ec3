"""The lease: its caps, and warnings that are each given once."""

from datetime import timedelta

import pytest

from chalicelib.core.errors import InvalidRequest, WrongState
from chalicelib.core.lease import moved_expiry, next_warning, still_given, ttl_fault, warnings_due
from chalicelib.core.policy import LeaseLimits

from .builders import NOW, minutes

LIMITS = LeaseLimits()
HOUR = timedelta(hours=1)


def test_a_lease_may_be_as_long_as_the_cap() -> None:
    """72 hours are allowed, a second more is not."""
    assert ttl_fault(72 * HOUR, LIMITS) is None
    assert "at most 72 hours" in str(ttl_fault(72 * HOUR + timedelta(seconds=1), LIMITS))


def test_a_lease_moves_both_ways() -> None:
    """Extending and shortening are the same request."""
    for wanted in (NOW + HOUR, NOW + 72 * HOUR):
        moved = moved_expiry(now=NOW, begins=NOW, wanted=wanted, quotas=LIMITS)
        assert wanted == moved


def test_a_lease_does_not_end_in_the_past() -> None:
    """Whoever wants that deletes."""
    with pytest.raises(InvalidRequest, match="future"):
        moved_expiry(now=NOW, begins=NOW, wanted=NOW, quotas=LIMITS)


@pytest.mark.parametrize(("age", "hours"), [(0, 73), (6 * 24, 25)])
def test_a_refusal_names_the_numbers(age: int, hours: int) -> None:
    """At most 72 hours from now, and 168 in all."""
    created = NOW - age * HOUR
    with pytest.raises(WrongState, match=r"72 hours from now and 168 hours in total") as refused:
        moved_expiry(now=NOW, begins=created, wanted=NOW + hours * HOUR, quotas=LIMITS)
    assert NOW + (hours - 1) * HOUR == refused.value.until


def test_warnings_longer_than_the_lease_are_skipped() -> None:
    """A demo of an hour is warned of half an hour before its end, and not at its start."""
    end = NOW + HOUR
    assert () == warnings_due(NOW, NOW, end, frozenset())
    assert (30,) == warnings_due(NOW + minutes(30), NOW, end, frozenset())


def test_a_warning_as_long_as_the_lease_is_skipped() -> None:
    """It would come with the demo itself."""
    end = NOW + 2 * HOUR
    assert () == warnings_due(NOW, NOW, end, frozenset())
    assert end - minutes(30) == next_warning(NOW, end, frozenset())


def test_a_warning_is_given_once() -> None:
    """What was given is not due again."""
    end = NOW + 3 * HOUR
    assert () == warnings_due(NOW + HOUR, NOW, end, frozenset({120}))


def test_the_next_warning_is_the_earliest_not_given() -> None:
    """And the end itself when there is none left."""
    end = NOW + 3 * HOUR
    assert NOW + HOUR == next_warning(NOW, end, frozenset())
    assert end - minutes(30) == next_warning(NOW, end, frozenset({120}))
    assert end == next_warning(NOW, end, frozenset({120, 30}))


def test_extending_gives_again_only_what_lies_ahead() -> None:
    """An hour more on a lease of days does not warn of a day again."""
    given = frozenset({1440, 120})
    assert given == still_given(NOW, NOW + HOUR, given)
    assert frozenset({1440}) == still_given(NOW, NOW + 3 * HOUR, given)
    assert frozenset() == still_given(NOW, NOW + 30 * HOUR, given)


def test_a_warning_that_is_due_at_this_moment_stays_given() -> None:
    """Else extending a lease to just there would warn at once."""
    assert frozenset({120}) == still_given(NOW, NOW + 2 * HOUR, frozenset({120}))

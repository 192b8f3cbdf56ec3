"""A time of day becomes the moment that it is where somebody is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.local_time import LocalTime

TIMES = st.builds(
    LocalTime,
    hour=st.integers(0, 23),
    minute=st.integers(0, 59),
    weekday=st.none() | st.integers(0, 6),
    tomorrow=st.booleans(),
)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"])
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(TIMES, MOMENTS, ZONES)
def test_the_moment_is_the_next_at_which_the_clock_shows_it(
    time: LocalTime, now: datetime, zone: str
) -> None:
    """It lies ahead, within a week and a day, on that weekday, as a clock there shows it."""
    moment = time.after(now, ZoneInfo(zone))
    there = moment.astimezone(ZoneInfo(zone))
    assert now - timedelta(hours=1) < moment <= now + timedelta(days=8)
    # An hour that the clocks leave out in spring is shown as the one after it.
    assert (there.hour - time.hour) % 24 in (0, 1)
    assert time.weekday in (None, there.weekday())


def test_clocks_that_change_meanwhile_are_counted() -> None:
    """Nine in Berlin is nine there, though the night before has an hour less."""
    now = datetime(2026, 3, 28, 12, tzinfo=UTC)
    moment = LocalTime(hour=9, tomorrow=True).after(now, ZoneInfo("Europe/Berlin"))
    assert datetime(2026, 3, 29, 7, tzinfo=UTC) == moment


def test_a_time_that_is_past_today_is_tomorrows() -> None:
    """And a weekday's is the next week's."""
    friday = datetime(2026, 1, 9, 12, tzinfo=UTC)
    assert friday.replace(hour=9) + timedelta(days=1) == LocalTime(hour=9).after(friday, UTC)
    next_week = LocalTime(hour=9, weekday=4).after(friday, UTC)
    assert friday.replace(hour=9) + timedelta(days=7) == next_week


def test_a_time_names_the_whole_hour_unless_it_says_minutes() -> None:
    """Whatever the seconds are now; today, if it is still ahead."""
    now = datetime(2026, 1, 9, 12, 34, 56, 789, tzinfo=UTC)
    assert datetime(2026, 1, 9, 17, tzinfo=UTC) == LocalTime(hour=17).after(now, UTC)
    later = LocalTime(hour=17, minute=5).after(now, UTC)
    assert datetime(2026, 1, 9, 17, 5, tzinfo=UTC) == later

"""Durations as people write and read them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.core.durations import in_hours, in_words, parse

MINUTE, HOUR, DAY = 60, 3600, 86_400


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (61, "61 s"),
        (89, "89 s"),
        (90, "2 min"),
        (59 * MINUTE, "59 min"),
        (HOUR, "1 h"),
        (89 * MINUTE, "89 min"),
        (90 * MINUTE, "1.5 h"),
        (47.9 * HOUR, "47.9 h"),
        (2 * DAY - 10, "48 h"),
        (2 * DAY, "2 days"),
        (60 * HOUR, "2.5 days"),
    ],
)
def test_a_duration_is_read_in_the_unit_people_would_choose(seconds: float, words: str) -> None:
    """Seconds and minutes until ninety of them, hours until two days; a whole one is called so."""
    assert words == in_words(timedelta(seconds=seconds))


@given(st.integers(0, 400 * DAY))
@example(90)
def test_words_are_near_what_they_say(seconds: int) -> None:
    """Whatever is rounded away is at most a third of it."""
    number, unit = in_words(timedelta(seconds=seconds)).split()
    read = float(number) * {"s": 1, "min": MINUTE, "h": HOUR, "days": DAY}[unit]
    assert abs(read - seconds) <= seconds / 3


@pytest.mark.parametrize(
    ("word", "hours"),
    [
        ("2h30m", 2.5),
        ("90m", 1.5),
        ("1,5h", 1.5),
        ("3", 3),
        ("1d", 24),
        ("3days", 72),
        ("2weeks", 336),
    ],
)
def test_a_written_duration_is_understood(word: str, hours: float) -> None:
    """A number alone is in hours, unless its place says otherwise."""
    assert timedelta(hours=hours) == parse(word)


@pytest.mark.parametrize(
    ("words", "hours"),
    [
        ("30m 30min 30mins 30minute 30minutes", 0.5),
        ("2h 2hr 2hrs 2hour 2hours", 2),
        ("2d 2day 2days", 48),
        ("2w 2week 2weeks", 336),
    ],
)
def test_every_spelling_of_a_unit_means_the_same(words: str, hours: float) -> None:
    """Short or long, one or many."""
    assert {timedelta(hours=hours)} == {parse(word) for word in words.split()}


@pytest.mark.parametrize("word", ["", "h", "2x", "2h3x", "-1h", "٢h", "123456h"])
def test_what_is_no_duration_is_none(word: str) -> None:
    """It may be a name."""
    assert parse(word) is None


def test_hours_are_written_without_a_unit() -> None:
    """As the API takes them."""
    assert ("4", "0.5") == (in_hours(timedelta(hours=4)), in_hours(timedelta(minutes=30)))

"""Durations as people write and read them: 2h, 90 min, 1.5 days."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Final

_UNITS: Final = {
    "m": timedelta(minutes=1),
    "min": timedelta(minutes=1),
    "mins": timedelta(minutes=1),
    "minute": timedelta(minutes=1),
    "minutes": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "hr": timedelta(hours=1),
    "hrs": timedelta(hours=1),
    "hour": timedelta(hours=1),
    "hours": timedelta(hours=1),
    "d": timedelta(days=1),
    "day": timedelta(days=1),
    "days": timedelta(days=1),
    "w": timedelta(weeks=1),
    "week": timedelta(weeks=1),
    "weeks": timedelta(weeks=1),
}
_NUMBER: Final = r"[0-9]{1,5}(?:[.,][0-9]{1,4})?"
_PART: Final = re.compile(rf"({_NUMBER})([a-z]+)")
_WHOLE: Final = re.compile(rf"(?:{_NUMBER}[a-z]+)+")
_BARE: Final = re.compile(_NUMBER)
_MINUTE: Final = 60
_SECONDS_UNTIL: Final = 90
_MINUTES_UNTIL: Final = 90
_HOURS_UNTIL: Final = 48


def is_unit(word: str) -> bool:
    """Return whether a word is a unit of time."""
    return word in _UNITS


def is_number(word: str) -> bool:
    """Return whether a word is a number without a unit."""
    return _BARE.fullmatch(word) is not None


def looks_like_duration(word: str) -> bool:
    """Return whether a word is written as a duration is: numbers, each with letters behind it."""
    return _WHOLE.fullmatch(word) is not None


def parse(word: str, unit: str = "h") -> timedelta | None:
    """Return a duration such as 2h30m; a bare number is in `unit`. None for any other word."""
    if is_number(word):
        return _number(word) * _UNITS[unit]
    if not looks_like_duration(word):
        return None
    parts = _PART.findall(word)
    if any(name not in _UNITS for _, name in parts):
        return None
    return sum((_number(n) * _UNITS[name] for n, name in parts), timedelta())


def _number(text: str) -> float:
    return float(text.replace(",", "."))


def in_words(length: timedelta) -> str:
    """Return a duration in the unit that people would choose: 40 s, 12 min, 4 h, 3 days."""
    seconds = max(0, round(length.total_seconds()))
    if seconds < _SECONDS_UNTIL and seconds != _MINUTE:
        return f"{seconds} s"
    minutes = round(seconds / _MINUTE)
    if minutes < _MINUTES_UNTIL and minutes % 60:
        return f"{minutes} min"
    hours = seconds / 3600
    if hours < _HOURS_UNTIL:
        return f"{round(hours, 1):g} h"
    return f"{round(hours / 24, 1):g} days"


def in_hours(length: timedelta) -> str:
    """Return a duration as a number of hours: 4, 0.5."""
    return f"{length.total_seconds() / 3600:g}"

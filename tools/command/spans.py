"""Lengths and moments as they are typed: 8h, 90m, 1h30m, 17:30, 2026-12-01T09:00."""

from __future__ import annotations

import argparse
import re
from datetime import datetime, timedelta
from typing import Final

_UNITS: Final = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
}
_PART: Final = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,4})?)([smhd])")
_WHOLE: Final = re.compile(rf"(?:{_PART.pattern})+")
_CLOCK: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")
_HOUR: Final = timedelta(hours=1)


def length(text: str) -> timedelta:
    """Read a length such as 8h or 1h30m; a number without its unit is refused."""
    if not _WHOLE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no length: give it as 8h, 90m, 1h30m or 2d")
    found = sum((float(n) * _UNITS[unit] for n, unit in _PART.findall(text)), timedelta())
    if not found:
        raise argparse.ArgumentTypeError("must be longer than nothing")
    return found


def moment(text: str, now: datetime | None = None) -> datetime:
    """Read a time of day, the next such, or a date with its time; here unless it has a zone."""
    here = now or datetime.now().astimezone()
    if clock := _CLOCK.fullmatch(text):
        today = here.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
        return today if today > here else today + timedelta(days=1)
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError) as error:
        message = f"{text!r} is no moment: give it as 17:30, or as 2026-12-01T17:30"
        raise argparse.ArgumentTypeError(message) from error


def hours(span: timedelta) -> float:
    """Return a length in hours, as the API takes it."""
    return round(span / _HOUR, 4)


def in_words(span: timedelta) -> str:
    """Return a length in the unit that people would choose: 40 s, 12 min, 4 h, 3 days."""
    seconds = max(0.0, span.total_seconds())
    for limit, unit, name in ((90, 1, "s"), (90 * 60, 60, "min"), (48 * 3600, 3600, "h")):
        if seconds < limit:
            return f"{round(seconds / unit, 1 if name == 'h' else None):g} {name}"
    return f"{round(seconds / 86400, 1):g} days"

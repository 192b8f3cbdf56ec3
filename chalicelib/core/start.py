"""When the making of a demo begins that is to be ready at a later moment.

Until then it waits: nothing is made, and nothing is paid for. It begins as early as its components
usually take, and a margin earlier; where that is not later than now, at once, as any other.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.demo import Demo
from chalicelib.core.durations import in_hours
from chalicelib.core.errors import FieldProblem
from chalicelib.core.graph import minutes_in_all
from chalicelib.core.policy import LeaseLimits
from chalicelib.core.values import replace

MARGIN: Final = timedelta(minutes=10)
"""Two sweeps: one that begins it late, and one for components that are slower than usual."""
FIELD: Final = "ready_by"


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """When a demo begins so that it is ready in time; `starts_at` is None where that is at once.

    `minutes_late` is how late it is probably ready all the same; 0 when it is in time.
    """

    ready_by: datetime
    starts_at: datetime | None
    expires_at: datetime
    minutes_late: int


def start_of(ready_by: datetime, *, minutes: float, ttl: timedelta, now: datetime) -> Start:
    """Return when a demo begins that usually takes so many minutes."""
    usual = timedelta(minutes=minutes)
    begins = ready_by - usual - MARGIN
    return Start(
        ready_by=ready_by,
        starts_at=begins if begins > now else None,
        expires_at=ready_by + ttl,
        minutes_late=max(0, math.ceil((now + usual - ready_by) / timedelta(minutes=1))),
    )


def ready_by_faults(
    ready_by: datetime | None, now: datetime, limits: LeaseLimits
) -> Iterator[FieldProblem]:
    """Yield why a demo cannot be requested to be ready by then."""
    if ready_by is None:
        return
    if ready_by <= now:
        yield FieldProblem(FIELD, "must lie in the future")
    elif ready_by > now + limits.ahead:
        yield FieldProblem(FIELD, f"must be at most {in_hours(limits.ahead)} hours from now")


def start_of_demo(demo: Demo, now: datetime) -> Start | None:
    """Return when a demo of which nothing is there begins; None where it has no moment to keep."""
    if demo.ready_by is None:
        return None
    members = demo.members
    there = {n: c for n, c in demo.components.items() if n in members}
    minutes = minutes_in_all(
        {n: c.requires for n, c in there.items()},
        {n: c.typical_minutes for n, c in there.items()},
    )
    length = demo.expires_at - demo.ready_by
    return start_of(demo.ready_by, minutes=minutes, ttl=length, now=now)


def held_back(demo: Demo, now: datetime) -> Demo:
    """Return a new demo as one that waits, if it is to be ready later than it could be."""
    start = start_of_demo(demo, now)
    if start is None:
        return demo
    told = replace(demo, reason=_in_words(start))
    if start.starts_at is None:
        return told
    return replace(told, starts_at=start.starts_at, generation=0, looping=False)


def rescheduled(
    demo: Demo, now: datetime, *, ready_by: datetime | None = None, at_once: bool = False
) -> Demo:
    """Return a demo that waits with its start where that belongs now; any other as it is.

    It moves with `ready_by`, and where what it is made of has changed. Its lease keeps its length.
    """
    if not demo.waiting:
        return demo
    length = demo.expires_at - demo.lease_begins
    if at_once:
        began = replace(demo, ready_by=None, starts_at=now, expires_at=now + length)
        return replace(began, reason="begun at once, not at its time")
    by = ready_by or demo.lease_begins
    moved = replace(
        demo,
        ready_by=by,
        expires_at=by + length,
        components={n: c for n, c in demo.components.items() if n in demo.members},
    )
    if start := start_of_demo(moved, now):
        moved = replace(moved, starts_at=start.starts_at or now)
    return replace(moved, reason=_in_words(start)) if start and moved != demo else demo


def _in_words(start: Start) -> str:
    by = f"to be ready by {_utc(start.ready_by)}"
    if start.starts_at is not None:
        return f"waiting until {_utc(start.starts_at)}, {by}"
    late = f", probably {start.minutes_late} min late" if start.minutes_late else ""
    return f"begins at once, {by}{late}"


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"

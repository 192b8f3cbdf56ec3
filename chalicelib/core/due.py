"""When the sweep next has anything to do for a demo."""

from __future__ import annotations

from datetime import datetime, timedelta

from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.lease import next_warning
from chalicelib.core.values import replace


def due_at(demo: Demo, *, watchdog: timedelta) -> datetime | None:
    """Return the earliest of its start, a warning, its end, the watchdog's time, a retry, a look.

    A demo whose lease is over stays due until it is deleted, so that each sweep counts it. None
    for a deleted demo, which leaves the sweep's index.
    """
    if demo.ended:
        return None
    moments = [demo.expires_at]
    if demo.desired_state is not Desired.DELETED:
        moments.append(next_warning(demo.lease_begins, demo.expires_at, demo.warned))
    if demo.waiting and demo.starts_at is not None:
        moments.append(demo.starts_at)
    if demo.looping:
        moments.append((demo.planned_at or demo.created_at) + watchdog)
    if demo.phase is Phase.PAUSED:
        moments += [c.look_at for c in demo.components.values() if c.look_at]
    if demo.retry_at is not None:
        moments.append(demo.retry_at)
    return min(moments)


def scheduled(demo: Demo, *, watchdog: timedelta) -> Demo:
    """Return the demo with its `due_at`; `watchdog` is how long a loop may stay silent."""
    return replace(demo, due_at=due_at(demo, watchdog=watchdog))

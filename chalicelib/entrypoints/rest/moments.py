"""How moments are written in answers: ISO 8601 with milliseconds and the zone."""

from __future__ import annotations

from datetime import datetime


def moment(at: datetime) -> str:
    """Return a moment as answers have it."""
    return at.isoformat(timespec="milliseconds")


def maybe_moment(at: datetime | None) -> str | None:
    """Return a moment that may not have come."""
    return moment(at) if at else None

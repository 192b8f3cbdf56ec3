"""How long a demo may live, and when its owner is warned of its end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.durations import in_hours
from chalicelib.core.errors import FieldProblem, InvalidRequest, WrongState
from chalicelib.core.policy import LeaseLimits

WARNINGS: Final = (timedelta(hours=24), timedelta(hours=2), timedelta(minutes=30))
"""How long before the end its owner is warned; each warning is given once."""


def ttl_fault(ttl: timedelta | None, quotas: LeaseLimits) -> str | None:
    """Return why a demo cannot be leased for so long, or None when it can."""
    if ttl is None or timedelta(0) < ttl <= quotas.at_once:
        return None
    return f"must be more than 0 and at most {in_hours(quotas.at_once)} hours"


def moved_expiry(
    *, now: datetime, begins: datetime, wanted: datetime, quotas: LeaseLimits
) -> datetime:
    """Return the new end of a lease, later or earlier; raise when a cap or the past forbids.

    `begins` is when the lease begins, or began: the caps count from there while that is ahead.
    """
    since, named = (now, "now") if begins <= now else (begins, "when the demo is to be ready")
    if wanted <= since:
        after = "lie in the future" if since is now else f"be after {since:%Y-%m-%d %H:%M} UTC"
        raise InvalidRequest(FieldProblem("expires_at", f"must {after}"))
    last = min(since + quotas.at_once, begins + quotas.in_total)
    if wanted > last:
        message = (
            f"the lease can run until {last:%Y-%m-%d %H:%M} UTC at the latest: at most "
            f"{in_hours(quotas.at_once)} hours from {named} and "
            f"{in_hours(quotas.in_total)} hours in total"
        )
        raise WrongState(message, until=last)
    return wanted


def warnings_due(
    now: datetime, begins: datetime, expires_at: datetime, given: frozenset[int]
) -> tuple[int, ...]:
    """Return the warnings to give now, as minutes before the end.

    A warning as long as the lease itself would come with the demo and be useless, so it is
    skipped. Of several that fall due together only the nearest to the end is given; the others
    count as given with it.
    """
    lease = expires_at - begins
    return tuple(
        minutes(before)
        for before in WARNINGS
        if before < lease and minutes(before) not in given and expires_at - before <= now
    )


def still_given(now: datetime, expires_at: datetime, given: frozenset[int]) -> frozenset[int]:
    """Return which warnings count as given once a lease has moved.

    Those whose moment lies ahead again are given again; one that is past stays given, so that
    extending a lease by an hour warns of nothing.
    """
    return frozenset(m for m in given if expires_at - timedelta(minutes=m) <= now)


def next_warning(begins: datetime, expires_at: datetime, given: frozenset[int]) -> datetime:
    """Return the moment of the next warning, or the end itself when none is left."""
    lease = expires_at - begins
    ahead = [expires_at - w for w in WARNINGS if w < lease and minutes(w) not in given]
    return min(ahead, default=expires_at)


def minutes(span: timedelta) -> int:
    """Return a span in whole minutes."""
    return int(span.total_seconds() // 60)

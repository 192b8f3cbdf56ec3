"""A pool: a number of demos without an owner, kept ready for the next request.

Its definition and the rules for it. What is made or removed so that it holds is decided in
core.pool_filling, and who gets a member in core.pool_matching.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from chalicelib.core.catalog import Catalog
from chalicelib.core.errors import FieldProblem, InvalidRequest
from chalicelib.core.policy import LeaseLimits, Policy, Quotas, RequestPolicy
from chalicelib.core.request import DemoRequest, check

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,29}")
OWNER_PREFIX: Final = "pool:"
"""No e-mail address begins like this: an owner is letters, digits and one @."""
PERSONAL: Final = frozenset({"DemoName", "Owner", "ExpiresAt"})
"""Parameters that name a demo's owner, name or end: what has one cannot wait for an owner."""
DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MAX_WINDOWS: Final = 14
NOBODY: Final = ("127.0.0.1/32",)
"""Who may open a member: an address that no visitor has."""
_WINTER, _SUMMER = map(date.fromisoformat, ("2026-01-05", "2026-07-06"))
"""Mondays of a week in each of a zone's times."""


class Tier(StrEnum):
    """How a member waits: running, or paused as its templates' `Pause` words say."""

    HOT = "hot"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Hours of some days of the week in which another number of members is kept ready.

    `days` are of `DAYS`; `end` is not part of it, and None is the end of the day.
    """

    days: tuple[str, ...]
    start: time
    end: time | None
    time_zone: str
    ready: int

    def covers(self, now: datetime) -> bool:
        """Whether a moment lies in it."""
        local = now.astimezone(ZoneInfo(self.time_zone))
        at = local.time()
        today = DAYS[local.weekday()] in self.days
        return today and self.start <= at and (self.end is None or at < self.end)

    def hours_of(self, monday: date) -> Iterator[tuple[datetime, datetime]]:
        """Yield its hours in the week of a Monday, in UTC."""
        zone = ZoneInfo(self.time_zone)
        for day in self.days:
            on = monday + timedelta(days=DAYS.index(day))
            end_on = on if self.end else on + timedelta(days=1)
            start = datetime.combine(on, self.start, zone)
            end = datetime.combine(end_on, self.end or time(), zone)
            yield start.astimezone(UTC), end.astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """What an admin wants to be ready, and what the sweep noted of it.

    `components`, `parameters` and `region` are a request's. `ready` members are kept, or what
    the window of the hour says; at most `max_unready` are on their way at once, and there are
    never more than `max_total`. `succeeded_at` is when a member last became ready or the pool was
    set, `filled_at` when members were last made; `paused` says why nothing is made any more, and
    `ending` that the pool goes once its members are gone. `version` counts the writes.
    """

    name: str
    components: tuple[str, ...]
    region: str
    ready: int
    max_total: int
    parameters: Mapping[str, str] = field(default_factory=dict)
    max_unready: int = 2
    unclaimed: timedelta = timedelta(hours=24)
    windows: tuple[Window, ...] = ()
    tier: Tier = Tier.HOT
    succeeded_at: datetime | None = None
    filled_at: datetime | None = None
    paused: str = ""
    ending: bool = False
    claimed: int = 0
    missed: int = 0
    version: int = 1

    @property
    def owner(self) -> str:
        """Who holds its members and their quota slots until somebody claims them."""
        return OWNER_PREFIX + self.name

    def wanted(self, now: datetime) -> int:
        """Return how many members should be ready at a moment."""
        if self.ending:
            return 0
        return next((w.ready for w in self.windows if w.covers(now)), self.ready)

    @property
    def most_wanted(self) -> int:
        """Return the largest number that is ever to be ready."""
        return max([self.ready, *(w.ready for w in self.windows)])


def first_pool(policy: Policy) -> Pool | None:
    """Return the pool that the operator's settings ask for, if they do."""
    first = policy.first_pool
    if not first.components:
        return None
    return Pool(
        name="first",
        components=first.components,
        region=policy.request.home_region,
        ready=first.ready,
        max_total=min(first.ready + 1, policy.quotas.in_all),
    )


def is_pooled(owner: str) -> bool:
    """Whether an owner is a pool and nobody yet."""
    return owner.startswith(OWNER_PREFIX)


def not_poolable(catalog: Catalog, name: str) -> tuple[str, ...]:
    """Return the parameters that keep a component from waiting for an owner; none: it may."""
    return tuple(sorted(PERSONAL.intersection(catalog.components[name].parameters)))


def digest(pool: Pool, templates: Mapping[str, str]) -> str:
    """Return what a member was made of: another digest makes it one of an older kind.

    `templates` maps each component to its template's text.
    """
    made_of = [sorted(templates.items()), sorted(pool.parameters.items()), pool.region]
    return hashlib.sha256(json.dumps(made_of).encode()).hexdigest()[:16]


# What may be requested ----------------------------------------------------------------------


def checked(pool: Pool, catalog: Catalog, policy: RequestPolicy, quotas: Quotas) -> Pool:
    """Return the pool as it is; raise InvalidRequest naming every bad field."""
    problems = [
        *_request_problems(pool, catalog, policy),
        *_numbers(pool, policy.lease, quotas),
        *_windows(pool.windows),
    ]
    if problems:
        raise InvalidRequest(*problems)
    return pool


def _request_problems(
    pool: Pool, catalog: Catalog, policy: RequestPolicy
) -> Iterator[FieldProblem]:
    if not NAME.fullmatch(pool.name):
        message = "must be 1 to 30 lower-case letters, digits and hyphens, a letter first"
        yield FieldProblem("name", message)
    request = DemoRequest(
        components=pool.components,
        allowed_cidr=NOBODY,
        region=pool.region,
        parameters=pool.parameters,
    )
    try:
        granted = check(request, catalog, policy)
    except InvalidRequest as refused:
        yield from refused.problems
        return
    for name in granted.graph.components:
        if named := not_poolable(catalog, name):
            where = _where(pool.components, name)
            message = f"'{name}' cannot wait in a pool: its template takes {', '.join(named)}"
            yield FieldProblem(where, message)


def _where(components: tuple[str, ...], name: str) -> str:
    return f"components.{components.index(name)}" if name in components else "components"


def _numbers(pool: Pool, lease: LeaseLimits, quotas: Quotas) -> Iterator[FieldProblem]:
    if pool.ready < 0:
        yield FieldProblem("ready", "must be 0 or more")
    for number, window in enumerate(pool.windows):
        if window.ready < 0:
            yield FieldProblem(f"windows.{number}.ready", "must be 0 or more")
    if pool.max_unready < 1:
        yield FieldProblem("max_unready", "must be at least 1")
    if pool.max_total < max(1, pool.most_wanted):
        message = f"must be at least {max(1, pool.most_wanted)}: so many are to be ready at once"
        yield FieldProblem("max_total", message)
    elif pool.max_total > quotas.in_all:
        message = f"can never be reached: there are at most {quotas.in_all} demos in all"
        yield FieldProblem("max_total", message)
    if not timedelta(0) < pool.unclaimed <= lease.in_total:
        hours = lease.in_total / timedelta(hours=1)
        yield FieldProblem("unclaimed_hours", f"must be more than 0 and at most {hours:g}")


def _windows(windows: tuple[Window, ...]) -> Iterator[FieldProblem]:
    if len(windows) > MAX_WINDOWS:
        yield FieldProblem("windows", f"at most {MAX_WINDOWS}")
        return
    faults = {n: fault for n, w in enumerate(windows) if (fault := _window_fault(w))}
    for number, (where, message) in faults.items():
        yield FieldProblem(f"windows.{number}.{where}", message)
    if not faults:
        yield from _overlaps(windows)


def _window_fault(window: Window) -> tuple[str, str] | None:
    if not window.days or any(day not in DAYS for day in window.days):
        return "days", f"must be some of {', '.join(DAYS)}"
    if window.end is not None and window.end <= window.start:
        return "to", "must be later than `from`; give a night as two windows"
    if not _is_zone(window.time_zone):
        return "time_zone", "must be a zone of the tz database, such as Europe/Berlin"
    return None


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        return False
    return True


def _overlaps(windows: tuple[Window, ...]) -> Iterator[FieldProblem]:
    """Name each window that shares an hour with one before it, in winter time or in summer's."""
    for (_, first), (number, second) in itertools.combinations(enumerate(windows), 2):
        if any(_overlap(first, second, monday) for monday in (_WINTER, _SUMMER)):
            yield FieldProblem(f"windows.{number}", "overlaps a window before it")


def _overlap(first: Window, second: Window, monday: date) -> bool:
    week = timedelta(weeks=1)
    others = list(_hours(second, (monday - week, monday, monday + week)))
    return any(a < d and c < b for a, b in first.hours_of(monday) for c, d in others)


def _hours(window: Window, weeks: Iterable[date]) -> Iterator[tuple[datetime, datetime]]:
    for monday in weeks:
        yield from window.hours_of(monday)

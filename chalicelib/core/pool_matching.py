"""Who gets which member of a pool: what fits a request, best first, and what it becomes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.catalog import Catalog
from chalicelib.core.component import ComponentStatus
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.graph import Graph, close, schedule
from chalicelib.core.pool import OWNER_PREFIX, Pool
from chalicelib.core.request import CheckedRequest, new_demo

LEAST_LIFE: Final = timedelta(minutes=10)
"""A member that is about to end by its age is nobody's any more."""
_WAITING: Final = frozenset({Phase.READY, Phase.PAUSED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A member that fits a request, and how many typical minutes are left when it is taken."""

    member: Demo
    exact: bool
    typical_minutes: float

    @property
    def pool(self) -> str:
        """The name of the pool that it waits in."""
        return self.member.owner.removeprefix(OWNER_PREFIX)


def matches(
    wanted: CheckedRequest, members: Iterable[Demo], catalog: Catalog, now: datetime
) -> list[Match]:
    """Return the members that fit, best first: an exact one, else what saves the most minutes.

    A member fits when it is ready, its components are within what was requested, and each of
    their parameters has the value that the request would give it.
    """
    fitting = [
        Match(
            member=m,
            exact=set(m.components) == set(wanted.graph.components),
            typical_minutes=remaining_minutes(catalog, wanted.graph, m.components),
        )
        for m in members
        if _waits(m, now) and _fits(m, wanted, catalog)
    ]
    return sorted(fitting, key=lambda x: (not x.exact, x.typical_minutes, x.member.created_at))


def remaining_minutes(catalog: Catalog, graph: Graph, there: Iterable[str]) -> float:
    """Return how many minutes a graph typically takes when some components are there already."""
    present = set(there)
    depends_on = {name: graph.depends_on(name) for name in graph.components}
    minutes = {
        name: 0.0 if name in present else catalog.components[name].typical_minutes
        for name in graph.components
    }
    return max((span.ends for span in schedule(depends_on, minutes)), default=0.0)


def _waits(member: Demo, now: datetime) -> bool:
    return (
        member.phase in _WAITING
        and not member.looping
        and member.desired_state is not Desired.DELETED
        and member.expires_at - now >= LEAST_LIFE
    )


def would_give(pool: Pool, wanted: CheckedRequest, catalog: Catalog) -> bool:
    """Whether a member of a pool would fit a request, were one ready."""
    made = close(catalog, pool.components)
    return not pool.ending and _agree(pool.region, made, pool.parameters, wanted, catalog)


def _fits(member: Demo, wanted: CheckedRequest, catalog: Catalog) -> bool:
    return _agree(member.region, member.components, member.parameters, wanted, catalog)


def _agree(
    region: str,
    components: Iterable[str],
    parameters: Mapping[str, str],
    wanted: CheckedRequest,
    catalog: Catalog,
) -> bool:
    """Whether these are part of what is wanted, each open parameter having the same value."""
    names = set(components)
    if region != wanted.region or not names <= set(wanted.graph.components):
        return False
    requested = wanted.request.parameters
    return all(
        parameters.get(p.name, p.default) == requested.get(p.name, p.default)
        for name in names
        for p in catalog.components[name].parameters.values()
        if not catalog.is_set_by_service(p.name)
    )


def claimed(
    member: Demo, wanted: CheckedRequest, *, owner: str, pool: str, catalog: Catalog, now: datetime
) -> Demo:
    """Return a member as the demo of who claims it: what is there stays, what is missing is new.

    Its lease, name and addresses are the request's, and its life begins now.
    """
    fresh = new_demo(wanted, demo_id=member.demo_id, owner=owner, catalog=catalog, now=now)
    return replace(
        fresh,
        components={name: _kept(member, c) for name, c in fresh.components.items()},
        from_pool=pool,
        pool_digest=member.pool_digest,
        reason=f"claimed from the pool {pool}",
        generation=member.generation,
        looping=member.looping,
        version=member.version,
        wakes=member.wakes,
        changed=member.changed,
    )


def _kept(member: Demo, fresh: ComponentStatus) -> ComponentStatus:
    """Return a component as the member has it, with the edges of the whole request."""
    there = member.components.get(fresh.name)
    if there is None:
        return fresh
    return replace(there, depends_on=fresh.depends_on, wants=fresh.wants)

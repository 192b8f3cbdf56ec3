"""Who gets which member of a pool: what fits a request, best first, and what it becomes.

Where no place is free for a request that nothing fits, a member that does not fit gives up its
own: what the request does not name is deleted (docs/adr/0057).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.catalog import Catalog
from chalicelib.core.component import BEING_DELETED, ComponentStatus, Status
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.graph import Graph, close, minutes_in_all
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


def yielding(wanted: CheckedRequest, members: Iterable[Demo], catalog: Catalog) -> list[Match]:
    """Return the members whose place a request may have, those first that help it most.

    Ready or not, they are in its region, and what of them it names too has the values that it
    would have. Of those that save as many minutes the least is lost with the first.
    """
    found = []
    for member in members:
        used = set(member.components).intersection(wanted.graph.components)
        if _intact(member) and _agree(member.region, used, member.parameters, wanted, catalog):
            there = (n for n in used if member.components[n].stands)
            minutes = remaining_minutes(catalog, wanted.graph, there)
            match = Match(member=member, exact=False, typical_minutes=minutes)
            lost = sum(c.typical_minutes for c in _left_over(member, wanted))
            found.append((minutes, lost, member.created_at, match))
    return [match for *_, match in sorted(found, key=lambda x: x[:3])]


def _intact(member: Demo) -> bool:
    """Whether everything of a member is there, or on its way."""
    broken = {*BEING_DELETED, Status.FAILED}
    well = not member.failure and all(c.status not in broken for c in member.components.values())
    return well and member.desired_state is not Desired.DELETED


def _left_over(member: Demo, wanted: CheckedRequest) -> Iterator[ComponentStatus]:
    """Yield what is there of a member and not wanted."""
    names = set(wanted.graph.components)
    return (c for c in member.components.values() if c.name not in names and not c.gone)


def remaining_minutes(catalog: Catalog, graph: Graph, there: Iterable[str]) -> float:
    """Return how many minutes a graph typically takes when some components are there already."""
    present = set(there)
    depends_on = {name: graph.depends_on(name) for name in graph.components}
    minutes = {
        name: 0.0 if name in present else catalog.components[name].typical_minutes
        for name in graph.components
    }
    return minutes_in_all(depends_on, minutes)


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

    Its lease, name and addresses are the request's, and its life begins now. What of it is not
    wanted is no part of the spec any more, and so is deleted.
    """
    fresh = new_demo(wanted, demo_id=member.demo_id, owner=owner, catalog=catalog, now=now)
    return replace(
        fresh,
        components={
            **{name: _kept(member, c) for name, c in fresh.components.items()},
            **{c.name: c for c in _left_over(member, wanted)},
        },
        from_pool=pool,
        pool_digest=member.pool_digest,
        reason=f"claimed from the pool {pool}",
        generation=member.generation,
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

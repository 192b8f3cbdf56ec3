"""Which runs to play: every single fault in whole lives of every kind, and random combinations."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Final

from chalicelib.core.demo import Phase
from chalicelib.core.pool import Tier
from testkit.simulation.changes import CHANGED_LIVES, WAITING_LIVES, random_changes
from testkit.simulation.components import EIGHT, SMALL
from testkit.simulation.faults import CALL_FAULTS, EVENT_FAULTS, EventFault, Fault, Outage
from testkit.simulation.points import points_of
from testkit.simulation.pools import PoolPlan, minutes_outlived, random_pool
from testkit.simulation.scene import PATIENCE, SWEEP, Scene
from testkit.simulation.script import Retained, Script
from testkit.simulation.verdict import minutes_past_lease, teardown_minutes

WHOLE_LIFE: Final = PATIENCE.total_seconds() / 60
SLACK: Final = 0.5
"""Minutes that retries take within a sweep and a teardown."""
_NETWORK: Final = SMALL[1:2]


def _of(component: str, delete_at: int, **fields: Any) -> PoolPlan:
    return PoolPlan(components=(component,), delete_at=delete_at, **fields)


def _nobody(pool: PoolPlan) -> Script:
    """Return the life of a pool without requests."""
    components = tuple(c for c in SMALL if c.name in pool.components)
    return Script(components=components, people=0, extend_at=None, pool=pool)


_IN_ITS_PLACE: Final = Script(places=1, requested=("s3",), lease=20, extend_at=None)

LIVES: Final = {
    "ends by the sweep": Script(components=EIGHT),
    "ends by the sweep, as requested": Script(extend_at=None),
    "ends by the table's TTL, the sweep off": Script(sweeps=False, ttl=True),
    "ends by the orphan search, its record erased": Script(erase_at=25, orphans=True, ttl=True),
    "deleted while coming up": Script(delete_at=3),
    "deleted when ready": Script(components=EIGHT, lease=120, extend_at=None, delete_at=45),
    "fails to come up": Script(fails={"web": "no capacity"}),
    "fails to come up and is kept": Script(fails={"web": "no capacity"}, keep_on_failure=True),
    "will not go at first": Script(
        obstacles={
            "web": ("Resource cannot be deleted, deletion protection", 1, "lift_protection"),
            "vpc": ("eni-1 network interface in use", 1, "release_interfaces"),
        },
        protected=frozenset({"s3"}),
        uploads=5,
    ),
    "rests in quarantine": Script(obstacles={"vpc": ("nobody knows", 7, None)}),
    **CHANGED_LIVES,
    **WAITING_LIVES,
    "loses a stack": Script(lost=(15, "web"), orphans=True),
    "leaves something behind": Script(
        extend_at=None, retained=Retained(component="vpc", removed_at=110)
    ),
    "cannot be read for a while": Script(unreadable=(2, 30)),
    "comes up in an outage": Script(outages=(Outage(start=1, minutes=40, of="stacks."),)),
    "comes up in a storm": Script(outages=(Outage(start=0, minutes=30, passes=4),)),
    "goes in an outage": Script(
        extend_at=None, outages=(Outage(start=61, minutes=45, of="stacks."),)
    ),
    "goes in a storm": Script(extend_at=None, outages=(Outage(start=60, minutes=30, passes=4),)),
    "can never wait": Script(outages=(Outage(start=0, minutes=WHOLE_LIFE, of="store.park"),)),
    "lives with late lists": Script(lag=30, index_lag=5, stale_minutes=10),
    "lives with wrong clocks": Script(skew=5),
    "four people in two places": Script(
        people=4, places=2, lease=20, extend_at=None, components=SMALL[1:2]
    ),
    "a pool's member is claimed and completed, and another made": Script(
        extend_at=None, ask_at=12, pool=PoolPlan(components=("vpc",), delete_at=22)
    ),
    "two ask for what a pool has one of": Script(
        components=_NETWORK, people=2, lease=20, extend_at=None, ask_at=12, pool=_of("vpc", 13)
    ),
    "a member that waits paused is claimed": Script(
        components=_NETWORK, extend_at=None, ask_at=22, pool=_of("vpc", 23, tier=Tier.STOPPED)
    ),
    "a waiting member gives up its place": replace(
        _IN_ITS_PLACE, ask_at=12, pool=_of("vpc", 13, max_total=1)
    ),
    "a member on its way gives up its place": replace(
        _IN_ITS_PLACE, ask_at=7, pool=_of("vpc", 8, max_total=1)
    ),
    "a pool's members end by their age": _nobody(PoolPlan(unclaimed=12, delete_at=27)),
    "a pool's templates are new ones": _nobody(PoolPlan(release_at=8, delete_at=22)),
    "a pool has a window": _nobody(PoolPlan(ready=0, window=(4, 12, 1), delete_at=17)),
    "a pool grows and shrinks": _nobody(PoolPlan(max_total=3, resize_at=(7, 2), delete_at=14)),
    "a pool is deleted while it fills": _nobody(_of("vpc", 6)),
    "a pool's members fail": Script(
        components=_NETWORK, people=0, extend_at=None, fails={"vpc": "no"}, pool=_of("vpc", 24)
    ),
}
"""Whole lives of every kind; without a fault each of them ends right."""

_OBSTACLES: Final = (
    ("deletion protection", 1, "lift_protection"),
    ("eni-1 network interface in use", 1, "release_interfaces"),
    ("nobody knows", 2, None),
    ("nobody knows", 7, None),
    ("Rate exceeded", 3, None),
)


@dataclass(frozen=True, slots=True)
class Single:
    """A life with one fault, in one step of its agenda."""

    step: int
    script: Script


def single_faults(script: Script) -> Iterator[Single]:
    """Yield a life once for each port call and event in it, and each way that can go wrong.

    What plays the same run again is left out (see points). Each is to be gone a sweep and its own
    teardown after its lease, or as late as without the fault and a sweep.
    """
    clean = Scene(script)
    points = points_of(clean)
    judged = replace(script, within=_allowance(clean), pool=_pool_allowance(clean))
    for point in points:
        for fault in point.faults:
            # Nothing but the sweep starts a loop again that a fatal error ended.
            if script.sweeps or fault is not Fault.FATAL:
                yield Single(point.step, _with(fault, point.number, judged))


def _with(fault: Fault | EventFault, number: int, script: Script) -> Script:
    if isinstance(fault, EventFault):
        return replace(script, events={number: fault})
    return replace(script, calls={number: fault})


def _allowance(clean: Scene) -> float | None:
    """Return how late a life may be gone, or None where a person or the TTL decides that.

    A time that one clock wrote may be waited for by another, longer by what is between them.
    """
    script = clean.script
    entries = chain.from_iterable(clean.store.entries.values())
    rested = any(entry.text.startswith(Phase.QUARANTINED) for entry in entries)
    if rested or not script.sweeps or script.erase_at is not None or script.people > 1:
        return None
    late = max(minutes_past_lease(clean), teardown_minutes(clean))
    return late + SWEEP.total_seconds() / 60 + SLACK + script.skew


def _pool_allowance(clean: Scene) -> PoolPlan | None:
    """Return a life's pool with how long its members may outlive it: a sweep and a teardown."""
    pool = clean.script.pool
    if pool is None or _allowance(clean) is None:
        return pool
    late = max(minutes_outlived(clean), teardown_minutes(clean))
    return replace(pool, within=late + SWEEP.total_seconds() / 60 + SLACK)


def random_case(seed: int) -> Script:
    """Return one combination of a life and faults; the same seed gives the same run."""
    rng = random.Random(seed)  # noqa: S311 - a simulation
    erase_at = rng.randrange(2, 70) if _chance(rng, 0.15) else None
    crowded = _chance(rng, 0.05)
    return Script(
        components=EIGHT if _chance(rng, 0.05) and not crowded else SMALL,
        people=rng.randrange(2, 6) if crowded else 1,
        places=rng.randrange(1, 4) if crowded else 20,
        lease=rng.choice((20, 60, 90)),
        extend_at=rng.choice((None, 5, 19, 40)),
        delete_at=rng.choice((None, None, 1, 5, 9, 30)),
        changes=random_changes(rng) if _chance(rng, 0.6) else (),
        heal_at=rng.choice((None, 10, 30)),
        update_fails={"vpc": "no such address"} if _chance(rng, 0.15) else {},
        erase_at=erase_at,
        lost=(rng.randrange(1, 60), "web") if _chance(rng, 0.1) else None,
        unreadable=_span(rng) if _chance(rng, 0.1) else None,
        ttl=erase_at is not None or _chance(rng, 0.5),
        orphans=True,
        keep_on_failure=_chance(rng, 0.3),
        fails={rng.choice(("s3", "vpc")): "no capacity"} if _chance(rng, 0.2) else {},
        obstacles=_obstacles(rng),
        protected=frozenset({"vpc"}) if _chance(rng, 0.1) else frozenset(),
        retained=_retained(rng) if _chance(rng, 0.05) else None,
        uploads=rng.choice((0, 0, 7)),
        stale_minutes=rng.choice((0, 0, 3, 10)),
        lag=rng.choice((0, 0, 10, 30)),
        index_lag=rng.choice((0, 0, 1, 5)),
        skew=rng.choice((0, 0, 1, 5)),
        slowness=rng.choice((0.5, 1, 1, 2)),
        deaths_retried=_chance(rng, 0.7),
        calls=_calls(rng),
        events=_events(rng),
        outages=_outages(rng),
        pool=random_pool(rng) if _chance(rng, 0.15) else None,
        ready_by=None if _chance(rng, 0.85) else rng.choice((5, 30, 50)),
    )


def _chance(rng: random.Random, share: float) -> bool:
    return rng.random() < share


def _span(rng: random.Random) -> tuple[int, int]:
    start = rng.randrange(1, 80)
    return start, start + rng.randrange(1, 60)


def _retained(rng: random.Random) -> Retained:
    return Retained(component=rng.choice(("s3", "vpc")), removed_at=rng.randrange(60, 300))


def _obstacles(rng: random.Random) -> dict[str, tuple[str, int, str | None]]:
    chosen = rng.sample(("s3", "vpc", "web"), rng.choice((0, 0, 0, 1, 2)))
    return {name: rng.choice(_OBSTACLES) for name in chosen}


def _calls(rng: random.Random) -> dict[int, Fault]:
    faults = {rng.randrange(300): rng.choice(tuple(Fault)) for _ in range(rng.randrange(1, 12))}
    if _chance(rng, 0.2):
        # Everything in a row fails, so that retries run out.
        start, kind = rng.randrange(150), rng.choice(CALL_FAULTS)
        faults |= dict.fromkeys(range(start, start + rng.randrange(3, 60)), kind)
    return faults


def _events(rng: random.Random) -> dict[int, EventFault]:
    return {rng.randrange(20): rng.choice(EVENT_FAULTS) for _ in range(rng.randrange(6))}


def _outages(rng: random.Random) -> tuple[Outage, ...]:
    """Return up to two outages or storms, of everything or of one port."""
    return tuple(
        Outage(
            start=rng.randrange(100),
            minutes=rng.choice((1, 5, 20, 60)),
            of=rng.choice(("", "stacks.", "store.", "workflow.", "leftovers.", "store.park")),
            passes=rng.choice((0, 2, 4)),
        )
        for _ in range(rng.choice((0, 0, 0, 1, 2)))
    )

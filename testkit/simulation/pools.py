"""A pool in a run: what an admin does about it, what comes of it, and whether that was right.

The sweep looks after it as it does outside; the people of the run may be given what it has ready.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from chalicelib.core.errors import NotFound
from chalicelib.core.identity import Caller
from chalicelib.core.pool import DAYS, Pool, Tier, Window, is_pooled
from chalicelib.core.pool_filling import SETTLING
from testkit.fakes.clock import START, VirtualClock
from testkit.fakes.pools import MemoryPools

if TYPE_CHECKING:
    from testkit.simulation.scene import Scene

ADMIN: Final = Caller(owner="admin@example.com", admin=True)
NAME: Final = "base"
FOREVER: Final = 100_000
MAX_UNREADY: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolPlan:
    """A pool of a run, set when it begins; the moments are minutes from there.

    A member lives for `unclaimed` minutes. In `window` (from, to, ready) another number is kept.
    At `resize_at` another number is to be ready, at `release_at` its templates are new ones, and
    at `delete_at` it is deleted; a run that is judged for it must then have none of its members
    `within` so many minutes.
    """

    components: tuple[str, ...] = ("s3",)
    ready: int = 1
    max_total: int = 2
    unclaimed: int = 600
    tier: Tier = Tier.HOT
    window: tuple[int, int, int] | None = None
    resize_at: tuple[int, int] | None = None
    release_at: int | None = None
    delete_at: int = 40
    within: float | None = None

    def pool(self, region: str) -> Pool:
        """Return it as an admin sets it."""
        return Pool(
            name=NAME,
            components=self.components,
            region=region,
            ready=self.ready,
            max_total=self.max_total,
            max_unready=MAX_UNREADY,
            unclaimed=timedelta(minutes=self.unclaimed),
            windows=(_window(*self.window),) if self.window else (),
            tier=self.tier,
        )


def _window(start: int, end: int, ready: int) -> Window:
    first, last = (START + timedelta(minutes=m) for m in (start, end))
    return Window(days=DAYS, start=first.time(), end=last.time(), time_zone="UTC", ready=ready)


class Admin:
    """The admin of a run's pool, who does one thing at a time, and again where no answer came."""

    def __init__(self, scene: Scene, plan: PoolPlan) -> None:
        self._scene = scene
        self._plan = plan
        self._set_once = False
        self._setting = False
        self._deleted = False

    def come(self) -> None:
        """Put on the agenda what is done about the pool."""
        plan, scene = self._plan, self._scene
        self._set(0, plan)
        if plan.resize_at:
            minute, ready = plan.resize_at
            self._set(minute, replace(plan, ready=ready))
        if plan.release_at is not None:
            scene.act(plan.release_at, scene.templates.release)
        scene.act(plan.delete_at, partial(scene.insist, self._delete, FOREVER))

    def _set(self, minute: int, plan: PoolPlan) -> None:
        self._scene.act(minute, partial(self._scene.insist, partial(self._put, plan), FOREVER))

    def _put(self, plan: PoolPlan) -> None:
        if self._deleted:
            return
        self._setting = True
        try:
            self._scene.use_cases_of("api").pools.put(ADMIN, plan.pool(self._scene.region))
        finally:
            self._setting = False
        self._set_once = True

    def _delete(self) -> None:
        if self._setting or not self._set_once:  # nobody deletes what no response has named
            self._scene.act(1, partial(self._scene.insist, self._delete, FOREVER))
            return
        self._deleted = True
        # An earlier try may have taken effect, and the sweep have been there since.
        with suppress(NotFound):
            self._scene.use_cases_of("api").pools.remove(ADMIN, NAME)


class WatchedPools(MemoryPools):
    """The pools, with the moment at which one was deleted."""

    def __init__(self, clock: VirtualClock) -> None:
        super().__init__()
        self.deleted_at: datetime | None = None
        self._clock = clock

    def put(self, pool: Pool, *, before: Pool | None) -> None:
        """Write a pool's definition."""
        super().put(pool, before=before)
        if pool.ending:
            self.deleted_at = self.deleted_at or self._clock.now


# Was it right ------------------------------------------------------------------------------


def pool_faults(scene: Scene) -> Iterator[str]:
    """Yield everything that is wrong with what became of a run's pool."""
    plan = scene.script.pool
    if plan is None:
        return
    if scene.pools.all():
        yield f"the pool {NAME} is still there"
    for demo_id, times in Counter(scene.store.claims).items():
        if times > 1:
            yield f"{demo_id} was given away {times} times"
    for owner, many in Counter(d.owner for d in scene.store.records.values()).items():
        if many > 1 and not is_pooled(owner):
            yield f"{owner} has {many} demos"
    # What keeps two sweeps from making members at once goes by the clock.
    wrong_clocks = timedelta(minutes=2 * scene.script.skew) > SETTLING
    if scene.store.most_unready > MAX_UNREADY and not wrong_clocks:
        yield f"{scene.store.most_unready} members were on their way at once"
    late = minutes_outlived(scene)
    if plan.within is not None and late > plan.within:
        yield f"the pool outlived its end by {late:.1f} minutes, not within {plan.within:.1f}"


def minutes_outlived(scene: Scene) -> float:
    """Return how long after a pool's deletion the last of its members was gone."""
    ended = scene.pools.deleted_at
    if ended is None:
        return 0.0
    members = (
        at
        for demo_id, at in scene.store.ends
        if demo_id in scene.store.records and is_pooled(scene.store.records[demo_id].owner)
    )
    return (max([ended, *members]) - ended) / timedelta(minutes=1)


def random_pool(rng: random.Random) -> PoolPlan:
    """Return a pool for a random combination."""
    start = rng.randrange(5, 60)
    return PoolPlan(
        components=rng.choice((("s3",), ("vpc",), ("web",))),
        ready=rng.choice((0, 1, 1, 2)),
        max_total=rng.choice((2, 3)),
        unclaimed=rng.choice((20, 60, 600)),
        tier=rng.choice((Tier.HOT, Tier.HOT, Tier.STOPPED)),
        window=rng.choice((None, (start, start + rng.randrange(5, 60), 2))),
        resize_at=rng.choice((None, (rng.randrange(1, 60), rng.randrange(3)))),
        release_at=rng.choice((None, rng.randrange(1, 60))),
        delete_at=rng.randrange(1, 120),
    )

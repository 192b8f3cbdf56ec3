"""The pools as an admin defines them, and what the sweep does to keep them filled."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from chalicelib.core.account_quotas import QUOTAS, Share, beyond, taken
from chalicelib.core.catalog import Catalog
from chalicelib.core.costs import cost_of
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import (
    DemoError,
    InvalidRequest,
    LimitReached,
    NotFound,
    RetryableError,
    StaleRecord,
)
from chalicelib.core.graph import close
from chalicelib.core.identity import Caller
from chalicelib.core.kinds import BUNDLE
from chalicelib.core.listing import Listing
from chalicelib.core.policy import Quotas
from chalicelib.core.pool import NOBODY, Pool, checked, digest, is_pooled
from chalicelib.core.pool_filling import Filling, filling, is_ready
from chalicelib.core.prices import Price, total
from chalicelib.core.request import DemoRequest, new_demo
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.loop import Loops
from chalicelib.services.offer import Offer
from chalicelib.services.ports.pools import PoolStore
from chalicelib.services.ports.records import DemoRecords
from chalicelib.services.ports.runtime import Clock, Metrics, NewId, TemplateRepository
from chalicelib.services.ports.targets import Targets
from chalicelib.services.recorder import Recorder

_log = logging.getLogger(__name__)
POOL_ACTOR: Final = "pool"
MOST_MEMBERS: Final = 100
"""How many of a pool's newest demos, live and deleted, are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PoolStatus:
    """A pool with its live members."""

    pool: Pool
    members: tuple[Demo, ...]

    @property
    def ready(self) -> int:
        """Return how many members are ready."""
        return sum(map(is_ready, self.members))

    @property
    def unready(self) -> int:
        """Return how many members are on their way."""
        return len(self.members) - self.ready

    def price(self, catalog: Catalog) -> Price:
        """Return what its members cost as they are now."""
        return total(_price_now(catalog, member) for member in self.members)


def _price_now(catalog: Catalog, member: Demo) -> Price:
    cost = cost_of(catalog, member.components, member.parameters, member.region)
    return cost.paused if member.phase is Phase.PAUSED else cost.running


@dataclass(frozen=True, slots=True, kw_only=True)
class ManagePools:
    """The pools as admins see and set them; for anybody else there are none."""

    pools: PoolStore
    records: DemoRecords
    offer: Offer
    targets: Targets
    clock: Clock
    quotas: Quotas

    def only_for(self, caller: Caller) -> None:
        """Raise NotFound for anybody but an admin."""
        _admins_only(caller)

    def put(self, caller: Caller, pool: Pool) -> PoolStatus:
        """Create or change a pool, and resume a paused one; raise InvalidRequest."""
        _admins_only(caller)
        wanted = checked(pool, self.offer.catalog(), self.offer.policy, self.quotas)
        if problems := list(beyond(wanted, self._shares(wanted))):
            raise InvalidRequest(*problems)
        before = self._find(pool.name)
        self.pools.put(replace(wanted, succeeded_at=self.clock()), before=before)
        return self.get(caller, pool.name)

    def get(self, caller: Caller, name: str) -> PoolStatus:
        """Return a pool with its members; raise NotFound."""
        _admins_only(caller)
        pool = self._find(name)
        if pool is None:
            raise NotFound(f"there is no pool {name}")
        return self._status(pool)

    def list(self, caller: Caller) -> Sequence[PoolStatus]:
        """Return every pool with its members."""
        _admins_only(caller)
        return [self._status(pool) for pool in self.pools.all()]

    def remove(self, caller: Caller, name: str) -> PoolStatus:
        """End a pool: its members are removed by the next sweep, and then the pool is gone."""
        pool = self.get(caller, name).pool
        if not pool.ending:
            self.pools.put(replace(pool, ending=True), before=pool)
        return self.get(caller, name)

    def _shares(self, pool: Pool) -> Iterator[Share]:
        """Yield what a member takes of each of the account's quotas that can be read.

        They are read at each call: an admin who has just been given more asks again at once.
        """
        catalog, account = self.offer.catalog(), self.targets.quotas(pool.region)
        members = close(catalog, pool.components)
        for quota in QUOTAS:
            if each := taken(quota, catalog, members):
                try:
                    yield Share(
                        quota=quota, each=each, value=account.value(quota.service, quota.code)
                    )
                except DemoError as error:
                    _log.warning("quota %s of %s: %s", quota.code, quota.service, error)
                    if isinstance(error, RetryableError):
                        return

    def _find(self, name: str) -> Pool | None:
        return next((pool for pool in self.pools.all() if pool.name == name), None)

    def _status(self, pool: Pool) -> PoolStatus:
        found = self.records.list(Listing(owner=pool.owner), limit=MOST_MEMBERS).items
        return PoolStatus(pool=pool, members=_live(found))


def _admins_only(caller: Caller) -> None:
    if not caller.admin:
        raise NotFound("there are no pools")


def _live(members: Iterable[Demo]) -> tuple[Demo, ...]:
    return tuple(m for m in members if m.desired_state is not Desired.DELETED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FillPools:
    """What the sweep does for the pools: create members that lack, delete those too many."""

    pools: PoolStore
    records: DemoRecords
    recorder: Recorder
    loops: Loops
    offer: Offer
    templates: TemplateRepository
    metrics: Metrics
    clock: Clock
    new_id: NewId
    quotas: Quotas
    first: Pool | None = None

    def run(self, report: Callable[[str, Exception], None]) -> None:
        """Fill every pool; `report` is called with each that could not be dealt with."""
        for pool in self._all():
            try:
                self._look_after(pool)
            except StaleRecord:
                continue  # somebody has just changed it, or another sweep is at it
            except Exception as error:  # noqa: BLE001 - no pool's fault may stop another's filling
                report(pool.owner, error)
                self.metrics.count("PoolFaults")

    def _all(self) -> Sequence[Pool]:
        """Return every pool; the one that the settings ask for is set where it is missing."""
        found = self.pools.all()
        if self.first is None or any(pool.name == self.first.name for pool in found):
            return found
        first = checked(self.first, self.offer.catalog(), self.offer.policy, self.quotas)
        with contextlib.suppress(StaleRecord):
            self.pools.put(replace(first, succeeded_at=self.clock()), before=None)
        return self.pools.all()

    def _look_after(self, pool: Pool) -> None:
        now = self.clock()
        found = self.records.list(Listing(owner=pool.owner), limit=MOST_MEMBERS)
        members = found.items
        self._measure(PoolStatus(pool=pool, members=_live(members)))
        made_of = digest(pool, self._templates(pool))
        wanted = filling(pool, members, made_of, now)
        pool = self._noted(pool, wanted, now)
        for demo_id in wanted.nudge:
            self.loops.ensure(self.records.get(demo_id))
        for demo_id in wanted.retire:
            self._change(demo_id, Desired.DELETED, "the pool has no use for it any more")
        for demo_id in wanted.pause:
            self._change(demo_id, Desired.PAUSED, "it waits paused until it is claimed")
        if found.unreadable:
            return  # one may be ready or on its way: none is made beside it, and its pool stays
        for _ in range(wanted.create):
            if not self._create(pool, made_of):
                break
        if pool.ending and all(m.ended for m in members):
            self.pools.remove(pool)

    def _measure(self, status: PoolStatus) -> None:
        """Count a pool's members at every sweep, so that an alarm lasts as long as its cause."""
        self.metrics.count("PoolReady", status.ready, unit="None")
        price = status.price(self.offer.catalog()).known_usd
        self.metrics.count("PoolHourlyUsd", price, unit="None")
        if status.pool.paused:
            self.metrics.count("PoolsPaused")

    def _templates(self, pool: Pool) -> dict[str, str]:
        names = close(self.offer.catalog(), pool.components) - {BUNDLE}
        return {name: self.templates.template(name) for name in names}

    def _noted(self, pool: Pool, wanted: Filling, now: datetime) -> Pool:
        filled = now if wanted.create else pool.filled_at
        after = replace(
            pool, succeeded_at=wanted.succeeded_at, paused=wanted.paused, filled_at=filled
        )
        if after == pool:
            return pool
        self.pools.put(after, before=pool)
        return replace(after, version=pool.version + 1)

    def _change(self, demo_id: str, desired: Desired, why: str) -> None:
        """Change a member's desired state; one that is claimed meanwhile is left alone."""
        demo = self.records.get(demo_id)
        if not is_pooled(demo.owner) or demo.desired_state is Desired.DELETED:
            return
        after = replace(demo, desired_state=desired, reason=why)
        with contextlib.suppress(StaleRecord):  # the next sweep sees what became of it
            self.loops.commit(demo, after, actor=POOL_ACTOR)

    def _create(self, pool: Pool, made_of: str) -> bool:
        """Create a member; say whether the quota had room for it."""
        now = self.clock()
        demo = self._member(pool, made_of, now)
        entry = Entry(at=now, actor=POOL_ACTOR, kind=EntryKind.REQUESTED, text=f"for {pool.owner}")
        quotas = replace(self.quotas, per_owner=pool.max_total)
        try:
            recorded = self.recorder.create(demo, entry, quotas)
        except LimitReached:
            return False
        self.loops.begin(recorded)
        return True

    def _member(self, pool: Pool, made_of: str, now: datetime) -> Demo:
        demo = new_demo(
            self.offer.check(_request(pool)),
            demo_id=self.new_id(),
            owner=pool.owner,
            catalog=self.offer.catalog(),
            now=now,
        )
        return replace(demo, expires_at=now + pool.unclaimed, pool_digest=made_of)


def _request(pool: Pool) -> DemoRequest:
    return DemoRequest(
        components=pool.components,
        name=f"pool {pool.name}",
        allowed_cidr=NOBODY,
        region=pool.region,
        parameters=pool.parameters,
    )

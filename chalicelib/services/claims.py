"""Give a request a demo that a pool has ready, where one fits."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from chalicelib.core.demo import Demo
from chalicelib.core.errors import DemoError, StaleRecord
from chalicelib.core.listing import Listing
from chalicelib.core.policy import Quotas
from chalicelib.core.pool import Pool
from chalicelib.core.pool_matching import Match, claimed, matches, would_give, yielding
from chalicelib.core.request import CheckedRequest, DemoRequest
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.loop import Loops
from chalicelib.services.offer import Offer
from chalicelib.services.ports.pools import PoolStore
from chalicelib.services.ports.records import DemoRecords
from chalicelib.services.ports.runtime import Clock, Metrics
from chalicelib.services.recorder import Recorder

_log = logging.getLogger(__name__)
TRIES: Final = 3
"""Members that are tried, each claimed by another request meanwhile, before a demo is made."""
MOST_MEMBERS: Final = 50
"""How many of a pool's newest demos are read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimDemo:
    """Claims of pools' demos."""

    pools: PoolStore
    records: DemoRecords
    recorder: Recorder
    loops: Loops
    offer: Offer
    metrics: Metrics
    clock: Clock
    quotas: Quotas

    def claim(
        self, owner: str, wanted: CheckedRequest, *, request_id: str | None = None
    ) -> Demo | None:
        """Claim the demo that fits best for an owner and return it; None where none fits.

        Raises LimitReached where the owner may have no more. A fault of the pools themselves is
        counted, and None returned, so that the demo is created.
        """
        now, pools = self.clock(), self._pools(wanted)
        found = self.candidates(wanted, pools, now)
        if demo := self._first(found, wanted, owner, request_id, why="claimed from"):
            self._measure(demo, now)
            return demo
        self._missed(pools, wanted)
        return None

    def take_place(
        self, owner: str, wanted: CheckedRequest, *, request_id: str | None = None
    ) -> Demo | None:
        """Claim a member that does not fit, to be rebuilt; None where there is none.

        For a request for which no place is free: people go before what waits for nobody.
        """
        now, pools = self.clock(), self._pools(wanted)
        found = yielding(wanted, self._members(pools), self.offer.catalog())
        if demo := self._first(found, wanted, owner, request_id, why="given the place of one in"):
            self._measure(demo, now)
            return demo
        return None

    def _first(
        self,
        found: Sequence[Match],
        wanted: CheckedRequest,
        owner: str,
        request_id: str | None,
        *,
        why: str,
    ) -> Demo | None:
        """Take the first of some members that nobody else takes meanwhile."""
        for match in found[:TRIES]:
            with contextlib.suppress(StaleRecord):
                return self._take(match, wanted, owner, request_id, why)
        return None

    def best(self, request: DemoRequest) -> Match | None:
        """Return what a request would claim now, claiming nothing; raise InvalidRequest."""
        wanted = self.offer.check(request)
        found = self.candidates(wanted, self._pools(wanted), self.clock())
        return found[0] if found else None

    def candidates(
        self, wanted: CheckedRequest, pools: Sequence[Pool], now: datetime
    ) -> list[Match]:
        """Return the members of all pools that fit, best first."""
        catalog = self.offer.catalog()
        fitting = [pool for pool in pools if would_give(pool, wanted, catalog)]
        return matches(wanted, self._members(fitting), catalog, now)

    def _members(self, pools: Iterable[Pool]) -> Iterator[Demo]:
        for pool in pools:
            yield from self.records.list(Listing(owner=pool.owner), limit=MOST_MEMBERS).items

    def _pools(self, wanted: CheckedRequest) -> Sequence[Pool]:
        """Return the pools that a request may claim from: none where its demo is to wait."""
        if self.offer.draft(wanted).waiting:
            return ()
        try:
            return self.pools.all()
        except DemoError as error:
            _log.warning("the pools cannot be read: %s", error)
            self.metrics.count("PoolFaults")
            return ()

    def _take(
        self,
        match: Match,
        wanted: CheckedRequest,
        owner: str,
        request_id: str | None,
        why: str,
    ) -> Demo:
        now, member, pool = self.clock(), match.member, match.pool
        after = claimed(
            member, wanted, owner=owner, pool=pool, catalog=self.offer.catalog(), now=now
        )
        end = f"{after.expires_at:%Y-%m-%d %H:%M} UTC"
        text = f"{after.name}: {why} the pool {pool}, until {end}"
        entry = Entry(at=now, actor=owner, kind=EntryKind.REQUESTED, text=text)
        if not member.looping:
            after = replace(after, generation=after.generation + 1)
        demo = self.recorder.claim(member, after, entry, self.quotas, request_id=request_id)
        if member.looping:
            self.loops.ensure(demo)
        else:
            self.loops.begin(demo)
        return demo

    def _measure(self, demo: Demo, began: datetime) -> None:
        self._count(demo.from_pool, claimed=1)
        self.metrics.count("Claimed")
        seconds = (self.clock() - began).total_seconds()
        self.metrics.count("SecondsToClaim", seconds, unit="Seconds")

    def _missed(self, pools: Sequence[Pool], wanted: CheckedRequest) -> None:
        """Count a request that a pool could have served, had a member been ready."""
        catalog = self.offer.catalog()
        missed = [pool.name for pool in pools if would_give(pool, wanted, catalog)]
        for name in missed:
            self._count(name, missed=1)
        if missed:
            self.metrics.count("Missed")

    def _count(self, pool: str, *, claimed: int = 0, missed: int = 0) -> None:
        """Count for a pool's figures; a request never fails for their sake."""
        try:
            self.pools.count(pool, claimed=claimed, missed=missed)
        except DemoError as error:
            _log.warning("not counted for the pool %s: %s", pool, error)
            self.metrics.count("PoolFaults")

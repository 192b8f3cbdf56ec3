"""Requests, sweeps and admins at the same members at once: none is given twice, no slot is lost.

`RACES=10000` plays so many; the gate plays fewer.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any, cast

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.core.demo import Desired, Phase
from chalicelib.core.errors import DemoError, LimitReached, RetryableError
from chalicelib.core.identity import Caller
from chalicelib.core.naming import demo_id_from
from chalicelib.core.pool import Pool, is_pooled
from chalicelib.core.request import DemoRequest
from chalicelib.services.use_cases import UseCases
from testkit.fakes import MemoryPorts, MemoryStore

from .builders import HOME, REGION, Stage, minutes

ADMIN = Caller(owner="admin@example.com", admin=True)
REQUEST = DemoRequest(components=("vpc", "s3"), allowed_cidr=(HOME,))
WRITES = ("create", "claim", "save")
OTHER = replace(REQUEST, components=("s3",))
ACTS = ("request", "other", "again", "sweep", "end", "smaller", "delete")


class Raced:
    """A store before each of whose writes somebody else may be quicker, to the end."""

    def __init__(
        self, store: MemoryStore, others: list[Callable[[], None]], before: list[bool]
    ) -> None:
        self._store = store
        self._others = others
        self._before = iter(before)

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._store, name)
        if name not in WRITES:
            return real

        def call(*args: Any, **kwargs: Any) -> Any:
            if next(self._before, None) and self._others:
                self._others.pop()()
            return real(*args, **kwargs)

        return call


class Race:
    """A pool with ready members, and people, sweeps and an admin who all want something of it."""

    def __init__(
        self, members: int, spare: int, acts: list[tuple[str, int]], before: list[bool]
    ) -> None:
        self.stage = Stage(per_owner=2, in_all=members + spare)
        self.given: dict[str, set[str]] = {}
        pool = Pool(
            name="base",
            components=("vpc",),
            region=REGION,
            ready=members,
            max_total=members + min(1, spare),
            max_unready=members,
        )
        self.stage.pools.put(ADMIN, pool)
        self.stage.fill_pools.run(self._report)
        self._come_up()
        self.others: list[Callable[[], None]] = [
            functools.partial(self._act, *act) for act in acts
        ]
        raced = Raced(self.stage.store, self.others, before)
        ports = replace(cast("MemoryPorts", self.stage.ports), store=raced)
        self.cases = UseCases(ports, self.stage.policy)
        self.unexpected: list[Exception] = []

    def _come_up(self) -> None:
        store = self.stage.store
        for demo in list(store.records.values()):
            ready = replace(demo, ready_at=self.stage.clock(), phase=Phase.READY, looping=False)
            store.save(demo, ready, ())

    def play(self) -> None:
        while self.others:
            self.others.pop()()

    def _report(self, name: str, error: Exception) -> None:
        if not isinstance(error, RetryableError):
            self.unexpected.append(error)

    def _act(self, act: str, number: int) -> None:
        owner = f"p{number}@example.com"
        try:
            self._do(act, owner, number)
        except (RetryableError, LimitReached):
            pass  # the caller is told so and may come again
        except DemoError as error:
            if act not in ("smaller", "delete"):  # the pool may be gone by then
                self.unexpected.append(error)

    def _do(self, act: str, owner: str, number: int) -> None:
        cases = self.cases
        match act:
            case "request" | "other":
                wanted = REQUEST if act == "request" else OTHER
                demo = cases.request.create(owner, wanted)
                self.given.setdefault(demo.demo_id, set()).add(owner)
            case "again":
                key = demo_id_from(owner)
                demo = cases.request.create_once(owner, REQUEST, demo_id=key)
                self.given.setdefault(demo.demo_id, set()).add(owner)
            case "sweep":
                cases.fill_pools.run(self._report)
            case "end":
                self.stage.clock.advance(minutes(60 * 24 * number))
                cases.sweep.run(self._report)
            case "smaller":
                pool = cases.pools.get(ADMIN, "base").pool
                cases.pools.put(ADMIN, replace(pool, ready=0))
            case _:
                cases.pools.remove(ADMIN, "base")


@settings(max_examples=int(os.environ.get("RACES", "150")), deadline=None)
@given(
    members=st.integers(1, 3),
    spare=st.integers(0, 9),
    acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 3)), min_size=2, max_size=8),
    before=st.lists(st.booleans(), max_size=24),
)
def test_whoever_is_quicker_no_member_is_given_twice(
    members: int, spare: int, acts: list[tuple[str, int]], before: list[bool]
) -> None:
    """Each demo has one owner, whom it was given to, and one slot for as long as it is there."""
    race = Race(members, spare, acts, before)
    race.play()
    store = race.stage.store
    assert [] == race.unexpected
    assert all(1 == len(owners) for owners in race.given.values())
    for demo_id, (owner,) in race.given.items():
        assert owner == store.records[demo_id].owner
    live = {d.demo_id: d.owner for d in store.records.values() if not d.ended}
    assert live == dict(store.slots())
    assert len(live) <= members + spare
    assert set(live) == set(store.leases)
    claimed = [d for d in store.records.values() if d.from_pool]
    assert not any(is_pooled(d.owner) for d in claimed)
    assert all(d.desired_state is not Desired.DELETED or d.reason != POOL_REASON for d in claimed)
    again = [d for d in store.records.values() if d.demo_id in race.given]
    assert len(again) == len(race.given)


POOL_REASON = "the pool has no use for it any more"

"""Pools as admins set and read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.demo import Desired
from chalicelib.core.errors import NotFound
from chalicelib.core.identity import Caller
from chalicelib.core.pool import Pool
from chalicelib.services.pools import ManagePools

from .builders import NOW, OWNER, REGION, Stage, demo, minutes

ADMIN, ANN = Caller(owner="admin@example.com", admin=True), Caller(owner=OWNER)
POOL = Pool(name="base", components=("vpc",), region=REGION, ready=1, max_total=3)
CALLS: dict[str, Callable[[ManagePools, Caller], Any]] = {
    "anything": lambda pools, caller: pools.only_for(caller),
    "put": lambda pools, caller: pools.put(caller, replace(POOL, ready=3)),
    "get": lambda pools, caller: pools.get(caller, "base"),
    "list": lambda pools, caller: pools.list(caller),
    "remove": lambda pools, caller: pools.remove(caller, "base"),
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_for_anybody_but_an_admin_there_are_no_pools(
    call: Callable[[ManagePools, Caller], Any],
) -> None:
    """Neither to read nor to change."""
    stage = Stage()
    known = stage.pools.put(ADMIN, POOL)
    with pytest.raises(NotFound, match="there are no pools"):
        call(stage.pools, ANN)
    assert [known] == stage.pools.list(ADMIN)
    call(stage.pools, ADMIN)


@pytest.mark.parametrize("call", ["get", "remove"])
def test_a_pool_that_there_is_not_is_named(call: str) -> None:
    """Whatever an admin wants of it, and whichever others there are."""
    stage = Stage()
    for name in ("all", "other"):
        stage.pools.put(ADMIN, replace(POOL, name=name))
    with pytest.raises(NotFound, match="there is no pool base"):
        CALLS[call](stage.pools, ADMIN)


def test_a_pool_is_read_with_its_own_live_members() -> None:
    """Those that are ready, and those on their way; not those that go, nor anybody's demos."""
    stage = Stage()
    stage.pools.put(ADMIN, POOL)
    members: list[dict[str, Any]] = [
        {"ready_at": NOW},
        {},
        {},
        {"desired_state": Desired.DELETED},
        {"owner": OWNER},
        {"owner": "pool:other"},
    ]
    for number, fields in enumerate(members):
        member = demo(**{"demo_id": f"memb{number:04d}", "owner": "pool:base", **fields})
        stage.store.adopt(member, ())
    status = stage.pools.get(ADMIN, "base")
    assert (1, 2) == (status.ready, status.unready)
    assert {f"memb{n:04d}" for n in range(3)} == {m.demo_id for m in status.members}


def test_the_newest_hundred_of_a_pool_are_read() -> None:
    """Its records stay for months after its demos: a sweep does not read them all."""
    stage = Stage()
    stage.pools.put(ADMIN, POOL)
    for number in range(101):
        at = NOW + minutes(number)
        member = demo(demo_id=f"memb{number:04d}", owner="pool:base", created_at=at)
        stage.store.adopt(member, ())
    read = {m.demo_id for m in stage.pools.get(ADMIN, "base").members}
    assert {f"memb{n:04d}" for n in range(1, 101)} == read

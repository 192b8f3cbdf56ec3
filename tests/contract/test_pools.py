"""Pools' definitions, and claims: one transaction that loses nothing and gives nothing twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import time, timedelta
from typing import Any

import boto3
import pytest

from chalicelib.adapters.table.pools import PoolItems
from chalicelib.core.demo import Desired
from chalicelib.core.errors import LimitReached, StaleRecord
from chalicelib.core.listing import Listing
from chalicelib.core.policy import Quotas
from chalicelib.core.pool import Pool, Tier, Window
from chalicelib.core.stack_change import StackChange
from chalicelib.services.ports.pools import PoolStore
from testkit.fakes.pools import MemoryPools

from .conftest import REGION, Stores, make_table
from .demos import NOW, OWNER, a_demo, ended, entry

QUOTAS = Quotas(per_owner=2, in_all=20)
MEMBERS = Quotas(per_owner=9, in_all=20)
WINDOW = Window(days=("mon",), start=time(8), end=None, time_zone="Europe/Berlin", ready=2)
POOL = Pool(
    name="base",
    components=("vpc",),
    region=REGION,
    ready=1,
    max_total=3,
    parameters={"Size": "16"},
    unclaimed=timedelta(hours=1.5),
    windows=(WINDOW,),
    tier=Tier.STOPPED,
    succeeded_at=NOW,
)


@pytest.fixture(params=["memory", "table"])
def pools(request: pytest.FixtureRequest) -> PoolStore:
    """Return a store of pools: the fake, then the real one on moto."""
    if request.param == "memory":
        return MemoryPools()
    request.getfixturevalue("aws")
    client = boto3.client("dynamodb", region_name=REGION)
    return PoolItems(client, make_table(client))


def test_what_is_put_is_read(pools: PoolStore) -> None:
    """A pool comes back as it was, and all of them by name."""
    pools.put(POOL, before=None)
    pools.put(replace(POOL, name="all"), before=None)
    assert [replace(POOL, name="all"), POOL] == list(pools.all())


def test_only_what_was_read_is_written_over(pools: PoolStore) -> None:
    """Of two who change a pool at once, one reads again; the counts are nobody's to write."""
    pools.put(POOL, before=None)
    with pytest.raises(StaleRecord):
        pools.put(POOL, before=None)
    (before,) = pools.all()
    pools.count("base", claimed=1)
    pools.count("base", missed=2)
    pools.put(replace(before, ready=3), before=before)
    (after,) = pools.all()
    assert (3, 1, 2, 2) == (after.ready, after.claimed, after.missed, after.version)
    for late in (pools.remove, lambda pool: pools.put(pool, before=pool)):
        with pytest.raises(StaleRecord):
            late(before)
    pools.remove(after)
    pools.remove(after)
    assert [] == list(pools.all())


def test_what_is_gone_is_not_counted(pools: PoolStore) -> None:
    """A claim that outlives its pool brings no pool back."""
    pools.count("base", claimed=1)
    assert [] == list(pools.all())


# Claims -------------------------------------------------------------------------------------


def a_member(store: Stores, number: int = 1) -> Any:
    member = a_demo(number, owner="pool:base")
    store.records.create(member, (), MEMBERS)
    return member


def mine(member: Any) -> Any:
    later = NOW + timedelta(hours=9)
    return replace(member, owner=OWNER, name="Acme", expires_at=later, created_at=NOW)


def test_a_claim_moves_all_at_once(store: Stores) -> None:
    """Owner, slot, lease, list and timeline are the new owner's; the end gives all back."""
    member = a_member(store)
    claimed = store.records.claim(member, mine(member), (entry("claimed"),), QUOTAS)
    assert claimed == store.records.get(member.demo_id)
    assert {member.demo_id: OWNER} == store.quota_slots.slots()
    assert [claimed] == list(store.records.list(Listing(owner=OWNER), limit=9).items)
    assert () == store.records.list(Listing(owner="pool:base"), limit=9).items
    texts = [e.text for e in store.records.timeline(member.demo_id, limit=9).items]
    assert ["claimed"] == texts
    store.records.save(claimed, ended(claimed), ())
    assert {} == store.quota_slots.slots()


def test_who_read_a_member_before_its_claim_writes_it_no_more(store: Stores) -> None:
    """However often it has been written since."""
    member = a_member(store)
    now = store.records.claim(member, mine(member), (), QUOTAS)
    for reason in ("building", "ready"):
        late = replace(member, desired_state=Desired.DELETED)
        with pytest.raises(StaleRecord):
            store.records.save(member, late, ())
        now = store.records.save(now, replace(now, reason=reason), ())
    assert now == store.records.get(member.demo_id)


def test_a_claim_has_seen_the_events_that_it_was_told_of(store: Stores) -> None:
    """They are not told again; those that came since are, and what happens again is."""
    member_id = a_member(store).demo_id
    store.signals.count_event(member_id, StackChange("vpc", "1"))
    member = store.records.get(member_id)
    store.signals.count_event(member_id, StackChange("vpc", "2"))
    claimed = store.records.claim(member, mine(member), (), QUOTAS)
    assert member.version + 1 == claimed.version
    assert frozenset({StackChange("vpc", "2")}) == store.records.get(member_id).changed
    store.signals.count_event(member_id, StackChange("vpc", "1"))
    store.records.save(claimed, replace(claimed, reason="building"), ())
    assert StackChange("vpc", "1") in store.records.get(member_id).changed


def test_the_pools_own_slot_is_free_again(store: Stores) -> None:
    """A pool of one can have its next member as soon as the first is claimed."""
    member = a_member(store)
    store.records.claim(member, mine(member), (), QUOTAS)
    one = Quotas(per_owner=1, in_all=2)
    store.records.create(a_demo(2, owner="pool:base"), (), one)
    with pytest.raises(LimitReached):
        store.records.create(a_demo(3, owner="other@example.com"), (), one)


def test_a_member_is_claimed_once(store: Stores) -> None:
    """Of ten who claim one member, one gets it."""
    member = a_member(store)

    def claim(number: int) -> bool:
        after = replace(mine(member), owner=f"p{number}@example.com")
        try:
            store.records.claim(member, after, (), QUOTAS)
        except StaleRecord:
            return False
        return True

    with ThreadPoolExecutor(5) as pool:
        assert [False] * 9 + [True] == sorted(pool.map(claim, range(10)))
    assert 1 == len(store.quota_slots.slots())


def test_a_full_owner_gets_none(store: Stores) -> None:
    """A claim takes a slot like any demo, and is refused like any."""
    for number in (1, 2):
        store.records.create(a_demo(number), (), QUOTAS)
    member = a_member(store, 3)
    with pytest.raises(LimitReached):
        store.records.claim(member, mine(member), (), QUOTAS)
    assert "pool:base" == store.records.get(member.demo_id).owner
    assert "pool:base" == store.quota_slots.slots()[member.demo_id]


def test_a_request_claims_once(store: Stores) -> None:
    """The same request, answered twice at once, claims one member and makes none beside it."""
    first, second = a_member(store, 1), a_member(store, 2)
    store.records.claim(first, mine(first), (), QUOTAS, request_id="asked001")
    assert first.demo_id == store.records.given_to("asked001")
    assert None is store.records.given_to("asked002")
    with pytest.raises(StaleRecord):
        store.records.claim(second, mine(second), (), QUOTAS, request_id="asked001")
    with pytest.raises(StaleRecord):
        store.records.create(replace(a_demo(), demo_id="asked001"), (), QUOTAS)
    store.records.create(replace(a_demo(), demo_id="asked003"), (), QUOTAS)
    with pytest.raises(StaleRecord):
        store.records.claim(second, mine(second), (), MEMBERS, request_id="asked003")
    assert "pool:base" == store.records.get(second.demo_id).owner

"""A demo changes its owner in the store: all of it or nothing, in the fake and in the table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters.items import marshal
from chalicelib.core.demo import Handover
from chalicelib.core.errors import LimitReached, StaleRecord
from chalicelib.core.handover import taken
from chalicelib.core.listing import Listing
from chalicelib.core.policy import Quotas

from .conftest import Stores
from .demos import NOW, OWNER, a_demo, ended, entry

BOB = "bob@example.com"
ONE = Quotas(per_owner=1, in_all=1)
OFFER = Handover(digest="d" * 64, expires_at=NOW)


def made(store: Stores, quotas: Quotas = ONE) -> Any:
    demo = a_demo(handover=OFFER)
    store.records.create(demo, (), quotas)
    return store.records.get(demo.demo_id)


def names(store: Stores, owner: str) -> list[str]:
    return [d.demo_id for d in store.records.list(Listing(owner=owner), limit=9).items]


def test_a_demo_is_given_whole(store: Stores) -> None:
    """Record, list, place and timeline, also where every place in all is taken."""
    demo = made(store)
    given = store.records.claim(demo, taken(demo, OFFER, BOB), (entry("given"),), ONE)
    assert given == store.records.get(demo.demo_id)
    assert (BOB, OWNER) == (given.owner, given.first_owner)
    assert replace(OFFER, taken_by=BOB) == given.handover
    assert ([], [demo.demo_id]) == (names(store, OWNER), names(store, BOB))
    assert {demo.demo_id: BOB} == store.quota_slots.slots()
    assert ["given"] == [e.text for e in store.records.timeline(demo.demo_id, limit=9).items]
    store.records.save(given, ended(given), ())
    assert {} == store.quota_slots.slots()


def test_the_givers_place_is_free(store: Stores) -> None:
    """And the receiver's is not."""
    two = Quotas(per_owner=1, in_all=2)
    demo = made(store, two)
    store.records.claim(demo, taken(demo, OFFER, BOB), (), two)
    with pytest.raises(LimitReached):
        store.records.create(a_demo(3, owner=BOB), (), two)
    store.records.create(a_demo(2), (), two)


def test_a_full_receiver_changes_nothing(store: Stores) -> None:
    """The record, the lists and the places are as they were."""
    two = Quotas(per_owner=1, in_all=2)
    demo = made(store, two)
    store.records.create(a_demo(2, owner=BOB), (), two)
    with pytest.raises(LimitReached):
        store.records.claim(demo, taken(demo, OFFER, BOB), (entry("given"),), two)
    assert demo == store.records.get(demo.demo_id)
    assert {demo.demo_id: OWNER, "demo0002": BOB} == store.quota_slots.slots()
    assert () == store.records.timeline(demo.demo_id, limit=9).items


def test_a_demo_that_moved_on_is_not_given(store: Stores) -> None:
    """Of two who accept, or an acceptance and a change, the second reads again."""
    demo = made(store, Quotas(per_owner=1, in_all=9))
    store.records.save(demo, replace(demo, handover=None), ())
    with pytest.raises(StaleRecord):
        store.records.claim(demo, taken(demo, OFFER, BOB), (entry("given"),), ONE)
    assert {demo.demo_id: OWNER} == store.quota_slots.slots()
    assert [demo.demo_id] == names(store, OWNER)


def test_the_places_of_an_earlier_release_are_given(table: Stores, client: Any) -> None:
    """They are in sets; as the demo's own they are freed, and come back with its end."""
    demo = a_demo(handover=OFFER)
    table.records.adopt(demo, ())
    key = marshal({"pk": f"DEMO#{demo.demo_id}", "sk": "DEMO"})
    client.update_item(TableName="demos", Key=key, UpdateExpression="REMOVE slots")
    for pk in (f"OWNER#{OWNER}", "TOTAL"):
        client.update_item(
            TableName="demos",
            Key=marshal({"pk": pk, "sk": "QUOTA"}),
            UpdateExpression="ADD holders :slot",
            ExpressionAttributeValues=marshal({":slot": {f"{demo.demo_id} {OWNER}"}}),
        )
    seen = table.records.get(demo.demo_id)
    two = Quotas(per_owner=1, in_all=2)
    given = table.records.claim(seen, taken(seen, OFFER, BOB), (), two)
    assert {demo.demo_id: BOB} == table.quota_slots.slots()
    table.records.create(a_demo(2), (), two)
    table.records.save(given, ended(given), ())
    assert {"demo0002": OWNER} == table.quota_slots.slots()

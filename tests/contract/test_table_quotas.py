"""Quota slots in the table: small items that nobody shares, and what an earlier release left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.adapters.items import marshal, unmarshal
from chalicelib.adapters.table.writes import Writes
from chalicelib.core.errors import LimitReached
from chalicelib.core.listing import Listing
from chalicelib.core.policy import Quotas

from .conftest import Stores
from .demos import OWNER, a_demo, ended

ROOM = Quotas(per_owner=2_000, in_all=2_000)


def items(client: Any, pk: str) -> list[dict[str, Any]]:
    pages = client.get_paginator("query").paginate(
        TableName="demos",
        KeyConditionExpression="pk = :pk",
        ExpressionAttributeValues=marshal({":pk": pk}),
    )
    return [unmarshal(item) for page in pages for item in page["Items"]]


def put(client: Any, **item: Any) -> None:
    client.put_item(TableName="demos", Item=marshal(item))


def old_demo(client: Any, table: Stores, number: int, owner: str = OWNER) -> None:
    """Record a demo as the release before numbered slots did."""
    demo = a_demo(number, owner=owner)
    record = Writes("demos").new_record(demo)
    del record["slots"]
    put(client, **record)
    for pk in (f"OWNER#{owner}", "TOTAL"):
        client.update_item(
            TableName="demos",
            Key=marshal({"pk": pk, "sk": "QUOTA"}),
            UpdateExpression="ADD holders :slot",
            ExpressionAttributeValues=marshal({":slot": {f"{demo.demo_id} {owner}"}}),
        )


def test_a_demo_holds_one_slot_of_each_quota(client: Any, table: Stores) -> None:
    """Each is an item of its own, and gone with the demo."""
    table.records.create(a_demo(), (), ROOM)
    for pk in (f"OWNER#{OWNER}", "TOTAL"):
        assert [("demo0001", OWNER)] == [(i["holder"], i["held_for"]) for i in items(client, pk)]
    table.records.save(table.records.get("demo0001"), ended(table.records.get("demo0001")), ())
    assert [[], []] == [items(client, pk) for pk in (f"OWNER#{OWNER}", "TOTAL")]


def test_a_demos_slots_are_its_own_until_it_ends(client: Any, table: Stores) -> None:
    """Saves in between leave them alone, and a second end has none to free."""
    one = Quotas(per_owner=1, in_all=1)
    table.records.create(a_demo(1), (), one)
    before = table.records.get("demo0001")
    table.records.save(before, replace(before, reason="on"), ())
    assert {"demo0001": OWNER} == table.quota_slots.slots()
    table.records.save(table.records.get("demo0001"), ended(table.records.get("demo0001")), ())
    (record,) = (item for item in items(client, "DEMO#demo0001") if item["sk"] == "DEMO")
    assert [] == record["slots"]
    table.records.create(a_demo(2), (), one)
    assert {"demo0002": OWNER} == table.quota_slots.slots()


def test_slots_are_no_demos(table: Stores) -> None:
    """They share an index with the lists of demos, and are in none of them."""
    table.records.create(a_demo(), (), ROOM)
    for page in (
        table.records.list(Listing(), limit=10),
        table.records.list(Listing(owner=OWNER), limit=10),
    ):
        assert ["demo0001"] == [d.demo_id for d in page.items]
        assert () == page.unreadable


def test_the_last_free_slot_is_found(client: Any, table: Stores) -> None:
    """A guess fails, and then all of them are read, every page."""
    full = Quotas(per_owner=10, in_all=100)
    for number in range(100):
        if number != 77:
            slot = {"pk": "TOTAL", "sk": f"SLOT#{number:06d}", "kind": "SLOT"}
            filler = "x" * 20_000  # more than the megabyte that one page holds
            put(client, **slot, holder=f"other{number}", held_for=filler, created_at="2026")
    table.records.create(a_demo(), (), full)
    last = [item for item in items(client, "TOTAL") if item["sk"] == "SLOT#000077"]
    assert ["demo0001"] == [item["holder"] for item in last]
    with pytest.raises(LimitReached, match="in all"):
        table.records.create(a_demo(2), (), full)


def test_a_lowered_limit_counts_what_is_beyond_it(table: Stores) -> None:
    """Who had a slot keeps it, and nobody gets one until they are fewer than it says."""
    for number in range(4):
        table.records.create(a_demo(number, owner=f"{number}@example.com"), (), ROOM)
    lowered = Quotas(per_owner=3, in_all=3)
    for number in range(2):
        with pytest.raises(LimitReached, match="in all"):
            table.records.create(a_demo(9), (), lowered)
        demo = table.records.get(f"demo{number:04d}")
        table.records.save(demo, ended(demo), ())
    table.records.create(a_demo(9), (), lowered)
    with pytest.raises(LimitReached, match="in all"):
        table.records.create(a_demo(10), (), lowered)


def test_a_slot_whose_record_and_other_slot_are_gone_is_found(client: Any, table: Stores) -> None:
    """Whichever of the two is left, it is listed and can be freed, twice."""
    for number, lost in ((1, "TOTAL"), (2, f"OWNER#{OWNER}")):
        table.records.create(a_demo(number), (), ROOM)
        for item in items(client, lost):
            if item["holder"] == f"demo{number:04d}":
                key = marshal({"pk": item["pk"], "sk": item["sk"]})
                client.delete_item(TableName="demos", Key=key)
    assert {"demo0001": OWNER, "demo0002": OWNER} == table.quota_slots.slots()
    table.quota_slots.give_back("demo0001", OWNER)
    table.quota_slots.give_back("demo0001", OWNER)
    assert {"demo0002": OWNER} == table.quota_slots.slots()
    table.quota_slots.give_back("demo0002", OWNER)
    assert [[], []] == [items(client, pk) for pk in (f"OWNER#{OWNER}", "TOTAL")]


def test_a_demo_whose_slot_is_anothers_ends_without_it(client: Any, table: Stores) -> None:
    """And the other keeps it."""
    one = Quotas(per_owner=1, in_all=1)
    table.records.create(a_demo(1), (), one)
    table.quota_slots.give_back("demo0001", OWNER)
    table.records.create(a_demo(2), (), one)
    table.records.save(table.records.get("demo0001"), ended(table.records.get("demo0001")), ())
    assert table.records.get("demo0001").ended
    assert {"demo0002": OWNER} == table.quota_slots.slots()


def test_an_adopted_demo_frees_nothing(client: Any, table: Stores) -> None:
    """It never took a slot, and makes no item when it ends."""
    table.records.adopt(a_demo(), ())
    table.records.save(table.records.get("demo0001"), ended(table.records.get("demo0001")), ())
    assert [[], []] == [items(client, pk) for pk in (f"OWNER#{OWNER}", "TOTAL")]


# The set of holders that an earlier release kept ---------------------------------------------


def test_an_earlier_releases_slots_count(client: Any, table: Stores) -> None:
    """In both quotas, by demo, until their demos end."""
    old_demo(client, table, 1)
    old_demo(client, table, 2, owner="bob@example.com")
    assert {"demo0001": OWNER, "demo0002": "bob@example.com"} == table.quota_slots.slots()
    with pytest.raises(LimitReached, match="per owner") as caught:
        table.records.create(a_demo(3), (), Quotas(per_owner=1, in_all=9))
    assert ("demo0001",) == caught.value.holders
    with pytest.raises(LimitReached, match="in all"):
        table.records.create(a_demo(3), (), Quotas(per_owner=9, in_all=2))
    demo = table.records.get("demo0001")
    table.records.save(demo, ended(demo), ())
    table.records.create(a_demo(3), (), Quotas(per_owner=1, in_all=2))
    assert {"demo0002": "bob@example.com", "demo0003": OWNER} == table.quota_slots.slots()


def test_an_earlier_releases_slot_without_a_record_is_freed(client: Any, table: Stores) -> None:
    """Twice is no error."""
    old_demo(client, table, 1)
    table.quota_slots.give_back("demo0001", OWNER)
    table.quota_slots.give_back("demo0001", OWNER)
    assert {} == table.quota_slots.slots()
    table.records.create(a_demo(2), (), Quotas(per_owner=1, in_all=1))


def test_an_earlier_releases_demo_ends_without_its_sets(client: Any, table: Stores) -> None:
    """A person removed the items by hand; the end makes no new ones."""
    old_demo(client, table, 1)
    for pk in (f"OWNER#{OWNER}", "TOTAL"):
        client.delete_item(TableName="demos", Key=marshal({"pk": pk, "sk": "QUOTA"}))
    table.records.save(table.records.get("demo0001"), ended(table.records.get("demo0001")), ())
    assert table.records.get("demo0001").ended
    assert [] == items(client, "TOTAL")

"""The table with many demos that end at once, and with ten thousand places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.adapters.items import marshal, unmarshal
from chalicelib.core.errors import LimitReached
from chalicelib.core.policy import Quotas

from .conftest import Stores
from .demos import OWNER, a_demo, ended, entry

PLACES = 10_000


def sent(client: Any, operation: str) -> list[dict[str, Any]]:
    """Return the list to which the parameters of each call are added from now on."""
    calls: list[dict[str, Any]] = []
    hook = f"provide-client-params.dynamodb.{operation}"
    client.meta.events.register(hook, lambda params, **_: calls.append(params))
    return calls


def touched(transaction: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the keys of a transaction's items."""
    for write in transaction["TransactItems"]:
        (what,) = write.values()
        key = unmarshal(what.get("Key") or what["Item"])
        yield key["pk"], key["sk"]


def test_demos_that_end_at_once_share_no_item(client: Any, table: Stores) -> None:
    """
    Demos of one owner and of many end, each in one transaction, and no two of these touch one
    item: however many overlap, DynamoDB refuses none for another.
    """
    room = Quotas(per_owner=PLACES, in_all=PLACES)
    for number in range(20):
        owner = OWNER if number % 2 else f"{number}@example.com"
        table.records.create(a_demo(number, owner=owner), (), room)
    transactions = sent(client, "TransactWriteItems")
    for number in range(20):
        before = table.records.get(f"demo{number:04d}")
        table.records.save(before, ended(before), [entry("deleted")])
    assert 20 == len(transactions)
    counted = Counter(key for transaction in transactions for key in touched(transaction))
    assert [] == [key for key, count in counted.items() if count > 1]
    assert {} == table.quota_slots.slots()


def test_ten_thousand_places_are_used_to_the_last(client: Any, table: Stores) -> None:
    """The last is found among all the others, in few reads, and there is none after it."""
    quotas = Quotas(per_owner=3, in_all=PLACES)
    fill(client, (number for number in range(PLACES) if number != 7_777))
    reads = sent(client, "Query")
    table.records.create(a_demo(), (), quotas)
    assert 8 >= len(reads)  # a megabyte of slots in each
    key = marshal({"pk": "TOTAL", "sk": "SLOT#007777"})
    assert "demo0001" == unmarshal(client.get_item(TableName="demos", Key=key)["Item"])["holder"]
    with pytest.raises(LimitReached, match="at most 10000 active demos in all"):
        table.records.create(a_demo(2, owner="bob@example.com"), (), quotas)


def fill(client: Any, numbers: Iterator[int]) -> None:
    """Let other demos hold these slots."""
    slots = [
        {
            "pk": "TOTAL",
            "sk": f"SLOT#{number:06d}",
            "kind": "SLOT",
            "created_at": "2026",
            "holder": f"other{number:05d}",
            "held_for": f"{number}@example.com",
        }
        for number in numbers
    ]
    for start in range(0, len(slots), 25):
        puts = [{"PutRequest": {"Item": marshal(slot)}} for slot in slots[start : start + 25]]
        client.batch_write_item(RequestItems={"demos": puts})

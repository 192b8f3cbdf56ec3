"""The lease item that DynamoDB's TTL works on: it follows the record."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.errors import StaleRecord
from chalicelib.core.policy import Quotas

from .conftest import Stores
from .demos import a_demo, ended

KEY = {"pk": {"S": "DEMO#demo0001"}, "sk": {"S": "LEASE"}}


@pytest.fixture
def table(table: Stores) -> Stores:
    table.records.create(a_demo(), (), Quotas())
    return table


def ttl(client: Any) -> int | None:
    item = client.get_item(TableName="demos", Key=KEY).get("Item")
    return int(item["ttl"]["N"]) if item else None


def test_a_lease_is_put_with_the_record(client: Any, table: Stores) -> None:
    """Its TTL is the lease's end."""
    assert int(a_demo().expires_at.timestamp()) == ttl(client)


@pytest.mark.parametrize("hours", [2, -2])
def test_a_moved_lease_moves_its_item(client: Any, table: Stores, hours: int) -> None:
    """Extending or shortening changes the TTL in the same write."""
    moved = a_demo().expires_at + timedelta(hours=hours)
    demo = table.records.get("demo0001")
    table.records.save(demo, replace(demo, expires_at=moved), ())
    assert int(moved.timestamp()) == ttl(client)


def test_an_ended_demo_has_no_lease(client: Any, table: Stores) -> None:
    """Going deleted takes the item away."""
    table.records.save(table.records.get("demo0001"), ended(table.records.get("demo0001")), ())
    assert ttl(client) is None


def test_no_other_save_brings_a_removed_lease_back(client: Any, table: Stores) -> None:
    """A person who removed the item by hand is not contradicted by the next plan."""
    client.delete_item(TableName="demos", Key=KEY)
    demo = table.records.get("demo0001")
    table.records.save(demo, replace(demo, reason="on"), ())
    assert ttl(client) is None


def test_a_lease_is_restored_as_the_record_has_it(client: Any, table: Stores) -> None:
    """What the TTL took too early is put back."""
    client.delete_item(TableName="demos", Key=KEY)
    table.leases.restore(table.records.get("demo0001"))
    assert int(a_demo().expires_at.timestamp()) == ttl(client)


def test_a_lease_is_not_restored_for_a_demo_that_ended(client: Any, table: Stores) -> None:
    """The item would outlive it, and its TTL end nothing."""
    before = table.records.get("demo0001")
    table.records.save(before, ended(before), ())
    with pytest.raises(StaleRecord):
        table.leases.restore(before)
    assert ttl(client) is None

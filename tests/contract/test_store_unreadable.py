"""A record that a newer release wrote: named, and in no other record's way."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters.items import demo_key, marshal
from chalicelib.core.errors import FatalError, UnreadableRecord
from chalicelib.core.listing import Listing, Order
from chalicelib.core.policy import Quotas

from .conftest import Stores, make_unreadable
from .demos import NOW, OWNER, a_demo, entry


def three(store: Stores) -> None:
    """Record three demos, the second of which cannot be read."""
    for number in (1, 2, 3):
        store.records.create(a_demo(number), (), Quotas())
    make_unreadable(store, "demo0002")


def test_an_unreadable_record_is_named(store: Stores) -> None:
    """Reading it fails for good, with an error of the service's own."""
    three(store)
    with pytest.raises(UnreadableRecord, match="DEMO#demo0002 DEMO cannot be read") as caught:
        store.records.get("demo0002")
    assert isinstance(caught.value, FatalError)


def test_an_unreadable_record_hides_no_other(store: Stores) -> None:
    """Both lists give the others and name the one they left out."""
    three(store)
    for page in (
        store.records.list(Listing(owner=OWNER), limit=10),
        store.records.list(Listing(), limit=10),
    ):
        assert ["demo0003", "demo0001"] == [d.demo_id for d in page.items]
        assert 1 == len(page.unreadable)
        assert "demo0002" in page.unreadable[0]


def test_a_page_of_unreadable_records_leads_on(store: Stores) -> None:
    """The cursor goes past them."""
    three(store)
    page = store.records.list(Listing(owner=OWNER), limit=2)
    assert ["demo0003"] == [d.demo_id for d in page.items]
    rest = store.records.list(Listing(owner=OWNER), limit=2, cursor=page.cursor)
    assert ["demo0001"] == [d.demo_id for d in rest.items]


def test_an_unreadable_record_is_due_all_the_same(store: Stores) -> None:
    """What the sweep looks for stands beside the document that cannot be read."""
    three(store)
    assert {"demo0001", "demo0002", "demo0003"} == set(store.records.due(NOW + timedelta(hours=5)))


@pytest.fixture
def table(table: Stores) -> Stores:
    table.records.create(a_demo(), [entry("first"), entry("second")], Quotas())
    return table


@pytest.mark.parametrize(
    ("change", "values"),
    [
        ("SET demo.components = :x", {":x": "none"}),
        ("SET demo.created_at = :x", {":x": "yesterday"}),
        ("SET wakes = :x", {":x": "many"}),
        ("SET version = :x", {":x": {"map": 1}}),
        ("REMOVE demo", {}),
        ("REMOVE demo.expires_at", {}),
        ("SET demo = :x", {":x": "text"}),
    ],
)
def test_whatever_is_wrong_with_a_record_is_our_error(
    client: Any, table: Stores, change: str, values: dict[str, Any]
) -> None:
    """No library's error leaves the adapter."""
    client.update_item(
        TableName="demos",
        Key=marshal(demo_key("demo0001")),
        UpdateExpression=change,
        **({"ExpressionAttributeValues": marshal(values)} if values else {}),
    )
    with pytest.raises(UnreadableRecord, match="demo0001"):
        table.records.get("demo0001")


@pytest.mark.parametrize("order", Order)
def test_a_record_that_cannot_be_placed_hides_no_other(
    client: Any, table: Stores, order: Order
) -> None:
    """In whichever order they are listed, it is named."""
    table.records.create(a_demo(2), (), Quotas())
    client.update_item(
        TableName="demos",
        Key=marshal(demo_key("demo0001")),
        UpdateExpression="REMOVE demo.expires_at",
    )
    page = table.records.list(Listing(order=order), limit=9)
    assert ["demo0002"] == [d.demo_id for d in page.items]
    (named,) = page.unreadable
    assert "demo0001" in named


def test_a_field_of_a_newer_release_is_no_hindrance(client: Any, table: Stores) -> None:
    """Only what this release must understand can make a record unreadable."""
    client.update_item(
        TableName="demos",
        Key=marshal(demo_key("demo0001")),
        UpdateExpression="SET demo.mood = :x, weather = :x",
        ExpressionAttributeValues=marshal({":x": "fine"}),
    )
    assert a_demo() == table.records.get("demo0001")


def test_a_timeline_entry_of_an_unknown_kind_is_left_out(client: Any, table: Stores) -> None:
    """The rest of the timeline is listed."""
    items = client.scan(TableName="demos")["Items"]
    first = min(i["sk"]["S"] for i in items if i["sk"]["S"].startswith("EVENT#"))
    client.update_item(
        TableName="demos",
        Key=marshal({"pk": "DEMO#demo0001", "sk": first}),
        UpdateExpression="SET kind = :x",
        ExpressionAttributeValues=marshal({":x": "rumour"}),
    )
    page = table.records.timeline("demo0001", limit=10)
    assert ["second"] == [e.text for e in page.items]
    assert 1 == len(page.unreadable)

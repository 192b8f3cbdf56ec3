"""Lists, timelines and the due index: complete over any number of rows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any

import boto3
import pytest

from chalicelib.adapters.items import marshal
from chalicelib.core.demo import Demo, Phase
from chalicelib.core.errors import InvalidRequest
from chalicelib.core.listing import Listing, Order, line_of, listing
from chalicelib.core.pages import Page
from chalicelib.core.policy import Quotas
from chalicelib.core.timeline import Entry

from .conftest import REGION, Stores, fill, on_table, stores
from .demos import NOW, OWNER, a_demo, ended, entry

OWN, EVERYBODYS = Listing(owner=OWNER), Listing()
ROOM = Quotas(per_owner=10_000, in_all=10_000)
MANY = 1_000


def every(fetch: Callable[..., Page[Demo] | Page[Entry]]) -> list[Demo | Entry]:
    """Follow the cursors to the end."""
    page = fetch(cursor=None)
    found = [*page.items]
    while page.cursor is not None:
        page = fetch(cursor=page.cursor)
        found += page.items
    return found


def test_a_thousand_demos_are_listed_once_each(store: Stores) -> None:
    """Nothing is left out or listed twice where one page ends and the next begins."""
    fill(store, (a_demo(number) for number in range(MANY)))
    listed = every(lambda cursor: store.records.list(OWN, limit=97, cursor=cursor))
    assert [a_demo(n).demo_id for n in reversed(range(MANY))] == [
        d.demo_id for d in listed if isinstance(d, Demo)
    ]


def test_an_owner_sees_only_their_own(store: Stores) -> None:
    """One list is an owner's, the other everybody's; both newest first."""
    store.records.create(a_demo(1, owner="ann@example.com"), (), ROOM)
    store.records.create(a_demo(2, owner="bob@example.com"), (), ROOM)
    assert ["demo0001"] == [d.demo_id for d in store.records.list(OWN, limit=10).items]
    assert ["demo0002", "demo0001"] == [
        d.demo_id for d in store.records.list(EVERYBODYS, limit=10).items
    ]


@pytest.mark.parametrize("limit", [3, 4])
@pytest.mark.parametrize("order", Order)
def test_a_page_that_holds_all_leads_nowhere(store: Stores, order: Order, limit: int) -> None:
    """There is no cursor where nothing is left."""
    fill(store, map(a_demo, range(3)))
    page = store.records.list(Listing(order=order), limit=limit)
    assert (3, None) == (len(page.items), page.cursor)


def test_a_page_is_given_short_before_its_search_takes_too_long() -> None:
    """After ten queries over two thousand records; the next page goes on from there."""
    last = {"pk": "DEMO#demo0007", "sk": "DEMO", "kind": "DEMO", "created_at": "2026"}
    asked: list[dict[str, Any]] = []

    class Endless:
        def query(self, **query: Any) -> dict[str, Any]:
            asked.append(query)
            return {"Items": [], "LastEvaluatedKey": marshal(last)}

    records = stores(Endless(), "demos").records
    page = records.list(Listing(words=("nowhere",)), limit=5)
    assert (10, 2_000) == (len(asked), sum(query["Limit"] for query in asked))
    assert page.cursor
    assert () == page.items
    records.list(Listing(words=("nowhere",)), limit=5, cursor=page.cursor)
    assert asked[1]["ExclusiveStartKey"] == asked[10]["ExclusiveStartKey"]


@pytest.mark.parametrize("order", [Order.NEWEST, Order.NAME])
@pytest.mark.parametrize(("query", "fits"), [({"phase": "quarantined"}, 1), ({"q": "acme"}, 4)])
def test_the_table_sends_only_what_fits(
    client: Any, table: Stores, order: Order, query: dict[str, str], fits: int
) -> None:
    """What it leaves out need not travel."""
    fill(table, map(_varied, range(11)))
    sent: list[int] = []
    client.meta.events.register(
        "after-call.dynamodb.Query", lambda parsed, **_: sent.append(parsed["Count"])
    )
    table.records.list(listing(None, {**query, "order": order}), limit=9)
    assert [fits] == sent


@pytest.mark.parametrize("limit", [1, 5])
@pytest.mark.parametrize("wanted", [OWN, EVERYBODYS], ids=["own", "everybody's"])
def test_a_page_of_everything_costs_one_query(aws: None, wanted: Listing, limit: int) -> None:
    """It reads the page and one more, which tells whether there is a next."""
    client = boto3.client("dynamodb", region_name=REGION)
    table = on_table(client)
    fill(table, map(a_demo, range(9)))
    read: list[int] = []
    client.meta.events.register(
        "after-call.dynamodb.Query", lambda parsed, **_: read.append(parsed["ScannedCount"])
    )
    page = table.records.list(wanted, limit=limit)
    assert ([limit + 1], limit) == (read, len(page.items))
    assert page.cursor


def _varied(number: int) -> Demo:
    """Return one of many that differ in what a list is searched and sorted by."""
    phases = tuple(Phase)
    return a_demo(
        number,
        name=f"{'Straße' if number % 3 else 'Acme'} {number * 7 % 40:02d}",
        owner=("ann@example.com", "bob@example.com")[number % 2],
        phase=phases[number % len(phases)],
        expires_at=NOW + timedelta(minutes=number * 11 % 40),
    )


@pytest.mark.parametrize("order", Order)
def test_a_list_holds_what_fits_in_its_order(store: Stores, order: Order) -> None:
    """Page by page, everything that fits comes once, as the core would have it."""
    demos = [_varied(number) for number in range(30)]
    fill(store, demos)
    queries: tuple[dict[str, str], ...] = (
        {},
        {"q": "STRASSE"},
        {"phase": "live"},
        {"phase": "quarantined"},
        {"q": "bob 3"},
    )
    for query in queries:
        wanted = listing(None, {**query, "order": order})
        lines = sorted((line_of(d) for d in demos if wanted.takes(line_of(d))), key=wanted.rank)
        listed = every(partial(store.records.list, wanted, limit=7))
        assert [line.demo_id for line in lines] == [
            d.demo_id for d in listed if isinstance(d, Demo)
        ]
        assert lines


@pytest.mark.parametrize("store", ["table"], indirect=True)
@pytest.mark.parametrize("order", [Order.NEWEST, Order.NAME])
@pytest.mark.parametrize("cursor", ["nonsense", "bm9uc2Vuc2U=", "€"])
def test_a_list_refuses_a_foreign_cursor(store: Stores, order: Order, cursor: str) -> None:
    """And one that another order gave out."""
    with pytest.raises(InvalidRequest, match="cursor"):
        store.records.list(Listing(order=order), limit=1, cursor=cursor)


def test_a_timeline_is_listed_in_order(store: Stores) -> None:
    """Entries come oldest first, those of one write in the order they were written."""
    store.records.create(a_demo(), [entry("0"), entry("1")], ROOM)
    for number in range(2, 40, 2):
        demo = store.records.get("demo0001")
        at = NOW + timedelta(seconds=number // 10)
        store.records.save(demo, demo, [entry(str(number), at), entry(str(number + 1), at)])
    timeline = every(lambda cursor: store.records.timeline("demo0001", limit=7, cursor=cursor))
    assert [str(n) for n in range(40)] == [e.text for e in timeline if isinstance(e, Entry)]


@pytest.mark.parametrize("cursor", ["nonsense", "bm9uc2Vuc2U=", "€"])
def test_a_cursor_of_somebody_elses_making_is_refused(store: Stores, cursor: str) -> None:
    """A cursor that was not given out is the caller's mistake and named so."""
    with pytest.raises(InvalidRequest, match="cursor"):
        store.records.timeline("demo0001", limit=10, cursor=cursor)


def test_due_finds_every_demo_whose_time_has_come(store: Stores) -> None:
    """All shards are read to their ends, and nothing that is not due is returned."""
    soon, later = NOW + timedelta(minutes=1), NOW + timedelta(hours=9)
    fill(store, (_resting(n, soon if n % 3 == 0 else later) for n in range(300)))
    due = store.records.due(NOW + timedelta(minutes=2))
    assert {f"demo{n:04d}" for n in range(0, 300, 3)} == set(due)
    assert 100 == len(due)


def test_an_ended_demo_is_never_due(store: Stores) -> None:
    """It leaves the index with the write that ends it."""
    store.records.create(_resting(1, NOW), (), ROOM)
    demo = store.records.get("demo0001")
    store.records.save(demo, ended(demo), ())
    assert [] == list(store.records.due(NOW + timedelta(days=30)))


def test_a_demo_is_due_when_its_last_save_says(store: Stores) -> None:
    """A save moves it within the index."""
    store.records.create(a_demo(), (), ROOM)
    demo = store.records.get("demo0001")
    store.records.save(demo, replace(demo, due_at=NOW + timedelta(minutes=10)), ())
    assert [] == list(store.records.due(NOW + timedelta(minutes=9)))
    assert ["demo0001"] == list(store.records.due(NOW + timedelta(minutes=10)))


def _resting(number: int, expires_at: datetime) -> Demo:
    """Return a demo that is up and due when its lease is over."""
    return replace(a_demo(number), looping=False, expires_at=expires_at, due_at=expires_at)

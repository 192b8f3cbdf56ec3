"""The store of prospect links: the fake and the table keep the same promises."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.shares import ShareTable
from chalicelib.adapters.table.demos import DemoTable
from chalicelib.core.errors import Rejected, StaleRecord
from chalicelib.core.share import Share
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.ports.shares import ShareStore
from testkit.fakes.shares import MemoryShares

from .conftest import REGION, make_table

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
ENTRY = Entry(at=NOW, actor="ann@example.com", kind=EntryKind.ACCESS, text="let in")
HOME, WORK = "203.0.113.7/32", "2001:db8::7/128"


Timeline = Callable[[], list[str]]


@pytest.fixture(params=["memory", "table"])
def stored(request: pytest.FixtureRequest) -> tuple[ShareStore, Timeline]:
    """Return a store and how to read its demo's timeline: the fake, then the real one on moto."""
    if request.param == "memory":
        memory = MemoryShares()
        return memory, lambda: [entry.text for entry in memory.entries["demo0001"]]
    request.getfixturevalue("aws")
    client = boto3.client("dynamodb", region_name=REGION)
    name = make_table(client)
    records = DemoTable(client, name)
    return ShareTable(client, name), lambda: [
        entry.text for entry in records.timeline("demo0001", limit=50).items
    ]


@pytest.fixture
def shares(stored: tuple[ShareStore, Timeline]) -> ShareStore:
    return stored[0]


@pytest.fixture
def timeline(stored: tuple[ShareStore, Timeline]) -> Timeline:
    return stored[1]


def a_share(number: int = 1, demo_id: str = "demo0001") -> Share:
    return Share(
        share_id=f"share{number:03d}",
        demo_id=demo_id,
        digest="d" * 64,
        created_by="ann@example.com",
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
        label="Acme",
        host="Ann Lee",
        note="See you on Friday.",
    )


def test_what_is_put_is_read(shares: ShareStore) -> None:
    """Every field of it."""
    shares.put(a_share(), ENTRY, made=0)
    assert a_share() == shares.get("demo0001", "share001")
    assert shares.get("demo0001", "share002") is None


def test_a_demo_has_its_own_links(shares: ShareStore) -> None:
    """All of them, and no other demo's."""
    for number in range(30):
        shares.put(a_share(number), ENTRY, made=number)
    shares.put(a_share(1, "demo0002"), ENTRY, made=0)
    listed = sorted(shares.of_demo("demo0001"), key=lambda share: share.share_id)
    assert [a_share(number) for number in range(30)] == listed


def test_a_link_is_removed_once(shares: ShareStore) -> None:
    """A second time there is nothing to remove."""
    shares.put(a_share(), ENTRY, made=0)
    assert [True, False] == [shares.remove(a_share(), ENTRY) for _ in range(2)]
    assert shares.get("demo0001", "share001") is None


def test_visits_are_counted(shares: ShareStore) -> None:
    """With the time of the last."""
    shares.put(a_share(), ENTRY, made=0)
    later = NOW + timedelta(minutes=5)
    assert [True, True] == [shares.count_visit(a_share(), at) for at in (NOW, later)]
    found = shares.get("demo0001", "share001")
    assert found is not None
    assert (2, NOW, later) == (found.visits, found.first_visited_at, found.visited_at)


def test_what_is_opened_is_counted_by_its_title(shares: ShareStore) -> None:
    """Each by itself; on a link that is gone nothing is."""
    shares.put(a_share(), ENTRY, made=0)
    for title in ("Web tier", "Jenkins", "Web tier"):
        assert shares.count_click(a_share(), title)
    found = shares.get("demo0001", "share001")
    assert found is not None
    assert {"Web tier": 2, "Jenkins": 1} == found.clicks
    assert not shares.count_click(a_share(2), "Jenkins")
    assert shares.get("demo0001", "share002") is None


def test_an_address_waits_once(shares: ShareStore) -> None:
    """And no more of them than may; another link of the demo has a list of its own."""
    shares.put(a_share(), ENTRY, made=0)
    shares.put(a_share(2), ENTRY, made=1)

    def wait(number: int, block: str) -> bool:
        return shares.add_waiting(a_share(number), block, ENTRY, most=2)

    assert [True, False, True, False] == [
        wait(1, HOME),
        wait(1, HOME),
        wait(1, WORK),
        wait(1, "192.0.2.1/32"),
    ]
    assert wait(2, HOME)
    assert not wait(3, HOME)
    found = shares.get("demo0001", "share001")
    assert found is not None
    assert {HOME, WORK} == found.waiting


def test_an_answer_takes_an_address_off(shares: ShareStore) -> None:
    """Once; one that was declined does not wait again, one that was let in may."""
    shares.put(a_share(), ENTRY, made=0)
    for block in (HOME, WORK):
        assert shares.add_waiting(a_share(), block, None, most=5)
    answers = [
        shares.take_waiting(a_share(), block, declined=declined, entry=ENTRY)
        for block, declined in ((HOME, True), (HOME, True), (WORK, False), (WORK, False))
    ]
    assert [True, False, True, False] == answers
    found = shares.get("demo0001", "share001")
    assert found is not None
    assert (frozenset(), frozenset({HOME})) == (found.waiting, found.declined)
    assert not shares.add_waiting(a_share(), HOME, ENTRY, most=5)
    assert shares.add_waiting(a_share(), WORK, ENTRY, most=5)


def test_each_change_of_a_link_is_recorded_once(timeline: Timeline, shares: ShareStore) -> None:
    """In the same transaction: what was refused is not recorded."""
    shares.put(a_share(), ENTRY, made=0)
    shares.add_waiting(a_share(), HOME, ENTRY, most=5)
    shares.add_waiting(a_share(), HOME, ENTRY, most=5)
    shares.take_waiting(a_share(), HOME, declined=True, entry=None)
    shares.remove(a_share(), ENTRY)
    shares.remove(a_share(), ENTRY)
    assert ["let in"] * 3 == timeline()


def test_a_visit_of_a_revoked_link_is_not_counted(shares: ShareStore) -> None:
    """And does not bring it back."""
    assert not shares.count_visit(a_share(), NOW)
    assert shares.get("demo0001", "share001") is None


def test_of_two_links_made_at_once_one_is_counted_again(shares: ShareStore) -> None:
    """Whoever counted before another was made is told to count again, and nothing is kept."""
    assert 0 == shares.made("demo0001")
    shares.put(a_share(1), ENTRY, made=0)
    for made in (0, 2):
        with pytest.raises(StaleRecord):
            shares.put(a_share(2), ENTRY, made=made)
    assert [a_share(1)] == list(shares.of_demo("demo0001"))
    shares.put(a_share(2), ENTRY, made=1)
    shares.remove(a_share(), ENTRY)
    assert 2 == shares.made("demo0001")
    assert 0 == shares.made("demo0002")


def test_what_else_dynamodb_refuses_is_no_other_link(aws: None) -> None:
    """It would be tried again in vain."""
    answer: Any = {
        "Error": {"Code": "TransactionCanceledException", "Message": "x"},
        "CancellationReasons": [{"Code": "ValidationError"}, {"Code": "None"}],
    }

    class Refusing:
        def transact_write_items(self, **_: Any) -> Any:
            raise ClientError(answer, "TransactWriteItems")

    with pytest.raises(Rejected):
        ShareTable(Refusing(), "demos").put(a_share(), ENTRY, made=0)

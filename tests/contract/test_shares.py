"""The store of prospect links: the fake and the table keep the same promises."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.shares import ShareTable
from chalicelib.core.errors import Rejected, StaleRecord
from chalicelib.core.share import Share
from chalicelib.services.ports import ShareStore
from testkit.fakes.shares import MemoryShares

from .conftest import REGION, make_table

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


@pytest.fixture(params=["memory", "table"])
def shares(request: pytest.FixtureRequest) -> ShareStore:
    """Return a store: the fake, then the real one on moto."""
    if request.param == "memory":
        return MemoryShares()
    request.getfixturevalue("aws")
    client = boto3.client("dynamodb", region_name=REGION)
    return ShareTable(client, make_table(client))


def a_share(number: int = 1, demo_id: str = "demo0001") -> Share:
    return Share(
        share_id=f"share{number:03d}",
        demo_id=demo_id,
        digest="d" * 64,
        created_by="ann@example.com",
        created_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )


def test_what_is_put_is_read(shares: ShareStore) -> None:
    """Every field of it."""
    shares.put(a_share(), made=0)
    assert a_share() == shares.get("demo0001", "share001")
    assert shares.get("demo0001", "share002") is None


def test_a_demo_has_its_own_links(shares: ShareStore) -> None:
    """All of them, and no other demo's."""
    for number in range(30):
        shares.put(a_share(number), made=number)
    shares.put(a_share(1, "demo0002"), made=0)
    listed = sorted(shares.of_demo("demo0001"), key=lambda share: share.share_id)
    assert [a_share(number) for number in range(30)] == listed


def test_a_link_is_removed_once(shares: ShareStore) -> None:
    """A second time there is nothing to remove."""
    shares.put(a_share(), made=0)
    assert [True, False] == [shares.remove("demo0001", "share001") for _ in range(2)]
    assert shares.get("demo0001", "share001") is None


def test_visits_are_counted(shares: ShareStore) -> None:
    """With the time of the last."""
    shares.put(a_share(), made=0)
    later = NOW + timedelta(minutes=5)
    assert [True, True] == [shares.count_visit(a_share(), at) for at in (NOW, later)]
    found = shares.get("demo0001", "share001")
    assert found is not None
    assert (2, later) == (found.visits, found.visited_at)


def test_a_visit_of_a_revoked_link_is_not_counted(shares: ShareStore) -> None:
    """And does not bring it back."""
    assert not shares.count_visit(a_share(), NOW)
    assert shares.get("demo0001", "share001") is None


def test_of_two_links_made_at_once_one_is_counted_again(shares: ShareStore) -> None:
    """Whoever counted before another was made is told to count again, and nothing is kept."""
    assert 0 == shares.made("demo0001")
    shares.put(a_share(1), made=0)
    for made in (0, 2):
        with pytest.raises(StaleRecord):
            shares.put(a_share(2), made=made)
    assert [a_share(1)] == list(shares.of_demo("demo0001"))
    shares.put(a_share(2), made=1)
    shares.remove("demo0001", "share001")
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
        ShareTable(Refusing(), "demos").put(a_share(), made=0)

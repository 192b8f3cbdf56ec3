"""The store of prospect links: the fake and the table keep the same promises."""

from datetime import UTC, datetime, timedelta

import boto3
import pytest

from chalicelib.adapters.shares import ShareTable
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
    shares.put(a_share())
    assert a_share() == shares.get("demo0001", "share001")
    assert shares.get("demo0001", "share002") is None


def test_a_demo_has_its_own_links(shares: ShareStore) -> None:
    """All of them, and no other demo's."""
    for number in range(30):
        shares.put(a_share(number))
    shares.put(a_share(1, "demo0002"))
    listed = sorted(shares.of_demo("demo0001"), key=lambda share: share.share_id)
    assert [a_share(number) for number in range(30)] == listed


def test_a_link_is_removed_once(shares: ShareStore) -> None:
    """A second time there is nothing to remove."""
    shares.put(a_share())
    assert [True, False] == [shares.remove("demo0001", "share001") for _ in range(2)]
    assert shares.get("demo0001", "share001") is None


def test_visits_are_counted(shares: ShareStore) -> None:
    """With the time of the last."""
    shares.put(a_share())
    later = NOW + timedelta(minutes=5)
    assert [True, True] == [shares.count_visit(a_share(), at) for at in (NOW, later)]
    found = shares.get("demo0001", "share001")
    assert found is not None
    assert (2, later) == (found.visits, found.visited_at)


def test_a_visit_of_a_revoked_link_is_not_counted(shares: ShareStore) -> None:
    """And does not bring it back."""
    assert not shares.count_visit(a_share(), NOW)
    assert shares.get("demo0001", "share001") is None

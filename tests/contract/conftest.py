"""Every implementation of a port, each behind the same fixture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.adapters.items import demo_key, marshal
from chalicelib.adapters.table.demos import DemoTable
from chalicelib.adapters.table.leases import LeaseItems
from chalicelib.adapters.table.orphan_notes import OrphanNoteItem
from chalicelib.adapters.table.quotas import QuotaItems
from chalicelib.adapters.table.signals import LoopSignalItems
from chalicelib.core.demo import Demo
from chalicelib.services.ports.records import (
    DemoRecords,
    Leases,
    LoopSignals,
    OrphanNotes,
    QuotaSlots,
)
from testkit.fakes import MemoryStore
from tools.infrastructure.template import service_template

if TYPE_CHECKING:
    from .service import Service

REGION = "us-east-1"


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put moto in place of AWS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield


def make_table(client: Any) -> str:
    """Make the table as the service's own template describes it."""
    described = service_template()["Resources"]["Table"]["Properties"]
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    client.create_table(TableName="demos", **{name: described[name] for name in wanted})
    return "demos"


@dataclass(frozen=True, kw_only=True)
class Stores:
    """The ports behind which the table stands."""

    records: DemoRecords
    leases: Leases
    signals: LoopSignals
    quota_slots: QuotaSlots
    orphan_notes: OrphanNotes


def on_table(client: Any) -> Stores:
    """Return the real ones, on a table that is made for them."""
    return stores(client, make_table(client))


@pytest.fixture
def client(aws: None) -> Any:
    """Return a client of DynamoDB."""
    return boto3.client("dynamodb", region_name=REGION)


@pytest.fixture
def table(client: Any) -> Stores:
    """Return the real ones behind that client."""
    return on_table(client)


def stores(client: Any, name: str) -> Stores:
    """Return the real ones, on a table of this name."""
    return Stores(
        records=DemoTable(client, name),
        leases=LeaseItems(client, name),
        signals=LoopSignalItems(client, name),
        quota_slots=QuotaItems(client, name),
        orphan_notes=OrphanNoteItem(client, name),
    )


@pytest.fixture(params=["memory", "table"])
def store(request: pytest.FixtureRequest) -> Stores:
    """Return a store: the fake, then the real one on moto."""
    if request.param == "memory":
        fake = MemoryStore()
        return Stores(records=fake, leases=fake, signals=fake, quota_slots=fake, orphan_notes=fake)
    request.getfixturevalue("aws")
    return on_table(OneAtATime(boto3.client("dynamodb", region_name=REGION)))


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    """Lend the application with one demo of its caller's."""
    from .service import deployed  # it takes the table from here

    with deployed() as running:
        yield running


class OneAtATime:
    """A client whose calls do not overlap: moto's transactions, unlike AWS's, are not isolated."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = Lock()

    def __getattr__(self, name: str) -> Any:
        real = getattr(self._client, name)

        def call(*args: Any, **kwargs: Any) -> Any:
            with self._lock:
                return real(*args, **kwargs)

        return call


def make_unreadable(store: Stores, demo_id: str) -> None:
    """Make a demo's record as a newer release may write it: in a phase that this one lacks."""
    if isinstance(store.records, MemoryStore):
        store.records.unreadable.add(demo_id)
        return
    assert isinstance(store.records, DemoTable)
    store.records._client.update_item(
        TableName="demos",
        Key=marshal(demo_key(demo_id)),
        UpdateExpression="SET demo.phase = :phase",
        ExpressionAttributeValues=marshal({":phase": "hibernating"}),
    )


def fill(store: Stores, demos: Iterable[Demo]) -> None:
    """Put many records at once; moto copies the whole table for each transaction."""
    for demo in demos:
        if isinstance(store.records, DemoTable):
            item = marshal(store.records._writes.new_record(demo))
            store.records._client.put_item(TableName="demos", Item=item)
        else:
            store.records.adopt(demo, ())

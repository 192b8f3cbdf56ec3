"""Every implementation of a port, each behind the same fixture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import boto3
import pytest
import yaml
from moto import mock_aws

from chalicelib.adapters.records import demo_key, marshal
from chalicelib.adapters.table import Table
from chalicelib.core.demo import Demo
from chalicelib.services.ports import DemoStore
from testkit.fakes import MemoryStore

if TYPE_CHECKING:
    from .service import Service

REGION = "us-east-1"
WATCHDOG = timedelta(minutes=10)
RESOURCES = Path(__file__).resolve().parents[2] / ".chalice" / "resources.yaml"


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
    template = yaml.safe_load(RESOURCES.read_text(encoding="utf-8"))
    described = template["Resources"]["Table"]["Properties"]
    wanted = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    client.create_table(TableName="demos", **{name: described[name] for name in wanted})
    return "demos"


@pytest.fixture(params=["memory", "table"])
def store(request: pytest.FixtureRequest) -> DemoStore:
    """Return a store: the fake, then the real one on moto."""
    if request.param == "memory":
        return MemoryStore(watchdog=WATCHDOG)
    request.getfixturevalue("aws")
    client = boto3.client("dynamodb", region_name=REGION)
    return Table(OneAtATime(client), make_table(client), watchdog=WATCHDOG)


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


def make_unreadable(store: DemoStore, demo_id: str) -> None:
    """Make a demo's record as a newer release may write it: in a phase that this one lacks."""
    if isinstance(store, MemoryStore):
        store.unreadable.add(demo_id)
        return
    assert isinstance(store, Table)
    store._client.update_item(
        TableName="demos",
        Key=marshal(demo_key(demo_id)),
        UpdateExpression="SET demo.phase = :phase",
        ExpressionAttributeValues=marshal({":phase": "paused"}),
    )


def fill(store: DemoStore, demos: Iterable[Demo]) -> None:
    """Put many records at once; moto copies the whole table for each transaction."""
    for demo in demos:
        if isinstance(store, Table):
            item = marshal(store._writes.new_record(demo))
            store._client.put_item(TableName="demos", Item=item)
        else:
            store.adopt(demo, ())

"""RDS and its fake: databases that stop and start, and what RDS refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters import databases as adapter
from chalicelib.adapters.databases import Rds
from chalicelib.core.component import Status
from chalicelib.core.errors import AccessDenied, RetryableError, Throttled, Unavailable
from chalicelib.services.ports.targets import Databases
from testkit.fakes import MemoryCloud, VirtualClock
from testkit.fakes.databases import DATABASE
from testkit.simulation.components import component

from .conftest import REGION

NAME = "stelligent-demo-demo0001-rds"


@dataclass
class Kept:
    """Databases, the name of one, and what lets their time pass."""

    databases: Databases
    name: str
    settle: Callable[[], object]


@pytest.fixture(params=["memory", "moto"])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        clock = VirtualClock()
        cloud = MemoryCloud([component("rds", 12)], clock)
        cloud.create(
            name=NAME, template="# rds", parameters={}, tags={}, timeout_minutes=15, token="1"
        )
        clock.advance(timedelta(minutes=12))
        settle = lambda: clock.advance(timedelta(minutes=5))  # noqa: E731
        return Kept(cloud.databases, f"{DATABASE} of {NAME}", settle)
    request.getfixturevalue("aws")
    boto3.client("rds", region_name=REGION).create_db_instance(
        DBInstanceIdentifier=NAME,
        DBInstanceClass="db.t4g.micro",
        Engine="mysql",
        AllocatedStorage=20,
        MasterUsername="admin",
        MasterUserPassword="not-a-real-one",
    )
    return Kept(Rds(REGION), NAME, lambda: None)


def test_a_database_stops_and_starts(kept: Kept) -> None:
    """Asking for what it does or is already is no error."""
    for ask, then in ((kept.databases.stop, Status.STOPPED), (kept.databases.start, Status.READY)):
        ask([kept.name])
        ask([kept.name])
        kept.settle()
        assert then is kept.databases.status([kept.name])
        ask([kept.name])
        assert then is kept.databases.status([kept.name])


def test_a_database_that_is_gone_holds_nothing_up(kept: Kept) -> None:
    """Its stack is looked at for itself."""
    assert Status.READY is kept.databases.status([])
    assert Status.READY is kept.databases.status(["never-was-there"])


@dataclass
class Answering:
    """A client of RDS that says how a database is, and refuses what it is told to."""

    word: str
    refuses: str = ""
    asked: list[str] = field(default_factory=list)

    def describe_db_instances(self, **_: str) -> dict[str, Any]:
        return {"DBInstances": [{"DBInstanceStatus": self.word}]}

    def stop_db_instance(self, **_: str) -> None:
        self._asked("StopDBInstance")

    def start_db_instance(self, **_: str) -> None:
        self._asked("StartDBInstance")

    def _asked(self, operation: str) -> None:
        self.asked.append(operation)
        if self.refuses:
            raise ClientError({"Error": {"Code": self.refuses, "Message": "no"}}, operation)


def rds(monkeypatch: pytest.MonkeyPatch, client: Answering) -> Rds:
    monkeypatch.setattr(adapter, "client", lambda *_: client)
    return Rds(REGION)


@pytest.mark.parametrize("word", ["stopped", "stopping", "starting", "available", "backing-up"])
def test_only_what_does_not_do_so_already_is_asked(
    monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    """RDS refuses the other (its API Reference, "StopDBInstance", "StartDBInstance")."""
    client = Answering(word)
    databases = rds(monkeypatch, client)
    databases.stop([NAME])
    databases.start([NAME])
    stops = [] if word in ("stopped", "stopping") else ["StopDBInstance"]
    starts = [] if word in ("available", "starting") else ["StartDBInstance"]
    assert stops + starts == client.asked


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("InvalidDBInstanceState", Unavailable),
        ("InvalidDBInstanceStateFault", Unavailable),
        ("Throttling", Throttled),
        ("AccessDenied", AccessDenied),
    ],
)
def test_what_passes_is_retried_and_what_does_not_is_reported(
    monkeypatch: pytest.MonkeyPatch, code: str, error: type[Exception]
) -> None:
    """A database that is being backed up can be stopped later; a right that is missing cannot."""
    databases = rds(monkeypatch, Answering("backing-up", refuses=code))
    for ask in (databases.stop, databases.start):
        with pytest.raises(error):
            ask([NAME])
    assert issubclass(error, RetryableError) is (error is not AccessDenied)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("available", Status.READY),
        ("stopping", Status.STOPPING),
        ("stopped", Status.STOPPED),
        ("starting", Status.STARTING),
        ("configuring-enhanced-monitoring", Status.STARTING),
    ],
)
def test_every_other_status_is_busy(
    monkeypatch: pytest.MonkeyPatch, word: str, status: Status
) -> None:
    """With something that passes."""
    assert status is rds(monkeypatch, Answering(word)).status([NAME])

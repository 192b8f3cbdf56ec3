"""The functions that the stream and the clock call: nothing one demo brings holds up another."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.catalog import ALL
from chalicelib.core.demo import Desired
from chalicelib.core.errors import Unavailable
from chalicelib.core.request import DemoRequest
from chalicelib.entrypoints import events

from .builders import HOME, OWNER, Stage


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Return a stage with two demos whose leases have ended, as the functions' own use cases."""
    made = Stage()
    for _ in range(2):
        made.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    made.clock.advance(timedelta(hours=5))
    monkeypatch.setattr(events, "use_cases", lambda: made)
    return made


def removed(demo_id: str, number: int) -> dict[str, Any]:
    """Return what the stream brings of a lease item that TTL removed."""
    keys = {"pk": {"S": f"DEMO#{demo_id}"}, "sk": {"S": "LEASE"}}
    return {
        "eventID": str(number),
        "eventName": "REMOVE",
        "dynamodb": {"Keys": keys, "SequenceNumber": str(number)},
        "userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"},
    }


EVENT = {"Records": [removed("demo0001", 1), removed("demo0002", 2)]}


def test_an_unreadable_record_does_not_hold_up_the_stream(stage: Stage) -> None:
    """It is counted and not delivered again; the lease behind it ends its demo."""
    stage.store.unreadable.add("demo0001")
    assert {"batchItemFailures": []} == events.lease_gone(EVENT, None)
    assert Desired.DELETED is stage.store.get("demo0002").desired_state
    assert 1 == stage.metrics.counts["LeaseFaults"]


def test_what_may_succeed_later_is_delivered_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stream is asked for it by its number."""
    get = stage.store.get

    def busy(demo_id: str) -> object:
        if demo_id == "demo0002":
            raise Unavailable("no answer")
        return get(demo_id)

    monkeypatch.setattr(stage.store, "get", busy)
    failed = {"batchItemFailures": [{"itemIdentifier": "2"}]}
    assert failed == events.lease_gone(EVENT, None)
    assert Desired.DELETED is get("demo0001").desired_state
    assert 0 == stage.metrics.counts["LeaseFaults"]


def scheduled() -> dict[str, Any]:
    return {
        "detail": {},
        "detail-type": "Scheduled Event",
        "source": "aws.events",
    } | dict.fromkeys(("account", "id", "region", "resources", "time", "version"), "")


def test_the_sweep_counts_what_it_could_not_deal_with(stage: Stage) -> None:
    """The function itself succeeds: the others were dealt with."""
    stage.store.unreadable.add("demo0001")
    events.sweep_due(scheduled(), None)
    assert ("SweepFaults", 1, "Count") in stage.metrics.values
    assert Desired.DELETED is stage.store.get("demo0002").desired_state

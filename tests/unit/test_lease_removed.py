"""A lease item that left the table ends its demo, unless the record knows better."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.catalog import ALL
from chalicelib.core.demo import Desired, Phase
from chalicelib.core.errors import RetryableError
from chalicelib.core.request import DemoRequest

from .builders import HOME, OWNER, Stage


def staged() -> Stage:
    stage = Stage()
    stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    del stage.store.leases["demo0001"]
    return stage


def test_ttl_after_the_end_ends_the_demo() -> None:
    """Without any sweep."""
    stage = staged()
    stage.clock.advance(timedelta(hours=5))
    stage.lease_removed.run("demo0001", by_ttl=True)
    assert Desired.DELETED is stage.store.get("demo0001").desired_state


def test_ttl_before_the_end_puts_the_item_back() -> None:
    """The lease was extended while DynamoDB had its old end in hand."""
    stage = staged()
    stage.lease_removed.run("demo0001", by_ttl=True)
    demo = stage.store.get("demo0001")
    assert Desired.RUNNING is demo.desired_state
    assert demo.expires_at == stage.store.leases["demo0001"]


def test_a_persons_hand_ends_the_demo_at_once() -> None:
    """Whatever its lease says."""
    stage = staged()
    stage.lease_removed.run("demo0001", by_ttl=False)
    assert "to be removed: the lease was removed by hand" in stage.timeline("demo0001")


@pytest.mark.parametrize("by_ttl", [True, False])
def test_a_replay_changes_nothing(*, by_ttl: bool) -> None:
    """Streams deliver at least once."""
    stage = staged()
    stage.clock.advance(timedelta(hours=5))
    stage.lease_removed.run("demo0001", by_ttl=by_ttl)
    once = stage.timeline("demo0001")
    stage.lease_removed.run("demo0001", by_ttl=by_ttl)
    assert once == stage.timeline("demo0001")


def test_the_item_of_a_deleted_demo_changes_nothing() -> None:
    """The write that ended the demo removed it."""
    stage = staged()
    demo = stage.store.get("demo0001")
    stage.save(demo, replace(demo, phase=Phase.DELETED, looping=False), ())
    before = stage.store.get("demo0001")
    stage.lease_removed.run("demo0001", by_ttl=False)
    assert before == stage.store.get("demo0001")


def test_an_unknown_demo_changes_nothing() -> None:
    """Its record was deleted by hand: the orphan search's business."""
    Stage().lease_removed.run("nobody00", by_ttl=True)


def test_a_lease_that_moved_meanwhile_is_looked_at_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its owner ended the demo after the record was read: the stream delivers again."""
    stage = staged()
    demo = stage.store.get("demo0001")
    monkeypatch.setattr(stage.store, "get", lambda _: demo)
    stage.save(demo, replace(demo, phase=Phase.DELETED, looping=False), ())
    with pytest.raises(RetryableError):
        stage.lease_removed.run("demo0001", by_ttl=True)
    assert {} == stage.store.leases

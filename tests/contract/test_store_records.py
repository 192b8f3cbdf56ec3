"""Records: versions, events that come in between, and waking."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.catalog import Kind
from chalicelib.core.demo import Cause, ComponentStatus, Demo, Failure, Phase, Search, Status
from chalicelib.core.errors import NotFound, StaleRecord
from chalicelib.core.quotas import Quotas
from chalicelib.services.ports import DemoStore

from .demos import NOW, a_demo, entry


def put(store: DemoStore, demo: Demo | None = None) -> Demo:
    made = demo or a_demo()
    store.create(made, [entry("asked for")], Quotas())
    return store.get(made.demo_id)


def test_a_record_reads_as_it_was_written(store: DemoStore) -> None:
    """Every field comes back with its type."""
    component = ComponentStatus(
        name="vpc",
        kind=Kind.STACK,
        depends_on=("s3",),
        typical_minutes=2.5,
        has_bucket=True,
        status=Status.DELETE_FAILED,
        started_at=NOW,
        outputs={"VpcId": "vpc-1"},
        failure=Failure(component="vpc", resource="Net", reason="in use"),
        cause=Cause.DEPENDENCY,
        attempts=2,
        retry_at=NOW + timedelta(seconds=15),
    )
    demo = a_demo(
        components={"vpc": component},
        parameters={"Size": "small"},
        allowed_cidr=("10.0.0.0/16",),
        warned=frozenset({30, 120}),
        search=Search(attempts=1, again_at=NOW),
        trouble=component.failure,
    )
    assert demo == put(store, demo)


def test_an_unknown_demo_is_not_found(store: DemoStore) -> None:
    """There is no demo that nobody asked for."""
    with pytest.raises(NotFound):
        store.get("nobody00")


def test_an_id_is_taken_once(store: DemoStore) -> None:
    """Two demos cannot have one id."""
    put(store)
    with pytest.raises(StaleRecord):
        store.create(a_demo(owner="bob@example.com"), [], Quotas())


def test_a_save_moves_the_version_on(store: DemoStore) -> None:
    """What was saved is what is read, and what save returned."""
    before = put(store)
    saved = store.save(before, replace(before, phase=Phase.PROVISIONING), ())
    assert before.version + 1 == saved.version
    assert saved == store.get(before.demo_id)


def test_a_stale_save_changes_nothing(store: DemoStore) -> None:
    """Of two writers that read the same version, one is told to read again."""
    before = put(store)
    first = store.save(before, replace(before, reason="first"), ())
    with pytest.raises(StaleRecord):
        store.save(before, replace(before, reason="second"), [entry("second")])
    assert first == store.get(before.demo_id)
    assert 1 == len(store.timeline(before.demo_id, limit=10).items)


def test_a_save_never_brings_a_record_back(store: DemoStore) -> None:
    """A record that is not there is not written."""
    with pytest.raises(StaleRecord):
        store.save(a_demo(), replace(a_demo(), reason="late"), ())
    with pytest.raises(NotFound):
        store.get(a_demo().demo_id)


def test_a_save_takes_off_the_changes_it_has_seen(store: DemoStore) -> None:
    """What came since the record was read stays on it."""
    put(store)
    store.wake("demo0001", "vpc#1")
    before = store.get("demo0001")
    store.wake("demo0001", "s3#2")
    store.save(before, replace(before, reason="looked at vpc"), ())
    after = store.get("demo0001")
    assert frozenset({"s3#2"}) == after.changed
    assert 2 == after.wakes


def test_an_event_does_not_get_in_a_writers_way(store: DemoStore) -> None:
    """Waking leaves the version alone."""
    before = put(store)
    store.wake("demo0001", "vpc#1")
    assert before.version == store.get("demo0001").version


def test_waking_takes_the_parked_token_once(store: DemoStore) -> None:
    """The first event after parking gets the token, the next one nothing."""
    demo = put(store)
    assert store.park("demo0001", generation=1, seen=demo.wakes, token="t1")
    assert "t1" == store.wake("demo0001", "vpc#1")
    assert store.wake("demo0001", "vpc#2") is None


def test_parking_after_an_event_is_refused(store: DemoStore) -> None:
    """A wake-up between looking and parking is not lost."""
    demo = put(store)
    store.wake("demo0001")
    assert not store.park("demo0001", generation=1, seen=demo.wakes, token="t1")
    assert store.wake("demo0001") is None


def test_only_the_demos_own_loop_may_park(store: DemoStore) -> None:
    """A loop that was overtaken leaves no token."""
    put(store)
    assert not store.park("demo0001", generation=2, seen=0, token="t1")
    assert not store.park("nobody00", generation=1, seen=0, token="t1")


def test_a_later_park_replaces_an_earlier_token(store: DemoStore) -> None:
    """After a wait that ran out, the next one's token is the one that wakes."""
    put(store)
    store.park("demo0001", generation=1, seen=0, token="t1")
    store.park("demo0001", generation=1, seen=0, token="t2")
    assert "t2" == store.wake("demo0001")


def test_waking_a_demo_that_is_not_there_makes_nothing(store: DemoStore) -> None:
    """An event of a stack whose record is gone leaves no trace."""
    assert store.wake("nobody00", "vpc#1") is None
    with pytest.raises(NotFound):
        store.get("nobody00")


def test_adopting_takes_no_slot(store: DemoStore) -> None:
    """A record made for orphans counts against nobody."""
    demo = a_demo(phase=Phase.DELETING)
    store.adopt(demo, [entry("found")])
    assert demo == store.get("demo0001")
    assert {} == store.slots()


def test_adopting_over_a_record_is_refused(store: DemoStore) -> None:
    """A demo that has a record is no orphan."""
    put(store)
    with pytest.raises(StaleRecord):
        store.adopt(a_demo(), [])


def test_suspects_are_those_of_the_last_search(store: DemoStore) -> None:
    """Each search replaces what the one before it noted, with nothing too."""
    assert frozenset() == store.suspects()
    store.suspect({"us-east-1/demo0001", "us-east-1/demo0002"})
    store.suspect({"us-east-1/demo0002"})
    assert frozenset({"us-east-1/demo0002"}) == store.suspects()
    store.suspect(())
    assert frozenset() == store.suspects()


def test_a_lease_is_not_restored_over_a_newer_one(store: DemoStore) -> None:
    """Whoever moved or ended the lease after the record was read has seen to its item."""
    before = put(store)
    shorter = before.expires_at - timedelta(hours=1)
    store.save(before, replace(before, expires_at=shorter), ())
    with pytest.raises(StaleRecord):
        store.restore_lease(before)
    with pytest.raises(StaleRecord):
        store.restore_lease(a_demo(2))
    store.restore_lease(store.get("demo0001"))

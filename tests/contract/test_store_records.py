"""Records: versions, events that come in between, and waking."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.component import Cause, ComponentStatus, Failure, Status
from chalicelib.core.demo import Demo, Phase, Search
from chalicelib.core.errors import NotFound, StaleRecord
from chalicelib.core.kinds import Kind
from chalicelib.core.policy import Quotas
from chalicelib.core.stack_change import StackChange

from .conftest import Stores
from .demos import NOW, a_demo, entry


def put(store: Stores, demo: Demo | None = None) -> Demo:
    made = demo or a_demo()
    store.records.create(made, [entry("asked for")], Quotas())
    return store.records.get(made.demo_id)


def test_a_record_reads_as_it_was_written(store: Stores) -> None:
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


def test_a_demo_that_waits_reads_as_it_was_written(store: Stores) -> None:
    """With the moment that it waits for, at which the sweep finds it due."""
    start = NOW + timedelta(hours=1)
    waiting = a_demo(
        ready_by=start + timedelta(minutes=20),
        starts_at=start,
        due_at=start,
        generation=0,
        looping=False,
    )
    kept = put(store, waiting)
    assert (waiting, True) == (kept, kept.waiting)
    assert [] == list(store.records.due(start - timedelta(seconds=1)))
    assert [waiting.demo_id] == list(store.records.due(start))


def test_an_unknown_demo_is_not_found(store: Stores) -> None:
    """There is no demo that nobody asked for."""
    with pytest.raises(NotFound):
        store.records.get("nobody00")


def test_an_id_is_taken_once(store: Stores) -> None:
    """Two demos cannot have one id."""
    put(store)
    with pytest.raises(StaleRecord):
        store.records.create(a_demo(owner="bob@example.com"), [], Quotas())


def test_a_save_moves_the_version_on(store: Stores) -> None:
    """What was saved is what is read, and what save returned."""
    before = put(store)
    saved = store.records.save(before, replace(before, phase=Phase.PROVISIONING), ())
    assert before.version + 1 == saved.version
    assert saved == store.records.get(before.demo_id)


def test_a_stale_save_changes_nothing(store: Stores) -> None:
    """Of two writers that read the same version, one is told to read again."""
    before = put(store)
    first = store.records.save(before, replace(before, reason="first"), ())
    with pytest.raises(StaleRecord):
        store.records.save(before, replace(before, reason="second"), [entry("second")])
    assert first == store.records.get(before.demo_id)
    assert 1 == len(store.records.timeline(before.demo_id, limit=10).items)


def test_a_save_never_brings_a_record_back(store: Stores) -> None:
    """A record that is not there is not written."""
    with pytest.raises(StaleRecord):
        store.records.save(a_demo(), replace(a_demo(), reason="late"), ())
    with pytest.raises(NotFound):
        store.records.get(a_demo().demo_id)


def test_a_save_takes_off_the_changes_it_has_seen(store: Stores) -> None:
    """What came since the record was read stays on it."""
    put(store)
    store.signals.count_event("demo0001", StackChange("vpc", "1"))
    before = store.records.get("demo0001")
    store.signals.count_event("demo0001", StackChange("s3", "2"))
    store.records.save(before, replace(before, reason="looked at vpc"), ())
    after = store.records.get("demo0001")
    assert frozenset({StackChange("s3", "2")}) == after.changed
    assert 2 == after.wakes


def test_an_event_does_not_get_in_a_writers_way(store: Stores) -> None:
    """Waking leaves the version alone."""
    before = put(store)
    store.signals.count_event("demo0001", StackChange("vpc", "1"))
    assert before.version == store.records.get("demo0001").version


def test_waking_takes_the_parked_token_once(store: Stores) -> None:
    """The first event after parking gets the token, the next one nothing."""
    demo = put(store)
    assert store.signals.park("demo0001", generation=1, seen=demo.wakes, token="t1")
    assert "t1" == store.signals.count_event("demo0001", StackChange("vpc", "1"))
    assert store.signals.count_event("demo0001", StackChange("vpc", "2")) is None


def test_parking_after_an_event_is_refused(store: Stores) -> None:
    """A wake-up between looking and parking is not lost."""
    demo = put(store)
    store.signals.count_event("demo0001")
    assert not store.signals.park("demo0001", generation=1, seen=demo.wakes, token="t1")
    assert store.signals.count_event("demo0001") is None


def test_only_the_demos_own_loop_may_park(store: Stores) -> None:
    """A loop that was overtaken leaves no token."""
    put(store)
    assert not store.signals.park("demo0001", generation=2, seen=0, token="t1")
    assert not store.signals.park("nobody00", generation=1, seen=0, token="t1")


def test_a_later_park_replaces_an_earlier_token(store: Stores) -> None:
    """After a wait that ran out, the next one's token is the one that wakes."""
    put(store)
    store.signals.park("demo0001", generation=1, seen=0, token="t1")
    store.signals.park("demo0001", generation=1, seen=0, token="t2")
    assert "t2" == store.signals.count_event("demo0001")


def test_waking_a_demo_that_is_not_there_makes_nothing(store: Stores) -> None:
    """An event of a stack whose record is gone leaves no trace."""
    assert store.signals.count_event("nobody00", StackChange("vpc", "1")) is None
    with pytest.raises(NotFound):
        store.records.get("nobody00")


def test_adopting_takes_no_slot(store: Stores) -> None:
    """A record made for orphans counts against nobody."""
    demo = a_demo(phase=Phase.DELETING)
    store.records.adopt(demo, [entry("found")])
    assert demo == store.records.get("demo0001")
    assert {} == store.quota_slots.slots()
    store.records.save(demo, replace(demo, reason="on"), [entry("at the same moment")])
    entries = store.records.timeline("demo0001", limit=10).items
    assert ["found", "at the same moment"] == [e.text for e in entries]


def test_adopting_over_a_record_is_refused(store: Stores) -> None:
    """A demo that has a record is no orphan."""
    put(store)
    with pytest.raises(StaleRecord):
        store.records.adopt(a_demo(), [])


def test_suspects_are_those_of_the_last_search(store: Stores) -> None:
    """Each search replaces what the one before it noted, with nothing too."""
    assert frozenset() == store.orphan_notes.suspects()
    store.orphan_notes.suspect({"us-east-1/demo0001", "us-east-1/demo0002"})
    store.orphan_notes.suspect({"us-east-1/demo0002"})
    assert frozenset({"us-east-1/demo0002"}) == store.orphan_notes.suspects()
    store.orphan_notes.suspect(())
    assert frozenset() == store.orphan_notes.suspects()


def test_a_lease_is_not_restored_over_a_newer_one(store: Stores) -> None:
    """Whoever moved or ended the lease after the record was read has seen to its item."""
    before = put(store)
    shorter = before.expires_at - timedelta(hours=1)
    store.records.save(before, replace(before, expires_at=shorter), ())
    with pytest.raises(StaleRecord):
        store.leases.restore(before)
    with pytest.raises(StaleRecord):
        store.leases.restore(a_demo(2))
    store.leases.restore(store.records.get("demo0001"))


def test_entries_that_tell_of_no_change_are_appended(store: Stores) -> None:
    """All of them, also at one moment, in the record's timeline; the record stays as it is."""
    demo = put(store)
    for number in range(3):
        store.records.append(demo, entry(f"looked {number}"))
    listed = store.records.timeline(demo.demo_id, limit=10).items
    assert {"asked for", "looked 0", "looked 1", "looked 2"} == {each.text for each in listed}
    assert 4 == len(listed)
    assert demo == store.records.get(demo.demo_id)


def test_a_save_returns_the_record_as_it_is_now(store: Stores) -> None:
    """What events had named until it was read is dealt with; what comes later stays noted."""
    put(store)
    store.signals.count_event("demo0001", StackChange("vpc", "CREATE_COMPLETE"))
    before = store.records.get("demo0001")
    assert {StackChange("vpc", "CREATE_COMPLETE")} == before.changed
    saved = store.records.save(before, replace(before, reason="on"), ())
    assert store.records.get("demo0001") == saved
    assert frozenset() == saved.changed

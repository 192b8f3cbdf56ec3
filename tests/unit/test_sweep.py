"""The sweep: each thing that time brings about, once, and one demo's fault is its own."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.catalog import ALL
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import AccessDenied, DemoError, StaleRecord, Unavailable
from chalicelib.core.request import DemoRequest
from chalicelib.core.timeline import Entry, EntryKind

from .builders import HOME, OWNER, Stage, minutes


def up(stage: Stage, hours: float = 4) -> Demo:
    """Return a demo that is ready and at rest."""
    demo = stage.request.create(
        OWNER,
        DemoRequest(components=ALL, allowed_cidr=(HOME,), ttl=timedelta(hours=hours)),
    )
    stage.workflow.end(demo.demo_id, 1)
    ready = replace(demo, phase=Phase.READY, looping=False, planned_at=stage.clock.now)
    return stage.save(demo, ready, ())


def swept(stage: Stage) -> list[str]:
    faults: list[tuple[str, Exception]] = []
    seen = stage.sweep.run(lambda demo_id, error: faults.append((demo_id, error))).seen
    assert [] == faults
    return list(seen)


def test_nothing_due_is_nothing_done() -> None:
    """A demo whose time has not come is not even read."""
    stage = Stage()
    up(stage)
    assert [] == swept(stage)


def test_a_lease_that_ended_ends_the_demo() -> None:
    """And starts the loop that takes it down."""
    stage = Stage()
    up(stage)
    stage.clock.advance(timedelta(hours=4))
    swept(stage)
    assert Desired.DELETED is stage.store.get("demo0001").desired_state
    assert ("demo0001", 2) in stage.workflow.started
    assert "to be removed: the lease has ended" in stage.timeline("demo0001")


def test_a_lease_extended_in_the_same_breath_is_not_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep read an ended lease; its owner's extension was written before its own write."""
    stage = Stage()
    demo = up(stage)
    stage.clock.advance(timedelta(hours=4))
    save = stage.store.save
    longer = replace(demo, expires_at=stage.clock.now + timedelta(hours=1))

    def extended_first(before: Demo, after: Demo, entries: Sequence[Entry]) -> Demo:
        monkeypatch.undo()
        save(demo, longer, ())
        return save(before, after, entries)

    monkeypatch.setattr(stage.store, "save", extended_first)
    swept(stage)
    assert Desired.RUNNING is stage.store.get("demo0001").desired_state
    assert longer.expires_at == stage.store.get("demo0001").expires_at


def test_each_warning_is_given_once() -> None:
    """At two hours and at half an hour before the end of a lease of four."""
    stage = Stage()
    up(stage)
    for _ in range(239):
        stage.clock.advance(minutes(1))
        swept(stage)
    warnings = [text for text in stage.timeline("demo0001") if "ends in" in text]
    assert [
        f"demo demo0001 ends in {left} (2026-01-05 13:00 UTC)" for left in ("2 h", "30 min")
    ] == warnings


def test_warnings_that_come_due_together_are_one() -> None:
    """After a pause of the sweep nobody gets the same notice twice."""
    stage = Stage()
    up(stage)
    stage.clock.advance(minutes(220))
    swept(stage)
    warned = [entry for entry in stage.store.entries["demo0001"] if "ends in" in entry.text]
    assert [EntryKind.WARNING] == [entry.kind for entry in warned]
    assert [] == swept(stage)


def test_a_loop_that_died_is_started_again() -> None:
    """Under its next number, and the timeline says why."""
    stage = Stage()
    stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    stage.workflow.end("demo0001", 1)
    stage.clock.advance(minutes(10))
    swept(stage)
    assert ("demo0001", 2) in stage.workflow.started
    assert "the loop had died" in stage.timeline("demo0001")


def test_a_loop_that_is_quiet_is_left_alone() -> None:
    """It is looked at again after another while."""
    stage = Stage()
    stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    stage.clock.advance(minutes(10))
    assert ["demo0001"] == swept(stage)
    assert [("demo0001", 1)] == stage.workflow.started
    assert [] == swept(stage)


def test_an_ended_lease_with_a_dead_loop_needs_one_sweep() -> None:
    """The end is written and the loop started again in the same breath."""
    stage = Stage()
    stage.request.create(
        OWNER,
        DemoRequest(components=ALL, allowed_cidr=(HOME,), ttl=timedelta(hours=1)),
    )
    stage.workflow.end("demo0001", 1)
    stage.clock.advance(timedelta(hours=1))
    swept(stage)
    demo = stage.store.get("demo0001")
    assert (Desired.DELETED, 2) == (demo.desired_state, demo.generation)
    assert stage.workflow.running("demo0001", 2)


def test_a_quarantined_demo_is_tried_again_when_it_has_rested() -> None:
    """Not before."""
    stage = Stage()
    demo = up(stage)
    later = stage.clock.now + minutes(15)
    stuck = replace(demo, phase=Phase.QUARANTINED, desired_state=Desired.DELETED, retry_at=later)
    stage.save(demo, stuck, ())
    stage.clock.advance(minutes(14))
    assert [] == swept(stage)
    stage.clock.advance(minutes(1))
    swept(stage)
    assert Phase.DELETING is stage.store.get("demo0001").phase
    assert ("demo0001", 2) in stage.workflow.started


def test_a_demo_that_is_leaving_is_not_warned_of() -> None:
    """Its end is no news."""
    stage = Stage()
    demo = stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    stage.save(demo, replace(demo, desired_state=Desired.DELETED, planned_at=None), ())
    for _ in range(24):
        stage.clock.advance(minutes(10))
        swept(stage)
    assert not any("ends in" in text for text in stage.timeline("demo0001"))


def test_one_demos_fault_does_not_stop_the_others() -> None:
    """It is reported, and the rest are dealt with."""
    stage = Stage()
    for _ in range(3):
        up(stage)
    stage.clock.advance(timedelta(hours=4))
    start, reported = stage.workflow.start, []

    def refuse_the_second(demo_id: str, generation: int) -> None:
        if demo_id == "demo0002":
            raise Unavailable("no answer")
        start(demo_id, generation)

    stage.workflow.start = refuse_the_second  # type: ignore[method-assign]
    result = stage.sweep.run(lambda demo_id, error: reported.append((demo_id, str(error))))
    assert [("demo0002", "no answer")] == reported == list(result.faults)
    assert {"demo0001", "demo0003"} == {d for d, g in stage.workflow.started if g == 2}


def test_a_demo_that_somebody_else_is_at_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nor one that was just removed; neither is a fault, as the next sweep sees."""
    stage = Stage()
    for _ in range(3):
        up(stage)
    stage.clock.advance(timedelta(hours=4))
    monkeypatch.delitem(stage.store.records, "demo0001")
    save = stage.store.save

    def overtaken(before: Demo, after: Demo, entries: Sequence[Entry]) -> Demo:
        if before.demo_id == "demo0002":
            raise StaleRecord("moved on")
        return save(before, after, entries)

    monkeypatch.setattr(stage.store, "save", overtaken)
    monkeypatch.setattr(stage.store, "due", lambda _: ["demo0001", "demo0002", "demo0003"])
    assert ["demo0001", "demo0002", "demo0003"] == swept(stage)
    assert [("demo0003", 2)] == [started for started in stage.workflow.started if started[1] == 2]


def test_an_unreadable_record_does_not_stop_the_sweep() -> None:
    """Every other demo whose lease has ended is ended, and the fault is counted each time."""
    stage, reported = Stage(), []
    for _ in range(3):
        up(stage)
    stage.store.unreadable.add("demo0001")
    stage.clock.advance(timedelta(hours=4))
    for _ in range(2):
        stage.sweep.run(lambda demo_id, error: reported.append(f"{demo_id}: {error}"))
    assert ["demo0001: DEMO#demo0001 DEMO cannot be read"] * 2 == reported
    assert {"demo0002", "demo0003"} == {d for d, g in stage.workflow.started if g == 2}
    assert [1, 1] == [v for name, v, _ in stage.metrics.values if name == "SweepFaults"]


def test_a_mistake_of_ours_in_one_demo_does_not_stop_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An error that nobody foresaw is reported like any other."""
    stage, reported = Stage(), []
    for _ in range(2):
        up(stage)
    stage.clock.advance(timedelta(hours=4))
    get = stage.store.get

    def broken(demo_id: str) -> Demo:
        if demo_id == "demo0001":
            raise ZeroDivisionError("a mistake")
        return get(demo_id)

    monkeypatch.setattr(stage.store, "get", broken)
    stage.sweep.run(lambda demo_id, error: reported.append(f"{demo_id}: {error}"))
    assert ["demo0001: a mistake"] == reported
    assert [("demo0002", 2)] == stage.workflow.started[2:]


def overdue(stage: Stage) -> float:
    """Sweep, and return what the metric says of the demo that is longest past its lease."""
    stage.sweep.run(lambda *_: None)
    (*_, last) = (value for name, value, _ in stage.metrics.values if name == "MinutesOverdue")
    return last


def test_how_long_a_demo_outlives_its_lease_is_told_while_it_does() -> None:
    """At every sweep, of the one that is longest over it, whatever keeps it; 0 when none is."""
    stage = Stage()
    assert 0 == overdue(stage)
    demos = [up(stage), up(stage, hours=4.5)]
    assert 0 == overdue(stage)
    stage.clock.advance(minutes(245))
    assert 5 == overdue(stage)
    leaving = stage.store.get(demos[0].demo_id)
    later = stage.clock.now + timedelta(hours=9)
    stuck = replace(leaving, phase=Phase.QUARANTINED, looping=False, retry_at=later)
    stage.save(leaving, stuck, ())
    stage.clock.advance(minutes(35))
    assert 40 == overdue(stage)
    stuck = stage.store.get(stuck.demo_id)
    assert Phase.QUARANTINED is stuck.phase  # though it is due: not before its retry
    gone = replace(stuck, phase=Phase.DELETED, deleted_at=stage.clock.now)
    stage.save(stuck, gone, ())
    assert 10 == overdue(stage)


def never_saved(monkeypatch: pytest.MonkeyPatch, error: DemoError) -> Stage:
    """Return a stage with a demo whose lease is over, and whose record cannot be saved."""
    stage = Stage()
    up(stage)
    stage.clock.advance(minutes(250))

    def refuse(*_: object) -> Demo:
        raise error

    monkeypatch.setattr(stage.store, "save", refuse)
    return stage


def test_a_demo_that_no_sweep_can_end_is_overdue_and_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """At each of them."""
    stage = never_saved(monkeypatch, AccessDenied("not authorized"))
    assert [10, 10] == [overdue(stage), overdue(stage)]
    assert [1, 1] == [value for name, value, _ in stage.metrics.values if name == "SweepFaults"]


def test_a_demo_that_somebody_else_is_at_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next sweep sees to it."""
    stage = never_saved(monkeypatch, StaleRecord("moved on"))
    assert () == stage.sweep.run(lambda *_: None).faults


def test_an_ended_lease_leaves_a_loop_that_gets_on_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it runs is asked only where it has been silent."""
    stage = Stage()
    demo = up(stage)
    stage.clock.advance(timedelta(hours=4))
    stage.save(demo, replace(demo, looping=True, planned_at=stage.clock.now - minutes(9)), ())
    monkeypatch.setattr(stage.workflow, "running", lambda *_: pytest.fail("it was asked for"))
    swept(stage)
    assert Desired.DELETED is stage.store.get("demo0001").desired_state


def test_a_retry_whose_loop_does_not_start_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is waiting for an answer who would try again."""
    stage = Stage()
    demo = up(stage)
    stuck = replace(
        demo, phase=Phase.QUARANTINED, desired_state=Desired.DELETED, retry_at=stage.clock.now
    )
    stage.save(demo, stuck, ())

    def refuse(*_: object) -> None:
        raise Unavailable("no answer")

    monkeypatch.setattr(stage.workflow, "start", refuse)
    assert (("demo0001", "no answer"),) == stage.sweep.run(lambda *_: None).faults


@pytest.mark.parametrize(
    ("phase", "minute", "looked"),
    [(Phase.PAUSED, 0, True), (Phase.PAUSED, 1, False), (Phase.READY, 0, False)],
)
def test_a_paused_demo_is_looked_at_when_its_database_may_wake(
    phase: Phase, minute: int, *, looked: bool
) -> None:
    """Not before, and no demo that runs."""
    stage = Stage()
    demo = up(stage)
    asleep = replace(demo.components["vpc"], look_at=stage.clock.now + minutes(minute))
    resting = replace(demo.with_component(asleep), phase=phase)
    stage.sweep.attend(stage.save(demo, resting, ()))
    assert looked == stage.store.get("demo0001").looping


def test_a_retry_of_the_sweeps_says_so() -> None:
    """Nobody asked for it."""
    stage = Stage()
    demo = up(stage)
    resting = replace(demo, phase=Phase.QUARANTINED, retry_at=stage.clock.now)
    stage.sweep.attend(stage.save(demo, replace(resting, desired_state=Desired.DELETED), ()))
    assert "tried again after a rest" == stage.store.get("demo0001").reason


def test_minutes_are_counted_as_no_unit_of_cloudwatch() -> None:
    """It has none for minutes."""
    stage = Stage()
    swept(stage)
    assert ("MinutesOverdue", 0, "None") in stage.metrics.values

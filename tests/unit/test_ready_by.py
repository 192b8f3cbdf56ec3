"""A demo that is to be ready at a later moment waits, and is begun in time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters.items import attributes, to_demo
from chalicelib.core.catalog import ALL
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import InvalidRequest, LimitReached, Unavailable, WrongState
from chalicelib.core.identity import Caller
from chalicelib.core.naming import demo_id_from
from chalicelib.core.pool import Pool
from chalicelib.core.prices import PriceItem
from chalicelib.core.request import DemoRequest
from chalicelib.core.spec import SpecChange
from chalicelib.core.start import MARGIN
from chalicelib.entrypoints.rest.views import demo_view
from testkit.simulation.components import SMALL

from .builders import HOME, NOW, OWNER, REGION, Stage, demo, minutes, run_loop

BY = NOW + timedelta(hours=24)
TTL = timedelta(hours=4)
REQUEST = DemoRequest(components=ALL, allowed_cidr=(HOME,), ready_by=BY, ttl=TTL)


def waiting(**quotas: int) -> tuple[Stage, Demo]:
    """Return a stage with a demo that waits."""
    stage = Stage(**quotas)
    return stage, stage.request.create(OWNER, REQUEST)


def sweep(stage: Stage) -> None:
    def fail(demo_id: str, error: Exception) -> None:
        raise AssertionError(demo_id) from error

    stage.sweep.run(fail)


def usual(stage: Stage) -> timedelta:
    plan = stage.offer.preview(replace(REQUEST, ready_by=None))
    return minutes(plan.typical_minutes)


def test_nothing_is_made_for_a_demo_that_waits() -> None:
    """It is recorded, holds its places and its lease, and is due at its start."""
    stage, made = waiting()
    kept = stage.store.get(made.demo_id)
    start = BY - usual(stage) - MARGIN
    assert (start, start, BY + TTL) == (kept.starts_at, kept.due_at, kept.expires_at)
    assert (Phase.REQUESTED, True) == (kept.phase, kept.waiting)
    assert {made.demo_id: OWNER} == stage.store.slots()
    assert BY + TTL == stage.store.leases[made.demo_id]
    assert [] == stage.workflow.started
    (told,) = stage.timeline(made.demo_id)
    assert f"until 2026-01-06 13:00 UTC; waiting until {start:%Y-%m-%d %H:%M} UTC, to be" in told


def test_the_sweep_begins_it_in_time() -> None:
    """Not before its start; and how long it took to be ready is counted from there."""
    stage, made = waiting()
    assert made.starts_at is not None
    stage.clock.advance(made.starts_at - NOW - timedelta(seconds=1))
    sweep(stage)
    assert [] == stage.workflow.started
    stage.clock.advance(minutes(5))
    sweep(stage)
    assert [(made.demo_id, 1)] == stage.workflow.started
    ready = run_loop(stage, made.demo_id)
    assert (Phase.READY, True) == (ready.phase, ready.ready_at is not None)
    assert "loop 1 started" in stage.timeline(made.demo_id)
    (seconds,) = (value for name, value, _ in stage.metrics.values if name == "TimeToReady")
    assert ready.ready_at == made.starts_at + timedelta(seconds=seconds)


def test_a_demo_that_an_index_names_too_early_is_left_alone() -> None:
    """The sweep's index may be late: it names one whose start has just been moved."""
    stage, made = waiting()
    stage.sweep.attend(made)
    assert (made.version, []) == (stage.store.get(made.demo_id).version, stage.workflow.started)


def test_a_start_that_fails_is_made_again_by_the_next_sweep(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It does not wait for the watchdog, which would make it late."""
    stage, made = waiting()
    assert made.starts_at is not None
    stage.clock.advance(made.starts_at - NOW)

    def dies(*_: object) -> None:
        raise Unavailable("Step Functions is away")

    failed: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(stage.workflow, "start", dies)
        stage.sweep.run(lambda demo_id, _: failed.append(demo_id))
    assert ([made.demo_id], []) == (failed, stage.workflow.started)
    stage.clock.advance(minutes(5))
    sweep(stage)
    assert [(made.demo_id, 2)] == stage.workflow.started


def test_a_demo_that_is_too_near_begins_at_once() -> None:
    """It says so, and how late it will probably be; its lease begins at its moment."""
    stage = Stage()
    by = NOW + minutes(1)
    made = stage.request.create(OWNER, replace(REQUEST, ready_by=by))
    assert [(made.demo_id, 1)] == stage.workflow.started
    assert (by, None, by + TTL) == (made.ready_by, made.starts_at, made.expires_at)
    late = round(usual(stage) / minutes(1)) - 1
    assert f"probably {late} min late" in stage.timeline(made.demo_id)[0]


def test_the_plan_says_when_it_would_begin() -> None:
    """And the price counts from there; without a moment there is nothing to say."""
    stage = Stage()
    plan = stage.offer.preview(REQUEST)
    assert plan.start is not None
    assert (BY, BY + TTL, 0) == (
        plan.start.ready_by,
        plan.start.expires_at,
        plan.start.minutes_late,
    )
    assert BY - usual(stage) - MARGIN == plan.start.starts_at
    assert stage.offer.preview(replace(REQUEST, ready_by=None)).start is None


@pytest.mark.parametrize("by", [NOW, NOW - minutes(1), NOW + timedelta(days=14, seconds=1)])
def test_a_moment_that_cannot_be_is_refused_with_all_else(by: Any) -> None:
    """The field is named beside the others that are wrong."""
    with pytest.raises(InvalidRequest) as refused:
        Stage().request.create(OWNER, replace(REQUEST, ready_by=by, name="", ttl=-TTL))
    assert ["name", "ttl_hours", "ready_by"] == [p.field for p in refused.value.problems]


def test_a_repetition_gets_the_same_demo_after_its_moment_has_passed() -> None:
    """It is not judged again, and starts nothing before the time."""
    stage = Stage()
    demo_id = demo_id_from("owner and key")
    soon = replace(REQUEST, ready_by=NOW + timedelta(hours=2))
    first = stage.request.create_once(OWNER, soon, demo_id=demo_id)
    again = stage.request.create_once(OWNER, soon, demo_id=demo_id)
    assert (first.demo_id, []) == (again.demo_id, stage.workflow.started)
    stage.clock.advance(timedelta(hours=3))
    assert demo_id == stage.request.create_once(OWNER, soon, demo_id=demo_id).demo_id
    assert [demo_id] == list(stage.store.records)


def test_it_holds_its_place() -> None:
    """A demo that waits is a promise: its place is nobody else's, and a full quota refuses it."""
    stage, _ = waiting(per_owner=1)
    with pytest.raises(LimitReached):
        stage.request.create(OWNER, replace(REQUEST, ready_by=None))
    with pytest.raises(LimitReached):
        stage.request.create(OWNER, REQUEST)


@pytest.mark.parametrize(("by", "claims"), [(BY, False), (NOW + minutes(70), True)])
def test_it_claims_no_pools_demo(by: Any, *, claims: bool) -> None:
    """Which would run until then for nothing. One that begins at once claims as any other."""
    stage = Stage(in_all=20)
    pool = Pool(name="base", components=("vpc",), region=REGION, ready=1, max_total=1)
    stage.pools.put(Caller(owner="admin@example.com", admin=True), pool)
    stage.fill_pools.run(lambda *_: None)
    (member,) = stage.store.records
    run_loop(stage, member)
    if claims:
        stage.clock.advance(by - stage.clock() - minutes(1))
    request = replace(REQUEST, ready_by=by)
    assert claims == (stage.claims.best(request) is not None)
    made = stage.request.create(OWNER, request)
    assert (claims, not claims) == (made.demo_id == member, made.waiting)
    assert by + TTL == made.expires_at
    assert claims == (stage.store.get(member).owner == OWNER)


# Until it begins ------------------------------------------------------------------------------


def test_a_deletion_before_its_start_leaves_nothing_and_made_nothing() -> None:
    """Its loop proves that, as ever."""
    stage, made = waiting()
    stage.change.delete(made, actor=OWNER, why="asked")
    assert [(made.demo_id, 1)] == stage.workflow.started
    gone = run_loop(stage, made.demo_id)
    assert (Phase.DELETED, None) == (gone.phase, gone.due_at)
    assert ([], {}, {}) == (stage.cloud.created, stage.store.slots(), stage.store.leases)


def test_a_demo_that_was_never_begun_ends_with_its_lease() -> None:
    """Where no sweep ran in all that time, it is not begun for its last moment."""
    stage, made = waiting()
    stage.clock.advance(made.expires_at - NOW)
    sweep(stage)
    assert Phase.DELETED is run_loop(stage, made.demo_id).phase
    assert [] == stage.cloud.created


def test_a_change_before_its_start_begins_nothing() -> None:
    """It is on the record for when it begins."""
    stage, made = waiting()
    change = SpecChange(name="Acme", allowed_cidr=("198.51.100.7/32",))
    renamed = stage.change.change(made, change, actor=OWNER)
    assert ("Acme", made.starts_at, []) == (
        renamed.name,
        renamed.starts_at,
        stage.workflow.started,
    )


def test_what_is_taken_out_moves_its_start() -> None:
    """A smaller demo begins later, and has no trace of what it was to be."""
    stage, made = waiting()
    smaller = stage.change.change(made, SpecChange(components=("s3",)), actor=OWNER)
    assert made.starts_at is not None
    assert smaller.starts_at is not None
    assert smaller.starts_at > made.starts_at
    assert (BY, ["s3"]) == (smaller.ready_by, list(smaller.components))
    assert smaller.starts_at == stage.store.get(made.demo_id).due_at
    assert smaller.reason in stage.timeline(made.demo_id)


def test_its_moment_moves_with_its_end() -> None:
    """The lease keeps its length, and its item moves along."""
    stage, made = waiting()
    by = BY + timedelta(days=2)
    moved = stage.change.change(made, SpecChange(ready_by=by), actor=OWNER)
    assert made.starts_at is not None
    assert (by, made.starts_at + timedelta(days=2), by + TTL) == (
        moved.ready_by,
        moved.starts_at,
        moved.expires_at,
    )
    assert (moved.starts_at, by + TTL, []) == (
        moved.due_at,
        stage.store.leases[made.demo_id],
        stage.workflow.started,
    )
    assert moved.reason in stage.timeline(made.demo_id)


def test_it_is_begun_at_once_where_its_moment_moves_near() -> None:
    """And costs something from then on."""
    stage, made = waiting()
    stage.clock.advance(minutes(30))
    by = stage.clock() + minutes(5)
    begun = stage.change.change(made, SpecChange(ready_by=by), actor=OWNER)
    assert [(made.demo_id, 1)] == stage.workflow.started
    assert (by, stage.clock(), stage.clock()) == (begun.ready_by, begun.starts_at, begun.begins_at)


def test_it_is_begun_when_its_owner_wants() -> None:
    """Its lease begins then, as long as it was."""
    stage, made = waiting()
    stage.clock.advance(minutes(30))
    begun = stage.change.change(made, SpecChange(starts_now=True), actor=OWNER)
    assert [(made.demo_id, 1)] == stage.workflow.started
    assert (None, stage.clock() + TTL) == (begun.ready_by, begun.expires_at)
    assert Phase.READY is run_loop(stage, made.demo_id).phase
    assert "begun at once, not at its time" in stage.timeline(made.demo_id)


@pytest.mark.parametrize(
    "change", [SpecChange(ready_by=BY), SpecChange(starts_now=True)], ids=["moved", "at once"]
)
def test_a_demo_that_has_begun_keeps_its_moment(change: SpecChange) -> None:
    """It is too late to move it, and nothing to begin; so with one that never waited."""
    stage, made = waiting()
    stage.change.change(made, SpecChange(starts_now=True), actor=OWNER)
    usual = stage.request.create(OWNER, replace(REQUEST, ready_by=None))
    for begun in (stage.store.get(made.demo_id), usual):
        with pytest.raises(WrongState, match="has begun"):
            stage.change.change(begun, change, actor=OWNER)


def test_it_cannot_be_paused() -> None:
    """There is nothing to pause."""
    stage, made = waiting()
    with pytest.raises(WrongState, match="has not begun"):
        stage.change.change(made, SpecChange(desired_state=Desired.PAUSED), actor=OWNER)


def test_a_moment_is_judged_in_a_change_as_in_a_request() -> None:
    """Beside what else is wrong."""
    stage, made = waiting()
    with pytest.raises(InvalidRequest) as refused:
        stage.change.change(made, SpecChange(name="", ready_by=NOW), actor=OWNER)
    assert ["name", "ready_by"] == [p.field for p in refused.value.problems]


def test_an_extension_moves_its_end_alone() -> None:
    """Its caps count from its moment, and it does not end before that."""
    stage, made = waiting()
    extended = stage.change.move_lease(made, BY + timedelta(hours=72), actor=OWNER)
    assert (made.starts_at, BY + timedelta(hours=72), []) == (
        extended.starts_at,
        extended.expires_at,
        stage.workflow.started,
    )
    with pytest.raises(WrongState, match="72 hours from when the demo is to be ready"):
        stage.change.move_lease(made, BY + timedelta(hours=72, seconds=1), actor=OWNER)
    with pytest.raises(InvalidRequest, match="must be after 2026-01-06 09:00 UTC"):
        stage.change.move_lease(made, BY, actor=OWNER)


def test_its_warnings_count_from_its_moment() -> None:
    """A lease of three hours warns two hours before its end, however long the demo waited."""
    stage, made = waiting()
    assert made.starts_at is not None
    stage.clock.advance(made.starts_at - NOW)
    sweep(stage)
    run_loop(stage, made.demo_id)
    assert BY + TTL - minutes(120) == stage.store.get(made.demo_id).due_at


def test_a_short_lease_is_not_warned_of_with_its_beginning() -> None:
    """It is no longer for the time that was waited."""
    stage = Stage()
    made = stage.request.create(OWNER, replace(REQUEST, ttl=minutes(25)))
    assert made.starts_at is not None
    stage.clock.advance(made.starts_at - NOW)
    sweep(stage)
    ready = run_loop(stage, made.demo_id)
    stage.clock.advance(BY - stage.clock())
    stage.sweep.attend(ready)
    assert frozenset() == stage.store.get(made.demo_id).warned


def test_it_costs_something_from_its_start() -> None:
    """The price of its lease has the minutes before its moment in it, and not the days."""
    parts = tuple(replace(c, prices=(PriceItem(name="all", usd=1.0),)) for c in SMALL)
    stage = Stage(parts)
    plan = stage.offer.preview(REQUEST)
    hours = (TTL + usual(stage) + MARGIN) / timedelta(hours=1)
    assert plan.cost.running.hourly_usd is not None
    assert plan.lease_usd == pytest.approx(hours * plan.cost.running.hourly_usd, abs=0.01)
    made = stage.request.create(OWNER, REQUEST)
    shown = demo_view(made, stage.offer.cost(made))
    assert (plan.lease_usd, 4) == (shown["lease_usd"], shown["ttl_hours"])


def test_it_is_handed_over_as_it_waits() -> None:
    """The receiver has it, their quota too, and it begins in its time."""
    stage, made = waiting()
    handover = replace(stage.handover, new_secret=lambda: "s" * 43)
    _, code = handover.offer(Caller(owner=OWNER), made.demo_id)
    taken = handover.accept(Caller(owner="bob@example.com"), code)
    assert (True, "bob@example.com", made.starts_at) == (taken.waiting, taken.owner, taken.due_at)
    assert ({made.demo_id: "bob@example.com"}, []) == (
        stage.store.slots(),
        stage.workflow.started,
    )


def test_the_search_for_orphans_leaves_it_alone() -> None:
    """It has lost nothing, and its places are its own."""
    stage, made = waiting()
    stage.orphan_search.run(lambda *_: None)
    stage.orphan_search.run(lambda *_: None)
    assert (made.version, []) == (stage.store.get(made.demo_id).version, stage.workflow.started)
    assert {made.demo_id: OWNER} == stage.store.slots()


def test_a_record_of_an_earlier_release_has_no_moment() -> None:
    """It is read as one that began at its creation."""
    known = demo(ready_by=None)
    item = {**attributes(known), "version": 1}
    for name in ("ready_by", "starts_at"):
        assert item["demo"].pop(name) is None
    assert known == to_demo(item)

"""The loop's Plan over a world in memory: what it looks at, writes, counts and answers."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.actions import Action, ActionKind, Outcome
from chalicelib.core.catalog import ALL
from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.deletion_failures import MAX_ATTEMPTS
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import NotFound, Rejected
from chalicelib.core.plan import Next
from chalicelib.core.request import DemoRequest
from chalicelib.core.stack_change import StackChange
from chalicelib.core.timeline import Entry
from chalicelib.services.plan_step import MAX_LOOKS, LoopState

from .builders import HOME, OWNER, REGION, Stage, minutes

VPC = Action(ActionKind.CREATE_STACK, "vpc")


def started() -> tuple[Stage, LoopState]:
    stage = Stage()
    stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    return stage, stage.plan_step.run("demo0001", 1)


def test_the_first_plan_starts_the_roots() -> None:
    """And writes that it is about to, before anything is done."""
    stage, component = started()
    assert Next.ACT is component.next
    assert {"s3", "vpc"} == {a.component for a in component.actions}
    assert Status.CREATING is stage.store.get("demo0001").components["vpc"].status
    assert [] == stage.cloud.created


def test_a_plan_looks_only_where_something_may_have_changed() -> None:
    """A stack that no event named is not described again before its time."""
    stage, component = started()
    for action in component.actions:
        stage.apply.run("demo0001", 1, action)
    stage.clock.advance(minutes(5))
    stage.save(stage.store.get("demo0001"), _looked_at_now(stage), ())
    stage.wakeups.wake("demo0001", StackChange("vpc", "1"))
    stage.plan_step.run("demo0001", 1)
    components = stage.store.get("demo0001").components
    assert (Status.READY, Status.CREATING) == (components["vpc"].status, components["s3"].status)


def _looked_at_now(stage: Stage) -> Demo:
    demo = stage.store.get("demo0001")
    components = {n: replace(s, observed_at=stage.clock.now) for n, s in demo.components.items()}
    return replace(demo, components=components)


def test_an_overtaken_loop_ends() -> None:
    """It writes nothing."""
    stage, _ = started()
    before = stage.store.get("demo0001")
    assert Next.DONE is stage.plan_step.run("demo0001", 7).next
    assert before == stage.store.get("demo0001")


@pytest.mark.parametrize(
    ("phase", "then"), [(Phase.QUARANTINED, Next.STUCK), (Phase.READY, Next.DONE)]
)
def test_an_answer_that_was_lost_is_given_again(phase: Phase, then: Next) -> None:
    """The plan that ended the loop was written; Step Functions asks once more."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    stage.save(demo, replace(demo, phase=phase, looping=False), ())
    assert then is stage.plan_step.run("demo0001", 1).next


def test_a_demo_without_a_record_is_an_error() -> None:
    """The execution fails; the orphan search does the rest."""
    with pytest.raises(NotFound):
        Stage().plan_step.run("nobody00", 1)


@pytest.mark.parametrize(("late", "seconds"), [(0.2, 1), (1.4, 1), (1.6, 2), (90, 60)])
def test_a_wait_is_whole_seconds_from_one_up(late: float, seconds: int) -> None:
    """Step Functions takes no other, and refuses a wait of none."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    due = stage.clock.now + timedelta(seconds=late)
    refused = ComponentStatus(name="vpc", status=Status.DELETE_FAILED, attempts=1, retry_at=due)
    after = replace(demo, desired_state=Desired.DELETED, components={"vpc": refused})
    stage.save(demo, after, ())
    component = stage.plan_step.run("demo0001", 1)
    assert (Next.WAIT, seconds) == (component.next, component.wait_seconds)


def test_a_plan_notes_when_it_was_made() -> None:
    """The watchdog goes by it."""
    stage, _ = started()
    stage.clock.advance(minutes(3))
    stage.plan_step.run("demo0001", 1)
    assert stage.clock.now == stage.store.get("demo0001").planned_at


def test_a_plan_tells_the_timeline() -> None:
    """Of each step it begins, in the service's name."""
    stage, _ = started()
    entries = stage.store.entries["demo0001"]
    assert "vpc creating" in stage.timeline("demo0001")
    assert {OWNER, "service"} == {entry.actor for entry in entries}


def test_an_event_that_came_during_the_plan_is_not_lost() -> None:
    """What it named was not looked at, so the loop may not park."""
    stage, _ = started()
    save = stage.store.save

    def overtaken(before: Demo, after: Demo, entries: Sequence[Entry]) -> Demo:
        stage.store.count_event("demo0001", StackChange("vpc", "1"))
        return save(before, after, entries)

    stage.store.save = overtaken  # type: ignore[method-assign]
    component = stage.plan_step.run("demo0001", 1)
    stage.wakeups.park("demo0001", 1, seen=component.seen, token="t1")
    assert ["t1"] == stage.workflow.woken


def test_a_loop_counts_its_looks() -> None:
    """From none."""
    stage, component = started()
    assert 1 == component.looks
    assert 8 == stage.plan_step.run("demo0001", 1, looks=7).looks


def test_a_loop_that_took_many_looks_hands_over_to_the_next() -> None:
    """With what its last actions came to; Step Functions ends a history that grows too long."""
    stage, _ = started()
    denied = Outcome(action=VPC, error="no such role")
    component = stage.plan_step.run("demo0001", 1, [denied], looks=MAX_LOOKS)
    after = stage.store.get("demo0001")
    assert (Next.DONE, 2, True) == (component.next, after.generation, after.looping)
    assert ("demo0001", 2) in stage.workflow.started
    assert Status.FAILED is after.components["vpc"].status
    assert stage.clock.now == after.planned_at
    assert "vpc failed: no such role" in stage.timeline("demo0001")


def test_an_overtaken_loop_makes_sure_that_the_next_was_started() -> None:
    """Whoever moved the record on may have died before."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    stage.save(demo, replace(demo, generation=2), ())
    stage.plan_step.run("demo0001", 1)
    assert ("demo0001", 2) in stage.workflow.started
    ended = stage.store.get("demo0001")
    stage.save(ended, replace(ended, generation=3, looping=False), ())
    stage.plan_step.run("demo0001", 1)
    assert ("demo0001", 3) not in stage.workflow.started


def test_a_life_is_measured() -> None:
    """Once each: how long it took to come up, and how late it went."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    up = {n: replace(s, status=Status.READY, declares=()) for n, s in demo.components.items()}
    stage.save(demo, replace(demo, components=up), ())
    stage.clock.now = demo.created_at + minutes(7)
    stage.plan_step.run("demo0001", 1)
    ready = stage.store.get("demo0001")
    gone = {n: replace(s, status=Status.DELETED) for n, s in ready.components.items()}
    ended = replace(ready, components=gone, looping=True, desired_state=Desired.DELETED)
    stage.save(ready, ended, ())
    stage.clock.now = demo.expires_at + minutes(9)
    stage.plan_step.run("demo0001", 1)
    measured = {name: (value, unit) for name, value, unit in stage.metrics.values}
    assert (420, "Seconds") == measured["TimeToReady"]
    assert (9, "None") == measured["MinutesPastLease"]
    assert (1, 1) == (stage.metrics.counts["Ready"], stage.metrics.counts["Deleted"])


def test_a_demo_deleted_early_is_not_late() -> None:
    """Less than no minutes past its lease would spoil the figure."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    gone = {
        n: replace(s, status=Status.DELETED, asked_at=None) for n, s in demo.components.items()
    }
    stage.save(demo, replace(demo, components=gone, desired_state=Desired.DELETED), ())
    stage.plan_step.run("demo0001", 1)
    assert ("MinutesPastLease", 0, "None") in stage.metrics.values


def test_a_quarantine_is_counted() -> None:
    """The alarm goes by it."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    stuck = ComponentStatus(name="vpc", status=Status.DELETE_FAILED, attempts=MAX_ATTEMPTS)
    after = replace(demo, desired_state=Desired.DELETED, components={"vpc": stuck})
    stage.save(demo, after, ())
    assert Next.STUCK is stage.plan_step.run("demo0001", 1).next
    assert 1 == stage.metrics.counts["Quarantined"]


def test_failure_is_counted_once() -> None:
    """However many plans follow it."""
    stage, _ = started()
    outcome = Outcome(action=VPC, error="no such role")
    stage.plan_step.run("demo0001", 1, [outcome])
    stage.plan_step.run("demo0001", 1, [outcome])
    assert 1 == stage.metrics.counts["Failed"]


def test_a_failure_that_is_kept_is_counted_while_the_others_come_up() -> None:
    """The phase does not change at that moment; the count does not wait for it."""
    stage = Stage()
    stage.request.create(
        OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,), keep_on_failure=True)
    )
    stage.plan_step.run("demo0001", 1)
    stage.plan_step.run("demo0001", 1, [Outcome(action=VPC, error="no such role")])
    assert Phase.PROVISIONING is stage.store.get("demo0001").phase
    assert 1 == stage.metrics.counts["Failed"]


def test_parking_hands_the_token_back_when_an_event_came() -> None:
    """Between the plan's look and the park."""
    stage, component = started()
    stage.wakeups.wake("demo0001", StackChange("vpc", "1"))
    stage.wakeups.park("demo0001", 1, seen=component.seen, token="t1")
    assert ["t1"] == stage.workflow.woken


def test_parking_keeps_the_token_otherwise() -> None:
    """The next event takes it."""
    stage, component = started()
    stage.wakeups.park("demo0001", 1, seen=component.seen, token="t1")
    assert [] == stage.workflow.woken
    stage.wakeups.wake("demo0001", StackChange("vpc", "1"))
    assert ["t1"] == stage.workflow.woken


def test_a_creation_nobody_wants_any_more_is_not_made() -> None:
    """The demo's desire changed between plan and action."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    stage.save(demo, replace(demo, desired_state=Desired.DELETED), ())
    assert stage.apply.run("demo0001", 1, VPC).skipped
    assert [] == stage.cloud.created


def test_an_overtaken_loop_creates_nothing() -> None:
    """Nor does one whose generation is over."""
    stage, _ = started()
    assert stage.apply.run("demo0001", 7, VPC).skipped
    assert [] == stage.cloud.created


def test_a_stack_is_created_with_its_tags_token_and_parameters() -> None:
    """All that the teardown and the search need to find it."""
    stage, _ = started()
    stage.apply.run("demo0001", 1, VPC)
    stack = stage.cloud.stacks["stelligent-demo-demo0001-vpc"]
    assert "demo0001-vpc-20260105090000000000" == stack.token
    assert {"AllowedCidr": HOME, "DemoId": "demo0001"} == stack.parameters
    assert ("demo0001", "vpc", OWNER) == tuple(
        stack.tags[f"stelligent-demo:{name}"] for name in ("demo-id", "component", "owner")
    )


def test_a_template_that_is_gone_is_refused_by_name() -> None:
    """The record may be older than the package."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    lost = replace(demo.components["vpc"], name="lost")
    stage.save(demo, demo.with_component(lost), ())
    with pytest.raises(Rejected, match="lost"):
        stage.apply.run("demo0001", 1, Action(ActionKind.CREATE_STACK, "lost"))


def test_a_plan_that_finds_no_failure_counts_none() -> None:
    """Neither at the first look nor at any later one."""
    stage, _ = started()
    stage.plan_step.run("demo0001", 1)
    assert "Failed" not in stage.metrics.counts


def test_a_demo_that_returns_to_ready_does_not_become_ready_again() -> None:
    """How long it took to come up is measured once."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    up = {n: replace(s, status=Status.READY, declares=()) for n, s in demo.components.items()}
    ready_at = demo.created_at + minutes(7)
    changing = replace(demo, components=up, phase=Phase.CHANGING, ready_at=ready_at)
    stage.save(demo, changing, ())
    stage.plan_step.run("demo0001", 1)
    assert Phase.READY is stage.store.get("demo0001").phase
    assert "Ready" not in stage.metrics.counts


def test_a_state_that_ends_an_execution_has_nothing_to_count_or_wait_for() -> None:
    """Step Functions takes a wait of one second or more."""
    over = LoopState(next=Next.DONE, reason="over")
    assert (0, 0, 1) == (over.seen, over.looks, over.wait_seconds)


@pytest.mark.parametrize(
    ("status", "then"), [(Status.STOPPING, Status.STOPPED), (Status.STARTING, Status.READY)]
)
def test_a_stack_without_a_database_stops_and_starts_at_once(status: Status, then: Status) -> None:
    """There is nothing to wait for."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    bare = replace(demo.components["vpc"], status=status, moved_at=stage.clock())
    seen = stage.plan_step.gather(demo.with_component(bare), stage.clock())
    assert then is seen.components["vpc"].status


@pytest.mark.parametrize(("home", "looked_at"), [(REGION, False), ("eu-west-1", True)])
def test_a_demo_away_from_home_is_looked_at_every_poll(home: str, *, looked_at: bool) -> None:
    """No event comes from there; at home one comes when there is something to see."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    now, poll = stage.clock(), stage.policy.polling.poll
    making = replace(demo.components["vpc"], observed_at=now - poll, typical_minutes=60)
    step = replace(stage.plan_step, home_region=home)
    seen = step.gather(demo.with_component(making), now).components["vpc"]
    assert looked_at == (seen != making)

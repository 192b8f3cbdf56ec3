"""The loop's Plan over a world in memory: what it looks at, writes, counts and answers."""

from dataclasses import replace

import pytest

from chalicelib.core.actions import Action, ActionKind, Outcome
from chalicelib.core.catalog import ALL
from chalicelib.core.demo import Demo, Desired, Phase, Status
from chalicelib.core.errors import NotFound, Rejected
from chalicelib.core.plan import Next
from chalicelib.core.request import DemoRequest
from chalicelib.services.apply import apply
from chalicelib.services.loop import park, wake
from chalicelib.services.plan_step import Step, plan_step
from chalicelib.services.request import request_demo

from .builders import HOME, OWNER, Stage, minutes

VPC = Action(ActionKind.CREATE_STACK, "vpc")


def started() -> tuple[Stage, Step]:
    stage = Stage()
    request_demo(stage.world, OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    return stage, plan_step(stage.world, "demo0001", 1)


def test_the_first_plan_starts_the_roots() -> None:
    """And writes that it is about to, before anything is done."""
    stage, step = started()
    assert Next.ACT is step.next
    assert {"s3", "vpc"} == {a.step for a in step.actions}
    assert Status.CREATING is stage.store.get("demo0001").steps["vpc"].status
    assert [] == stage.cloud.created


def test_a_plan_looks_only_where_something_may_have_changed() -> None:
    """A stack that no event named is not described again before its time."""
    stage, step = started()
    for action in step.actions:
        apply(stage.world, "demo0001", 1, action)
    stage.clock.advance(minutes(5))
    stage.store.save(stage.store.get("demo0001"), _looked_at_now(stage), ())
    wake(stage.world, "demo0001", "vpc#1")
    plan_step(stage.world, "demo0001", 1)
    steps = stage.store.get("demo0001").steps
    assert (Status.READY, Status.CREATING) == (steps["vpc"].status, steps["s3"].status)


def _looked_at_now(stage: Stage) -> Demo:
    demo = stage.store.get("demo0001")
    steps = {n: replace(s, observed_at=stage.clock.now) for n, s in demo.steps.items()}
    return replace(demo, steps=steps)


def test_an_overtaken_loop_ends() -> None:
    """It writes nothing."""
    stage, _ = started()
    before = stage.store.get("demo0001")
    assert Next.DONE is plan_step(stage.world, "demo0001", 7).next
    assert before == stage.store.get("demo0001")


@pytest.mark.parametrize(
    ("phase", "then"), [(Phase.QUARANTINED, Next.STUCK), (Phase.READY, Next.DONE)]
)
def test_an_answer_that_was_lost_is_given_again(phase: Phase, then: Next) -> None:
    """The plan that ended the loop was written; Step Functions asks once more."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    stage.store.save(demo, replace(demo, phase=phase, looping=False), ())
    assert then is plan_step(stage.world, "demo0001", 1).next


def test_a_demo_without_a_record_is_an_error() -> None:
    """The execution fails; the orphan search does the rest."""
    with pytest.raises(NotFound):
        plan_step(Stage().world, "nobody00", 1)


def test_a_wait_is_at_least_a_second() -> None:
    """Step Functions takes whole seconds from one up."""
    stage, _ = started()
    step = plan_step(stage.world, "demo0001", 1)
    assert Next.WAIT is step.next
    assert step.wait_seconds >= 1


def test_failure_is_counted_once() -> None:
    """However many plans follow it."""
    stage, _ = started()
    outcome = Outcome(action=VPC, error="no such role")
    plan_step(stage.world, "demo0001", 1, [outcome])
    plan_step(stage.world, "demo0001", 1, [outcome])
    assert 1 == stage.meter.counts["Failed"]


def test_a_failure_that_is_kept_is_counted_while_the_others_come_up() -> None:
    """The phase does not change at that moment; the count does not wait for it."""
    stage = Stage()
    request_demo(
        stage.world, OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,), keep_on_failure=True)
    )
    plan_step(stage.world, "demo0001", 1)
    plan_step(stage.world, "demo0001", 1, [Outcome(action=VPC, error="no such role")])
    assert Phase.PROVISIONING is stage.store.get("demo0001").phase
    assert 1 == stage.meter.counts["Failed"]


def test_parking_hands_the_token_back_when_an_event_came() -> None:
    """Between the plan's look and the park."""
    stage, step = started()
    wake(stage.world, "demo0001", "vpc#1")
    park(stage.world, "demo0001", 1, seen=step.seen, token="t1")
    assert ["t1"] == stage.workflow.woken


def test_parking_keeps_the_token_otherwise() -> None:
    """The next event takes it."""
    stage, step = started()
    park(stage.world, "demo0001", 1, seen=step.seen, token="t1")
    assert [] == stage.workflow.woken
    wake(stage.world, "demo0001", "vpc#1")
    assert ["t1"] == stage.workflow.woken


def test_a_creation_nobody_wants_any_more_is_not_made() -> None:
    """The demo's desire changed between plan and action."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    stage.store.save(demo, replace(demo, desired=Desired.DELETED), ())
    apply(stage.world, "demo0001", 1, VPC)
    assert [] == stage.cloud.created


def test_an_overtaken_loop_creates_nothing() -> None:
    """Nor does one whose generation is over."""
    stage, _ = started()
    apply(stage.world, "demo0001", 7, VPC)
    assert [] == stage.cloud.created


def test_a_stack_is_created_with_its_tags_token_and_parameters() -> None:
    """All that the teardown and the search need to find it."""
    stage, _ = started()
    apply(stage.world, "demo0001", 1, VPC)
    stack = stage.cloud.stacks["stelligent-demo-demo0001-vpc"]
    assert "demo0001-vpc-1" == stack.token
    assert {"DemoId": "demo0001"} == stack.parameters
    assert ("demo0001", "vpc", OWNER) == tuple(
        stack.tags[f"stelligent-demo:{name}"] for name in ("demo-id", "component", "owner")
    )


def test_a_template_that_is_gone_is_refused_by_name() -> None:
    """The record may be older than the package."""
    stage, _ = started()
    demo = stage.store.get("demo0001")
    lost = replace(demo.steps["vpc"], name="lost")
    stage.store.save(demo, demo.with_step(lost), ())
    with pytest.raises(Rejected, match="lost"):
        apply(stage.world, "demo0001", 1, Action(ActionKind.CREATE_STACK, "lost"))

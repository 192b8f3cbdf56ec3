"""What AWS throttles or does not answer: waited for, looked at again, and never counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.core.actions import Action, ActionKind, Outcome
from chalicelib.core.component import Cause, ComponentStatus, Status
from chalicelib.core.deletion_failures import OUTAGE_DELAY
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.kinds import Kind
from chalicelib.core.looks import LATE, stacks_to_describe
from chalicelib.core.observe import ABSENT, Absence, StackObservation, apply_observations
from chalicelib.core.outcomes import apply_outcomes
from chalicelib.core.plan import Next, Plan
from chalicelib.core.planner import decide
from chalicelib.core.policy import PollingPolicy
from chalicelib.core.request import DemoRequest
from chalicelib.core.spec import SpecChange
from chalicelib.core.stack_change import StackChange
from chalicelib.core.teardown import wants_search

from .builders import HOME, NOW, OWNER, Stage, component, demo, leaving, minutes

POLL = minutes(1)
DAYS_OF_OUTAGE = 3 * 24 * 60
LATER = NOW + OUTAGE_DELAY


def unanswered(kind: ActionKind, name: str = "vpc") -> Outcome:
    return Outcome(action=Action(kind, name), error="Rate exceeded", unanswered=True)


def plan(made: Demo, now: datetime = NOW, **options: Any) -> Plan:
    return decide(made, now, polling=PollingPolicy(), **options)


def seen(made: Demo, status: Status | Absence, now: datetime = LATER, **fields: Any) -> Demo:
    """Return the demo after a look at its one stack, which must be due."""
    assert ("vpc",) == stacks_to_describe(made, now, POLL)
    return apply_observations(made, {"vpc": StackObservation(status=status, **fields)}, now)


def creating(**fields: Any) -> Demo:
    return plan(demo(component("vpc"), **fields)).demo


@pytest.mark.parametrize("then", [Status.CREATING, Status.READY, Status.FAILED])
def test_a_creation_that_was_not_answered_is_looked_at_again(then: Status) -> None:
    """After a minute, and it goes on from wherever the stack is."""
    waiting = apply_outcomes(creating(), [unanswered(ActionKind.CREATE_STACK)], NOW)
    assert () == stacks_to_describe(waiting, LATER - timedelta(seconds=1), POLL)
    assert then is seen(waiting, then).components["vpc"].status


def test_a_creation_that_never_happened_is_asked_for_again() -> None:
    """And is not failed, however long the outage lasts."""
    made, now = creating(), NOW
    for _ in range(DAYS_OF_OUTAGE):
        made = apply_outcomes(made, [unanswered(ActionKind.CREATE_STACK)], now)
        resting = plan(made, now)
        assert (Next.WAIT, OUTAGE_DELAY) == (resting.next, resting.wait)
        now += OUTAGE_DELAY
        again = plan(seen(resting.demo, ABSENT, now), now)
        assert (Action(ActionKind.CREATE_STACK, "vpc"),) == again.actions
        made = again.demo
    assert (Desired.RUNNING, Phase.PROVISIONING) == (made.desired_state, made.phase)
    assert made.failure is None


def test_a_bundle_that_was_not_staged_is_staged_again_after_a_minute() -> None:
    """Not at once, as one that was cut off."""
    bucket = component("s3", status=Status.READY)
    bundle = component("bundle", "s3", status=Status.CREATING, kind=Kind.BUNDLE)
    action = Action(ActionKind.STAGE_BUNDLE, "bundle")
    waiting = apply_outcomes(
        demo(bucket, bundle), [unanswered(ActionKind.STAGE_BUNDLE, "bundle")], NOW
    )
    assert (Next.WAIT, OUTAGE_DELAY) == (plan(waiting).next, plan(waiting).wait)
    assert (action,) == plan(waiting, LATER).actions


@pytest.mark.parametrize("attempts", [0, 2])
def test_deletions_that_are_not_answered_count_as_no_attempt(attempts: int) -> None:
    """However many there are; they go on within a minute of the outage's end."""
    before = Status.DELETE_FAILED if attempts else Status.READY
    made = leaving(component("vpc", status=before, attempts=attempts, prepared=True, retry_at=NOW))
    now = NOW
    for _ in range(DAYS_OF_OUTAGE):
        asked = plan(made, now)
        assert (Action(ActionKind.DELETE_STACK, "vpc"),) == asked.actions
        made = apply_outcomes(asked.demo, [unanswered(ActionKind.DELETE_STACK)], now)
        assert OUTAGE_DELAY == plan(made, now).wait
        now += OUTAGE_DELAY
        made = seen(made, before, now, reason="as before")
    assert attempts == made.components["vpc"].attempts
    assert made.components["vpc"].prepared


def test_a_deletion_that_was_not_answered_may_have_happened() -> None:
    """Then it is waited for as any other."""
    made = apply_outcomes(
        leaving(component("vpc", status=Status.DELETING)),
        [unanswered(ActionKind.DELETE_STACK)],
        NOW,
    )
    assert Status.DELETING is seen(made, Status.DELETING).components["vpc"].status
    assert Status.DELETED is seen(made, ABSENT).components["vpc"].status


@pytest.mark.parametrize(
    ("kind", "known"),
    [
        (ActionKind.EMPTY_BUCKET, component("vpc", status=Status.READY, has_bucket=True)),
        (
            ActionKind.RELEASE_INTERFACES,
            component("vpc", status=Status.DELETE_FAILED, attempts=1, cause=Cause.DEPENDENCY),
        ),
    ],
)
def test_a_repair_that_was_not_answered_is_made_again_after_a_minute(
    kind: ActionKind, known: ComponentStatus
) -> None:
    """It counts as no attempt either."""
    made = apply_outcomes(leaving(replace(known, retry_at=NOW)), [unanswered(kind)], NOW)
    assert (Next.WAIT, OUTAGE_DELAY) == (plan(made).next, plan(made).wait)
    assert (Action(kind, "vpc"),) == plan(made, LATER).actions
    assert known.attempts == made.components["vpc"].attempts


@pytest.mark.parametrize("reason", ["Rate exceeded", "Service Unavailable (503)"])
def test_a_stack_that_an_outage_kept_from_going_is_tried_each_minute(reason: str) -> None:
    """CloudFormation itself was throttled: no attempt, no growing delay, no quarantine."""
    made, now = leaving(component("vpc", status=Status.READY)), NOW
    for _ in range(100):
        made = plan(made, now).demo
        named = replace(made, changed=frozenset({StackChange("vpc", "1")}))
        made = plan(seen(named, Status.DELETE_FAILED, now, reason=reason), now).demo
        now += OUTAGE_DELAY
    assert (Phase.DELETING, 0) == (made.phase, made.components["vpc"].attempts)


def test_a_stack_that_may_still_appear_holds_deleted_back() -> None:
    """Its creation was not answered: it is looked for by name, and then by tag, later on."""
    made = apply_outcomes(creating(), [unanswered(ActionKind.CREATE_STACK)], NOW)
    made = plan(replace(made, desired_state=Desired.DELETED), LATER).demo
    gone = apply_observations(made, {"vpc": StackObservation(status=ABSENT)}, LATER)
    waiting = plan(gone, LATER)
    assert (Next.WAIT, POLL) == (waiting.next, waiting.wait)
    assert "vpc" in waiting.reason
    assert not wants_search(waiting.demo, LATER)
    assert () == stacks_to_describe(waiting.demo, NOW + LATE - timedelta(seconds=1), POLL)
    late = seen(waiting.demo, ABSENT, NOW + LATE)
    assert wants_search(late, NOW + LATE)
    assert Phase.DELETED is plan(late, NOW + LATE, leftovers=()).demo.phase


@pytest.mark.parametrize(
    ("skipped", "asked_at"), [(False, NOW), (True, None)], ids=["answered", "skipped"]
)
def test_a_stack_that_was_requested_and_does_not_show_may_still_appear(
    *, skipped: bool, asked_at: datetime | None
) -> None:
    """CloudFormation shows a new stack some seconds late; one never requested is not awaited."""
    outcome = Outcome(action=Action(ActionKind.CREATE_STACK, "vpc"), skipped=skipped)
    begun = demo(component("vpc", status=Status.CREATING, asked_at=NOW, moved_at=NOW))
    shown = {"vpc": StackObservation(status=ABSENT)}
    known = apply_observations(apply_outcomes(begun, [outcome], NOW), shown, LATER).components[
        "vpc"
    ]
    assert (Status.PENDING, asked_at) == (known.status, known.asked_at)


@pytest.mark.parametrize("status", [Status.CREATING, Status.READY, Status.FAILED])
def test_a_stack_that_appeared_after_its_teardown_is_deleted(status: Status) -> None:
    """From the top: its bucket is emptied once more."""
    gone = component("vpc", status=Status.DELETED, asked_at=NOW, has_bucket=True, prepared=True)
    there = seen(leaving(gone), status, NOW + LATE)
    assert (Action(ActionKind.EMPTY_BUCKET, "vpc"),) == plan(there, NOW + LATE).actions
    assert there.components["vpc"].asked_at is None


def test_the_wait_for_a_stack_that_may_appear_ends_when_it_is_due() -> None:
    """Not a whole poll later."""
    gone = component("vpc", status=Status.DELETED, asked_at=NOW)
    assert timedelta(seconds=20) == plan(leaving(gone), NOW + LATE - timedelta(seconds=20)).wait


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(action=Action(ActionKind.CREATE_STACK, "vpc")),
        Outcome(action=Action(ActionKind.CREATE_STACK, "vpc"), error="no such role"),
    ],
)
def test_an_answer_ends_the_doubt(outcome: Outcome) -> None:
    """A creation that was answered, with yes or no, is not waited for after the teardown."""
    assert apply_outcomes(creating(), [outcome], NOW).components["vpc"].asked_at is None


@pytest.mark.parametrize(("retried", "doubtful_since"), [(True, NOW), (False, None)])
def test_a_skipped_creation_is_an_answer_unless_it_was_tried_before(
    *, retried: bool, doubtful_since: datetime | None
) -> None:
    """An earlier attempt may have been on its way."""
    action = Action(ActionKind.CREATE_STACK, "vpc")
    skipped = Outcome(action=action, skipped=True, retried=retried)
    after = apply_outcomes(creating(), [skipped], NOW).components["vpc"]
    assert (Status.CREATING, doubtful_since) == (after.status, after.asked_at)


def test_another_skipped_request_answers_nothing() -> None:
    """The look that follows finds its stack, and tells by this what became of the request."""
    updating = component("vpc", status=Status.UPDATING, asked_at=NOW)
    skipped = Outcome(action=Action(ActionKind.STOP_DATABASE, "vpc"), skipped=True)
    stopping = replace(updating, status=Status.STOPPING)
    assert NOW == apply_outcomes(demo(stopping), [skipped], NOW).components["vpc"].asked_at


def test_a_demo_deleted_before_its_creation_began_is_gone_without_a_wait() -> None:
    """The request that the plan recorded was never made, and its loop knows that."""
    stage = Stage()
    made = stage.request.create(OWNER, DemoRequest(components=("vpc",), allowed_cidr=(HOME,)))
    begun = stage.plan_step.run(made.demo_id, 1)
    stage.change.change(made, SpecChange(desired_state=Desired.DELETED), actor=OWNER)
    outcomes = [stage.apply.run(made.demo_id, 1, action) for action in begun.actions]
    proved = stage.plan_step.run(made.demo_id, 1, outcomes)
    assert (Next.DONE, Phase.DELETED) == (proved.next, stage.store.get(made.demo_id).phase)


def test_a_stack_that_was_seen_ends_the_doubt() -> None:
    """Its loop died before it got the answer."""
    named = replace(creating(), changed=frozenset({StackChange("vpc", "1")}))
    assert seen(named, Status.CREATING, NOW).components["vpc"].asked_at is None

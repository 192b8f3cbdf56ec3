"""What is seen of a stack, and what is made of it."""

from dataclasses import replace

import pytest

from chalicelib.core.actions import Action, ActionKind, Outcome
from chalicelib.core.catalog import Kind
from chalicelib.core.demo import Cause, Desired, Status
from chalicelib.core.observe import Sighting, account, see, worth_a_look

from .builders import NOW, demo, minutes, step

POLL = minutes(1)
CREATE = Action(ActionKind.CREATE_STACK, "vpc")
DELETE = Action(ActionKind.DELETE_STACK, "vpc")
EMPTY = Action(ActionKind.EMPTY_BUCKET, "vpc")


@pytest.mark.parametrize(
    ("known", "seen", "then"),
    [
        (Status.CREATING, Status.CREATING, Status.CREATING),
        (Status.CREATING, Status.READY, Status.READY),
        (Status.CREATING, Status.FAILED, Status.FAILED),
        (Status.CREATING, Status.PENDING, Status.PENDING),
        (Status.CREATING, Status.DELETING, Status.FAILED),
        (Status.CREATING, Status.DELETED, Status.FAILED),
        (Status.DELETING, Status.DELETING, Status.DELETING),
        (Status.DELETING, Status.CREATING, Status.DELETING),
        (Status.DELETING, Status.DELETED, Status.DELETED),
        (Status.DELETING, Status.PENDING, Status.DELETED),
        (Status.DELETING, Status.DELETE_FAILED, Status.DELETE_FAILED),
        (Status.DELETING, Status.READY, Status.READY),
        (Status.DELETING, Status.FAILED, Status.READY),
        (Status.READY, Status.READY, Status.READY),
        (Status.READY, Status.DELETING, Status.READY),
        (Status.READY, Status.PENDING, Status.PENDING),
        (Status.READY, Status.DELETED, Status.PENDING),
        (Status.FAILED, Status.PENDING, Status.FAILED),
    ],
)
def test_a_sighting_moves_a_step_on(known: Status, seen: Status, then: Status) -> None:
    """Each status that is known meets each that may be seen."""
    after = see(demo(step("vpc", status=known)), {"vpc": Sighting(status=seen)}, NOW)
    assert then is after.steps["vpc"].status
    anew = then is Status.PENDING
    assert anew or after.steps["vpc"].observed_at == NOW


def test_a_ready_stack_gives_its_outputs() -> None:
    """They are what the next stacks take."""
    sighting = Sighting(status=Status.READY, outputs={"VpcId": "vpc-1"})
    after = see(demo(step("vpc", status=Status.CREATING)), {"vpc": sighting}, NOW + minutes(1))
    assert {"VpcId": "vpc-1"} == after.outputs
    assert NOW + minutes(1) == after.steps["vpc"].finished_at


def test_a_refused_deletion_is_classified() -> None:
    """The cause is known, and the attempts are counted."""
    sighting = Sighting(status=Status.DELETE_FAILED, reason="eni-1 in use", resource="Net")
    seen = see(demo(step("vpc", status=Status.DELETING)), {"vpc": sighting}, NOW).steps["vpc"]
    assert (Cause.NETWORK_INTERFACE, 1) == (seen.cause, seen.attempts)
    assert seen.failure
    assert "Net" == seen.failure.resource


def test_a_deletion_refused_again_forgets_when_it_was_to_be_tried() -> None:
    """So that the planner gives it a later moment, and not at once."""
    deleting = step("vpc", status=Status.DELETING, attempts=1)
    sighting = Sighting(status=Status.DELETE_FAILED, reason="nobody knows")
    once = see(demo(deleting), {"vpc": sighting}, NOW).steps["vpc"]
    assert (2, None) == (once.attempts, once.retry_at)
    told = account(demo(deleting), [Outcome(action=DELETE, error="no")], NOW).steps["vpc"]
    assert (2, None) == (told.attempts, told.retry_at)


def test_only_what_may_have_changed_is_looked_at() -> None:
    """What an event named, and what was not looked at for a poll; never what is at rest."""
    made = demo(
        step("named", status=Status.CREATING, observed_at=NOW),
        step("fresh", status=Status.CREATING, observed_at=NOW),
        step("stale", status=Status.DELETING, observed_at=NOW - POLL),
        step("never", status=Status.DELETING),
        step("ready", status=Status.READY),
        step("bundle", status=Status.CREATING, kind=Kind.BUNDLE),
        changed=frozenset({"named#1", "ready#1", "stranger#1"}),
    )
    assert ("named", "stale", "never") == worth_a_look(made, NOW, POLL)


def test_a_ready_stack_is_looked_at_when_it_is_named() -> None:
    """Somebody may have deleted it; in a teardown that does not matter."""
    named = demo(step("vpc", status=Status.READY), changed=frozenset({"vpc#DELETE_COMPLETE"}))
    assert ("vpc",) == worth_a_look(named, NOW, POLL)
    assert () == worth_a_look(replace(named, desired=Desired.DELETED), NOW, POLL)


def test_a_stack_that_was_lost_is_made_again_and_its_bundle_with_it() -> None:
    """Nothing of the old one is left on the record; what stands beside it is."""
    lost = step("s3", status=Status.READY, outputs={"BucketName": "b"}, finished_at=NOW)
    bundle = step("bundle", "s3", status=Status.READY, kind=Kind.BUNDLE)
    other = step("vpc", status=Status.READY)
    after = see(demo(lost, bundle, other), {"s3": Sighting(status=Status.PENDING)}, NOW)
    assert {"s3": step("s3"), "bundle": step("bundle", "s3", kind=Kind.BUNDLE), "vpc": other} == (
        after.steps
    )


def test_a_creation_that_was_refused_fails_its_step() -> None:
    """What retrying did not cure goes on the record."""
    made = demo(step("vpc", status=Status.CREATING))
    after = account(made, [Outcome(action=CREATE, error="no such role")], NOW)
    assert after.steps["vpc"].failure
    assert "no such role" == after.steps["vpc"].failure.reason


def test_a_staged_bundle_is_ready() -> None:
    """Its one output is the key."""
    made = demo(step("bundle", status=Status.CREATING, kind=Kind.BUNDLE))
    action = Action(ActionKind.STAGE_BUNDLE, "bundle")
    after = account(made, [Outcome(action=action)], NOW)
    assert {"BundleKey": "stelligent-demo.zip"} == after.outputs


def test_a_denied_deletion_says_so() -> None:
    """The cause is known from the error's class, not from its words."""
    made = demo(step("vpc", status=Status.DELETING))
    after = account(made, [Outcome(action=DELETE, error="no", denied=True)], NOW)
    assert Cause.ACCESS_DENIED is after.steps["vpc"].cause


def test_a_bite_is_followed_by_another() -> None:
    """A step is prepared when the last bite says that nothing is left."""
    made = demo(step("vpc", status=Status.READY, has_bucket=True))
    after = account(made, [Outcome(action=EMPTY, more=True)], NOW)
    assert not after.steps["vpc"].prepared
    assert account(after, [Outcome(action=EMPTY)], NOW).steps["vpc"].prepared


@pytest.mark.parametrize("action", [CREATE, DELETE, EMPTY])
def test_an_outcome_that_comes_late_changes_nothing(action: Action) -> None:
    """The step is gone; what an overtaken loop has to say of it does not matter."""
    made = demo(step("vpc", status=Status.DELETED))
    assert made == account(made, [Outcome(action=action, error="late")], NOW)


def test_an_outcome_of_an_unknown_step_changes_nothing() -> None:
    """It is of another demo's making."""
    made = demo(step("s3"))
    assert made == account(made, [Outcome(action=CREATE)], NOW)


def test_an_outcome_told_twice_counts_once() -> None:
    """A plan whose answer was lost is made again from the same outcomes."""
    made = demo(step("vpc", status=Status.DELETING))
    outcome = Outcome(action=DELETE, error="no")
    once = account(made, [outcome], NOW)
    assert once == account(once, [outcome], NOW)

"""What is seen of a stack, and what is made of it."""

from dataclasses import replace

import pytest

from chalicelib.core.actions import Action, ActionKind, Outcome
from chalicelib.core.component import Cause, ComponentStatus, Status
from chalicelib.core.demo import Desired
from chalicelib.core.kinds import Kind
from chalicelib.core.looks import stacks_to_describe
from chalicelib.core.observe import (
    ABSENT,
    Absence,
    StackObservation,
    apply_observations,
    not_updated,
)
from chalicelib.core.outcomes import apply_outcomes
from chalicelib.core.policy import PollingPolicy
from chalicelib.core.stack_change import StackChange
from chalicelib.core.teardown import wants_search

from .builders import NOW, component, demo, leaving, minutes

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
        (Status.CREATING, ABSENT, Status.PENDING),
        (Status.CREATING, Status.DELETING, Status.FAILED),
        (Status.CREATING, Status.DELETED, Status.FAILED),
        (Status.DELETING, Status.DELETING, Status.DELETING),
        (Status.DELETING, Status.CREATING, Status.DELETING),
        (Status.DELETING, Status.DELETED, Status.DELETED),
        (Status.DELETING, ABSENT, Status.DELETED),
        (Status.DELETING, Status.DELETE_FAILED, Status.DELETE_FAILED),
        (Status.DELETING, Status.READY, Status.READY),
        (Status.DELETING, Status.FAILED, Status.FAILED),
        (Status.READY, Status.READY, Status.READY),
        (Status.READY, Status.DELETING, Status.READY),
        (Status.READY, ABSENT, Status.PENDING),
        (Status.READY, Status.DELETED, Status.PENDING),
        (Status.FAILED, ABSENT, Status.FAILED),
    ],
)
def test_an_observation_moves_a_component_on(
    known: Status, seen: Status | Absence, then: Status
) -> None:
    """Each status that is known meets each that may be seen."""
    after = apply_observations(
        demo(component("vpc", status=known)), {"vpc": StackObservation(status=seen)}, NOW
    )
    assert then is after.components["vpc"].status
    again = then is Status.PENDING
    assert again or after.components["vpc"].observed_at == NOW


def test_a_ready_stack_gives_its_outputs() -> None:
    """They are what the next stacks take."""
    observation = StackObservation(status=Status.READY, outputs={"VpcId": "vpc-1"})
    after = apply_observations(
        demo(component("vpc", status=Status.CREATING)), {"vpc": observation}, NOW + minutes(1)
    )
    assert {"VpcId": "vpc-1"} == after.outputs
    assert NOW + minutes(1) == after.components["vpc"].finished_at


def test_a_refused_deletion_is_classified() -> None:
    """The cause is known, and the attempts are counted."""
    observation = StackObservation(
        status=Status.DELETE_FAILED, reason="eni-1 in use", resource="Net"
    )
    seen = apply_observations(
        demo(component("vpc", status=Status.DELETING)), {"vpc": observation}, NOW
    ).components["vpc"]
    assert (Cause.NETWORK_INTERFACE, 1) == (seen.cause, seen.attempts)
    assert seen.failure
    assert "Net" == seen.failure.resource


def test_a_deletion_refused_again_forgets_when_it_was_to_be_tried() -> None:
    """So that the planner gives it a later moment, and not at once."""
    deleting = component("vpc", status=Status.DELETING, attempts=1)
    observation = StackObservation(status=Status.DELETE_FAILED, reason="nobody knows")
    once = apply_observations(demo(deleting), {"vpc": observation}, NOW).components["vpc"]
    assert (2, None) == (once.attempts, once.retry_at)
    after = apply_outcomes(demo(deleting), [Outcome(action=DELETE, error="no")], NOW).components[
        "vpc"
    ]
    assert (2, None) == (after.attempts, after.retry_at)


def test_a_stack_seen_after_an_outage_is_looked_at_a_poll_later() -> None:
    """Not at every plan from then on."""
    late = component("vpc", status=Status.CREATING, retry_at=NOW, typical_minutes=1)
    after = apply_observations(demo(late), {"vpc": StackObservation(status=Status.CREATING)}, NOW)
    assert () == stacks_to_describe(after, NOW + POLL / 2, POLL)
    assert ("vpc",) == stacks_to_describe(after, NOW + POLL, POLL)


def test_nothing_is_built_upon_what_has_failed_and_was_to_go() -> None:
    """Its deletion was recorded and never requested; by now its demo may want it again."""
    deleting = component("vpc", status=Status.DELETING, outputs={"VpcId": "vpc-1"})
    seen = {"vpc": StackObservation(status=Status.FAILED)}
    after = apply_observations(demo(deleting), seen, NOW).components["vpc"]
    assert (Status.FAILED, True, False) == (after.status, after.remake, after.stands)
    assert not replace(after, status=Status.READY).stands


def test_an_update_that_did_not_happen_leaves_nothing_unanswered() -> None:
    """Its component is ready, as it was."""
    updating = component(
        "vpc", status=Status.UPDATING, inputs={"Size": "9"}, previous_inputs={"Size": "3"}
    )
    back = not_updated(replace(updating, asked_at=NOW, retry_at=NOW))
    assert (Status.READY, {"Size": "3"}, None) == (back.status, back.inputs, back.previous_inputs)
    assert (None, None) == (back.asked_at, back.retry_at)


@pytest.mark.parametrize(("typical", "late"), [(40, 10), (2, 1)])
def test_a_stack_is_looked_at_when_its_event_is_a_quarter_late(
    typical: float, late: float
) -> None:
    """A quarter of what it usually takes, and no less than a poll."""
    begun = {"started_at": NOW, "observed_at": NOW, "typical_minutes": typical}
    made = demo(component("vpc", status=Status.CREATING, **begun))
    overdue = NOW + minutes(typical + late)
    assert () == stacks_to_describe(made, overdue - minutes(0.1), POLL)
    assert ("vpc",) == stacks_to_describe(made, overdue, POLL)


def test_only_what_may_have_changed_is_looked_at() -> None:
    """What an event named, and what was not looked at for a poll; never what is at rest."""
    made = demo(
        component("named", status=Status.CREATING, observed_at=NOW),
        component("fresh", status=Status.CREATING, observed_at=NOW),
        component("stale", status=Status.DELETING, observed_at=NOW - POLL),
        component("never", status=Status.DELETING),
        component("ready", status=Status.READY),
        component("bundle", status=Status.CREATING, kind=Kind.BUNDLE),
        changed=frozenset(
            {StackChange("named", "1"), StackChange("ready", "1"), StackChange("stranger", "1")}
        ),
    )
    assert ("named", "stale", "never") == stacks_to_describe(made, NOW, POLL)


def test_a_ready_stack_is_looked_at_when_it_is_named() -> None:
    """Somebody may have deleted it; in a teardown that does not matter."""
    named = demo(
        component("vpc", status=Status.READY),
        changed=frozenset({StackChange("vpc", "DELETE_COMPLETE")}),
    )
    assert ("vpc",) == stacks_to_describe(named, NOW, POLL)
    assert () == stacks_to_describe(replace(named, desired_state=Desired.DELETED), NOW, POLL)


def test_a_stack_that_was_lost_is_made_again_and_its_bundle_with_it() -> None:
    """Nothing of the old one is left on the record; what stands beside it is."""
    lost = component("s3", status=Status.READY, outputs={"BucketName": "b"}, finished_at=NOW)
    bundle = component("bundle", "s3", status=Status.READY, kind=Kind.BUNDLE)
    other = component("vpc", status=Status.READY)
    after = apply_observations(
        demo(lost, bundle, other), {"s3": StackObservation(status=ABSENT)}, NOW
    )
    assert {
        "s3": component("s3"),
        "bundle": component("bundle", "s3", kind=Kind.BUNDLE),
        "vpc": other,
    } == (after.components)


def test_an_update_that_does_not_show_yet_is_waited_for() -> None:
    """It was answered; only a stack that says it was rolled back has refused it."""
    inputs = {"inputs": {"Size": "2"}, "previous_inputs": {"Size": "1"}}
    made = demo(component("vpc", status=Status.UPDATING, **inputs))
    as_it_was = StackObservation(status=Status.READY, parameters={"Size": "1"})
    after = apply_observations(made, {"vpc": as_it_was}, NOW).components["vpc"]
    assert (Status.UPDATING, None) == (after.status, after.failure)


def test_a_stack_that_went_while_it_was_updated_is_in_no_doubt() -> None:
    """An update makes no stack: a demo that is to go does not wait for this one to appear."""
    changing = component("vpc", status=Status.UPDATING, asked_at=NOW)
    gone = StackObservation(status=ABSENT)
    after = apply_observations(leaving(changing), {"vpc": gone}, NOW)
    assert wants_search(after, NOW)


def test_a_creation_that_was_refused_fails_its_step() -> None:
    """What retrying did not cure goes on the record."""
    made = demo(component("vpc", status=Status.CREATING))
    after = apply_outcomes(made, [Outcome(action=CREATE, error="no such role")], NOW)
    assert after.components["vpc"].failure
    assert "no such role" == after.components["vpc"].failure.reason


def test_a_staged_bundle_is_ready() -> None:
    """Its one output is the key."""
    made = demo(component("bundle", status=Status.CREATING, kind=Kind.BUNDLE))
    action = Action(ActionKind.STAGE_BUNDLE, "bundle")
    after = apply_outcomes(made, [Outcome(action=action)], NOW)
    assert {"BundleKey": "stelligent-demo.zip"} == after.outputs
    assert NOW == after.components["bundle"].finished_at


def test_a_denied_deletion_says_so() -> None:
    """The cause is known from the error's class, not from its words."""
    made = demo(component("vpc", status=Status.DELETING))
    after = apply_outcomes(made, [Outcome(action=DELETE, error="no", denied=True)], NOW)
    assert Cause.ACCESS_DENIED is after.components["vpc"].cause


def test_a_bite_is_followed_by_another() -> None:
    """A component is prepared when the last batch says that nothing is left."""
    made = demo(component("vpc", status=Status.READY, has_bucket=True))
    after = apply_outcomes(made, [Outcome(action=EMPTY, more=True)], NOW)
    assert not after.components["vpc"].prepared
    assert apply_outcomes(after, [Outcome(action=EMPTY)], NOW).components["vpc"].prepared


def test_a_database_that_starts_is_looked_at_at_the_loops_pace() -> None:
    """Its protection is lifted then; no event tells when."""
    made = demo(component("rds", status=Status.DELETE_FAILED, cause=Cause.PROTECTION))
    waits = Outcome(action=Action(ActionKind.LIFT_PROTECTION, "rds"), more=True)
    after = apply_outcomes(made, [waits], NOW, PollingPolicy(poll=minutes(3)))
    assert NOW + minutes(3) == after.components["rds"].retry_at
    assert not after.components["rds"].prepared


@pytest.mark.parametrize("action", [CREATE, DELETE, EMPTY])
def test_an_outcome_that_comes_late_changes_nothing(action: Action) -> None:
    """The component is gone; what an overtaken loop has to say of it does not matter."""
    made = demo(component("vpc", status=Status.DELETED))
    assert made == apply_outcomes(made, [Outcome(action=action, error="late")], NOW)


def test_an_outcome_of_an_unknown_step_changes_nothing() -> None:
    """It is of another demo's making."""
    made = demo(component("s3"))
    assert made == apply_outcomes(made, [Outcome(action=CREATE)], NOW)


def test_an_outcome_reported_twice_counts_once() -> None:
    """A plan whose answer was lost is made again from the same outcomes."""
    made = demo(component("vpc", status=Status.DELETING))
    outcome = Outcome(action=DELETE, error="no")
    once = apply_outcomes(made, [outcome], NOW)
    assert once == apply_outcomes(once, [outcome], NOW)


def looks(known: ComponentStatus, **where: bool) -> list[int]:
    """Return the minutes at which a component in flight is looked at while no event comes."""
    made, found = demo(known), []
    for minute in range(1, 31):
        now = NOW + minutes(minute)
        if stacks_to_describe(made, now, POLL, **where):
            found.append(minute)
            made = made.with_component(replace(made.components["rds"], observed_at=now))
    return found


@pytest.mark.parametrize(
    ("typical", "expected"), [(12, [15, 18, 21, 24, 27, 30]), (6, [8, 10, 12]), (1, [2, 3, 4])]
)
def test_a_creation_is_looked_at_when_its_event_is_overdue(
    typical: float, expected: list[int]
) -> None:
    """A quarter of its usual minutes after they have passed, a minute at least, and so on."""
    known = component(
        "rds",
        status=Status.CREATING,
        typical_minutes=typical,
        started_at=NOW,
        observed_at=NOW,
    )
    patience = expected[1] - expected[0]
    assert expected == [m for m in looks(known) if m <= expected[-1]]
    assert list(range(expected[0], 31, patience)) == looks(known)


def test_a_deletion_is_overdue_sooner() -> None:
    """It is counted from the moment it was asked for, and not from the creation."""
    known = component(
        "rds",
        status=Status.DELETING,
        typical_minutes=12,
        started_at=NOW - minutes(100),
        moved_at=NOW,
        observed_at=NOW,
    )
    assert [8, 10, 12] == looks(known)[:3]


def test_where_no_events_come_from_every_minute_is_looked_at() -> None:
    """The service gets the events of its own region only."""
    known = component("rds", status=Status.CREATING, started_at=NOW, observed_at=NOW)
    assert list(range(1, 31)) == looks(known, events=False)


@pytest.mark.parametrize("status", [Status.CREATING, Status.DELETING])
def test_what_was_noted_and_perhaps_never_asked_for_is_looked_at_at_once(status: Status) -> None:
    """Until it is answered: then its event is waited for."""
    noted = demo(component("vpc", status=status, started_at=NOW, moved_at=NOW))
    assert ("vpc",) == stacks_to_describe(noted, NOW, POLL)
    action = CREATE if status is Status.CREATING else DELETE
    answered = apply_outcomes(noted, [Outcome(action=action)], NOW)
    assert () == stacks_to_describe(answered, NOW + POLL, POLL)
    skipped = apply_outcomes(noted, [Outcome(action=action, skipped=True)], NOW)
    assert ("vpc",) == stacks_to_describe(skipped, NOW, POLL)

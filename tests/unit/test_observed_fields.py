"""What an observation leaves on a component, field by field."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from chalicelib.core.actions import Action, ActionKind, Outcome
from chalicelib.core.component import Cause, ComponentStatus, Failure, Status
from chalicelib.core.deletion_failures import OUTAGE_DELAY
from chalicelib.core.kinds import Kind, Pause
from chalicelib.core.observe import (
    ABSENT,
    LONGEST_STOP,
    RECHECK,
    Absence,
    StackObservation,
    apply_observations,
    kept_running,
    not_created,
    refused,
    undeletable,
)
from chalicelib.core.outcomes import apply_outcomes

from .builders import NOW, OWNER, component, demo, minutes

EARLIER = NOW - minutes(30)
SIZES = {"inputs": {"Size": "2"}, "previous_inputs": {"Size": "1"}}
UNCHANGED = {"inputs": {"Size": "1"}, "previous_inputs": {"Size": "1"}}


def seen(known: ComponentStatus, status: Status | Absence, **fields: Any) -> ComponentStatus:
    """Return a component after its stack was described."""
    observation = StackObservation(status=status, **fields)
    return apply_observations(demo(known), {known.name: observation}, NOW).components[known.name]


def test_nothing_of_an_earlier_stack_is_left_on_one_yet_to_be_created() -> None:
    """What it depends on stays; whatever was seen of the stack goes."""
    pending = component("vpc", "s3", typical_minutes=7, tagged_for="ann")
    old = replace(
        pending,
        status=Status.DELETED,
        started_at=EARLIER,
        finished_at=EARLIER,
        removing_at=EARLIER,
        removed_at=EARLIER,
        observed_at=EARLIER,
        outputs={"VpcId": "vpc-1"},
        previous_inputs={"Size": "1"},
        remake=True,
        cause=Cause.PROTECTION,
        prepared=True,
        attempts=3,
    )
    assert pending == not_created(old)


def test_a_bundle_is_lost_with_its_own_bucket_alone() -> None:
    """Another bucket's is there, and so is what only depends on the lost one."""
    lost = component("s3", status=Status.READY)
    own = component("bundle", "s3", status=Status.READY, kind=Kind.BUNDLE)
    others = component("second", "s4", status=Status.READY, kind=Kind.BUNDLE)
    stack = component("ecs", "s3", status=Status.READY)
    after = apply_observations(
        demo(lost, own, others, stack), {"s3": StackObservation(status=ABSENT)}, NOW
    )
    assert {"s3": Status.PENDING, "bundle": Status.PENDING} == {
        n: c.status for n, c in after.components.items() if c.status is not Status.READY
    }


def test_a_bundle_stays_where_its_bucket_was_never_ready() -> None:
    """A bucket that goes in a teardown takes no bundle back to its beginning."""
    bucket = component("s3", status=Status.DELETING)
    bundle = component("bundle", "s3", status=Status.DELETED, kind=Kind.BUNDLE)
    after = apply_observations(demo(bucket, bundle), {"s3": StackObservation(status=ABSENT)}, NOW)
    assert bundle == after.components["bundle"]


@pytest.mark.parametrize("status", [Status.CREATING, Status.UPDATING])
def test_a_failed_stack_names_the_resource(status: Status) -> None:
    """With the reason, and when it was seen."""
    after = seen(
        component("vpc", status=status, **SIZES), Status.FAILED, reason="no", resource="Net"
    )
    assert (Status.FAILED, NOW) == (after.status, after.finished_at)
    assert Failure(component="vpc", resource="Net", reason="no") == after.failure


def test_a_finished_update_has_the_new_outputs_and_owner() -> None:
    """There is nothing to return to any more."""
    known = component("vpc", status=Status.UPDATING, outputs={"A": "1"}, tagged_for="old", **SIZES)
    now = {"parameters": {"Size": "2"}, "outputs": {"A": "2"}}
    after = seen(known, Status.READY, owner="new", **now)
    assert (Status.READY, None, {"A": "2"}, "new") == (
        after.status,
        after.previous_inputs,
        after.outputs,
        after.tagged_for,
    )
    assert "old" == seen(known, Status.READY, **now).tagged_for


@pytest.mark.parametrize(
    ("inputs", "previous", "stack", "done"),
    [
        ({"Size": "2"}, {"Size": "1"}, {"Size": "2"}, True),
        ({"Size": "2"}, {"Size": "1"}, {"Size": "1"}, False),
        # A value that was taken away is back at the template's default, whatever that is.
        ({}, {"Size": "2"}, {"Size": "1"}, True),
        ({}, {"Size": "2"}, {"Size": "2"}, False),
        ({"Size": "2"}, {"Size": "1", "Zone": "a"}, {"Size": "2", "Zone": "b"}, True),
        ({"Size": "2"}, {"Size": "1", "Zone": "a"}, {"Size": "2", "Zone": "a"}, False),
    ],
)
def test_an_update_is_done_when_the_stack_has_its_inputs(
    inputs: dict[str, str], previous: dict[str, str], stack: dict[str, str], *, done: bool
) -> None:
    """Each that it was given, and none that it took away."""
    known = component("vpc", status=Status.UPDATING, inputs=inputs, previous_inputs=previous)
    assert done == (seen(known, Status.READY, parameters=stack).status is Status.READY)


def test_an_update_that_was_rolled_back_is_refused_and_says_where() -> None:
    """Its inputs are those of before; it is not tried again with the same."""
    after = seen(
        component("vpc", status=Status.UPDATING, **SIZES),
        Status.READY,
        parameters={"Size": "1"},
        rolled_back=True,
        reason="no",
        resource="Net",
    )
    assert (Status.READY, {"Size": "1"}, {"Size": "2"}, NOW) == (
        after.status,
        after.inputs,
        after.refused_inputs,
        after.observed_at,
    )
    assert Failure(component="vpc", resource="Net", reason="no") == after.failure


def test_a_refusal_is_seen_when_it_is_found() -> None:
    """Also where nothing was described: CloudFormation refused the request itself."""
    updating = component("vpc", status=Status.UPDATING, **SIZES)
    assert NOW == refused(updating, "no", NOW).observed_at


@pytest.mark.parametrize(
    ("fields", "rolled_back", "refusal"),
    [
        (UNCHANGED, True, True),
        (UNCHANGED, False, False),
        # Nobody knows whether it was begun: an earlier update's rollback refuses nothing.
        ({**UNCHANGED, "asked_at": EARLIER}, True, False),
        # The new inputs are there: a later rollback is not of this update.
        ({"inputs": {"Size": "1"}, "previous_inputs": {"Size": "0"}}, True, False),
    ],
)
def test_new_tags_are_refused_only_by_their_own_update(
    fields: dict[str, Any], *, rolled_back: bool, refusal: bool
) -> None:
    """An update of tags alone cannot be told from none by the stack's parameters."""
    after = seen(
        component("vpc", status=Status.UPDATING, **fields),
        Status.READY,
        parameters={"Size": "1"},
        rolled_back=rolled_back,
        reason="no",
        resource="Net",
    )
    assert Status.READY is after.status
    wanted = Failure(component="vpc", resource="Net", reason="no") if refusal else None
    assert wanted == after.failure


@pytest.mark.parametrize("asked_at", [None, EARLIER])
def test_a_stop_or_start_that_was_not_answered_is_requested_again(
    asked_at: datetime | None,
) -> None:
    """The database is as it was: of an answered one the change is still to show."""
    stopping = component("rds", status=Status.STOPPING, asked_at=asked_at)
    starting = component("rds", status=Status.STARTING, asked_at=asked_at)
    assert (Status.STOPPING if asked_at is None else Status.READY) is seen(
        stopping, Status.READY
    ).status
    assert (Status.STARTING if asked_at is None else Status.STOPPED) is seen(
        starting, Status.STOPPED
    ).status


def test_a_stopped_database_is_looked_at_when_rds_starts_it() -> None:
    """After seven days, and from then on every five minutes."""
    assert minutes(5) == RECHECK
    after = seen(component("rds", status=Status.STOPPING), Status.STOPPED)
    assert (Status.STOPPED, NOW + LONGEST_STOP) == (after.status, after.look_at)
    assert NOW + RECHECK == seen(after, Status.STOPPED).look_at


def test_a_database_that_rds_started_moves_from_then_on() -> None:
    """It is not looked at as a stopped one any more."""
    stopped = component("rds", status=Status.STOPPED, look_at=EARLIER)
    after = seen(stopped, Status.STARTING)
    assert (Status.STARTING, NOW, None) == (after.status, after.moved_at, after.look_at)
    assert Status.READY is seen(after, Status.READY).status


def test_what_cannot_be_stopped_is_kept_by_a_pause() -> None:
    """From now on, and it says why."""
    stopping = component("rds", status=Status.STOPPING, pause=Pause.STOP, retry_at=NOW)
    after = kept_running(stopping, "a replica")
    assert (Status.READY, Pause.KEEP, None) == (after.status, after.pause, after.retry_at)
    assert Failure(component="rds", reason="cannot be stopped: a replica") == after.failure


def test_a_deletion_that_met_an_outage_is_tried_soon_and_counts_for_nothing() -> None:
    """Any other refusal is an attempt, and the planner says when the next is."""
    deleting = component("vpc", status=Status.DELETING, attempts=1, prepared=True)
    outage = undeletable(deleting, "later", NOW, cause=Cause.THROTTLED)
    assert (1, NOW + OUTAGE_DELAY, False) == (outage.attempts, outage.retry_at, outage.prepared)
    denied = undeletable(deleting, "no", NOW, cause=Cause.ACCESS_DENIED)
    assert (2, None, False) == (denied.attempts, denied.retry_at, denied.prepared)


def test_a_deletion_refused_for_no_right_is_told_from_others() -> None:
    """An outcome is no denial unless it says so."""
    deleting = demo(component("vpc", status=Status.DELETING))
    outcome = Outcome(action=Action(ActionKind.DELETE_STACK, "vpc"), error="nobody knows")
    after = apply_outcomes(deleting, [outcome], NOW).components["vpc"]
    assert Cause.ACCESS_DENIED is not after.cause


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (ActionKind.CREATE_STACK, Status.CREATING),
        (ActionKind.UPDATE_STACK, Status.UPDATING),
        (ActionKind.STOP_DATABASE, Status.STOPPING),
        (ActionKind.START_DATABASE, Status.STARTING),
    ],
)
def test_a_request_without_an_answer_is_in_doubt_from_then(
    kind: ActionKind, status: Status
) -> None:
    """It is described again after the outage."""
    known = demo(component("rds", status=status, moved_at=EARLIER, asked_at=EARLIER))
    outcome = Outcome(action=Action(kind, "rds"), error="no answer", unanswered=True)
    after = apply_outcomes(known, [outcome], NOW).components["rds"]
    assert (NOW, NOW + OUTAGE_DELAY) == (after.asked_at, after.retry_at)


@pytest.mark.parametrize(("tagged", "then"), [("bob@example.com", OWNER), ("", "")])
def test_an_update_with_nothing_to_change_is_over(tagged: str, then: str) -> None:
    """Its stack is tagged for the owner then, unless an earlier release made it."""
    known = component("vpc", status=Status.UPDATING, tagged_for=tagged, asked_at=NOW, **SIZES)
    action = Action(ActionKind.UPDATE_STACK, "vpc")
    over = apply_outcomes(demo(known), [Outcome(action=action, skipped=True)], NOW)
    assert over.components["vpc"] == replace(
        known, status=Status.READY, previous_inputs=None, asked_at=None, tagged_for=then
    )


def test_a_bundle_that_was_staged_again_has_nothing_to_return_to() -> None:
    """Its output is the key that the templates take."""
    known = component("bundle", kind=Kind.BUNDLE, status=Status.UPDATING, **SIZES)
    done = Outcome(action=Action(ActionKind.STAGE_BUNDLE, "bundle"))
    after = apply_outcomes(demo(known), [done], NOW).components["bundle"]
    assert (Status.READY, None, {"BundleKey": "stelligent-demo.zip"}) == (
        after.status,
        after.previous_inputs,
        after.outputs,
    )

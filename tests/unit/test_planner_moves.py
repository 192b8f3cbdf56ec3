"""What the planner begins, what it lets go, and the phase that it says meanwhile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.actions import Action, ActionKind
from chalicelib.core.component import Failure, Status
from chalicelib.core.demo import Applied, Demo, Desired, Phase
from chalicelib.core.kinds import Kind, Pause
from chalicelib.core.plan import Plan
from chalicelib.core.planner import decide
from chalicelib.core.policy import PollingPolicy

from .builders import NOW, component, demo, minutes

EARLIER = NOW - minutes(2)
VPC = component("vpc", status=Status.READY)
MAKING = component("sg", status=Status.CREATING, started_at=EARLIER)
LEFT_OUT = component("s3", status=Status.READY)


def plan(made: Demo) -> Plan:
    return decide(made, NOW, polling=PollingPolicy())


def changing(*components: Any, **fields: Any) -> Demo:
    """Return a demo that was ready, and whose spec leaves out s3 now."""
    made = demo(*components, **fields)
    wanted = tuple(n for n in made.requested_components if n != "s3")
    return replace(made, requested_components=wanted, applied=Applied.of(made), ready_at=EARLIER)


def deletions(made: Plan) -> set[str]:
    removing = {ActionKind.DELETE_STACK, ActionKind.EMPTY_BUCKET}
    return {a.component for a in made.actions if a.kind in removing}


def test_what_a_change_leaves_out_stays_while_the_rest_is_under_way() -> None:
    """A change that fails leaves what was there."""
    assert set() == deletions(plan(changing(VPC, MAKING, LEFT_OUT)))


def test_what_a_change_leaves_out_stays_while_the_rest_begins() -> None:
    """Nothing is in flight yet, and something is about to be."""
    begun = plan(changing(VPC, component("sg"), LEFT_OUT))
    assert (Action(ActionKind.CREATE_STACK, "sg"),) == begun.actions


def test_what_a_change_leaves_out_stays_where_the_rest_has_failed() -> None:
    """Its spec may go back to what it was."""
    failed = component("sg", status=Status.FAILED)
    kept = changing(VPC, failed, LEFT_OUT, keep_on_failure=True)
    assert set() == deletions(plan(kept))


def test_what_a_change_leaves_out_goes_when_the_rest_has_worked() -> None:
    """It is the last that is done."""
    assert {"s3"} == deletions(plan(changing(VPC, LEFT_OUT)))


def test_what_a_demo_leaves_out_that_was_never_ready_goes_at_once() -> None:
    """It has nothing to go back to."""
    made = replace(changing(VPC, MAKING, LEFT_OUT), applied=None, ready_at=None)
    assert {"s3"} == deletions(plan(made))


def test_a_pause_deletes_beside_what_it_stops() -> None:
    """It leaves nothing that a failed change could want back."""
    stopping = component("rds", status=Status.STOPPING, pause=Pause.STOP, moved_at=EARLIER)
    web = component("web", status=Status.READY, pause=Pause.DELETE)
    made = demo(stopping, web, desired_state=Desired.PAUSED, phase=Phase.PAUSING)
    assert {"web"} == deletions(plan(replace(made, applied=Applied.of(made))))


GOING = component("s3", status=Status.DELETING, moved_at=EARLIER)


@pytest.mark.parametrize(
    ("awaited", "reason"),
    [
        ((MAKING,), "waiting for sg"),
        ((GOING,), "waiting for s3 to be removed"),
        ((MAKING, GOING), "waiting for sg, s3"),
    ],
)
def test_a_plan_says_what_it_waits_for(awaited: tuple[Any, ...], reason: str) -> None:
    """And that it is to be removed, where all of it is."""
    assert reason == plan(changing(VPC, *awaited)).reason


def test_what_begins_has_nothing_left_of_what_was_before() -> None:
    """It moves from now on, was not seen since, and has neither failed nor to be looked at."""
    stopped = component(
        "rds",
        status=Status.STOPPED,
        moved_at=EARLIER,
        observed_at=EARLIER,
        retry_at=EARLIER,
        look_at=EARLIER,
        failure=Failure(component="rds", reason="no capacity"),
    )
    begun = plan(demo(stopped)).demo.components["rds"]
    assert replace(component("rds", status=Status.STARTING), moved_at=NOW, asked_at=NOW) == begun


BUNDLE = component("bundle", kind=Kind.BUNDLE, status=Status.PENDING)


def test_a_pause_is_no_readiness_while_the_bundle_is_staged() -> None:
    """Everything is there, and still the demo is about to be paused."""
    made = demo(VPC, BUNDLE, desired_state=Desired.PAUSED, phase=Phase.PAUSING)
    staging = replace(BUNDLE, status=Status.UPDATING, moved_at=EARLIER)
    assert Phase.PAUSING is plan(made.with_component(staging)).demo.phase


def test_a_demo_is_not_ready_while_something_waits_for_its_next_attempt() -> None:
    """Only the bundle moves, but not everything is there."""
    later = component("sg", retry_at=NOW + minutes(5))
    made = demo(VPC, later, replace(BUNDLE, depends_on=("vpc",)), phase=Phase.PROVISIONING)
    begun = plan(made)
    assert (Action(ActionKind.STAGE_BUNDLE, "bundle"),) == begun.actions
    assert (Phase.PROVISIONING, None) == (begun.demo.phase, begun.demo.ready_at)


def test_a_failed_change_is_no_readiness_while_tags_are_written_anew() -> None:
    """It is ready, with its failure, when nothing moves any more."""
    tagging = replace(VPC, status=Status.UPDATING, previous_inputs={}, moved_at=EARLIER)
    failure = Failure(component="sg", reason="no capacity")
    made = demo(tagging, phase=Phase.CHANGING, failure=failure)
    assert Phase.CHANGING is plan(replace(made, applied=Applied.of(made))).demo.phase
    assert Phase.READY is plan(replace(made, failure=None)).demo.phase

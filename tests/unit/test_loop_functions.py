"""The loop's Lambdas: what Step Functions hands in, and what it is handed back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.core.actions import ActionKind
from chalicelib.core.catalog import ALL
from chalicelib.core.component import Cause, Status
from chalicelib.core.demo import Desired
from chalicelib.core.errors import NotFound
from chalicelib.core.request import DemoRequest
from chalicelib.core.spec import SpecChange
from chalicelib.entrypoints import loop

from .builders import HOME, OWNER, Stage

STATE = {"demo_id": "demo0001", "generation": 1}


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Stage:
    made = Stage()
    monkeypatch.setattr(loop, "use_cases", lambda: made)
    made.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    return made


def plan(*results: dict[str, Any], **state: Any) -> dict[str, Any]:
    answer: dict[str, Any] = loop.plan({**STATE, "results": list(results), **state}, None)
    return answer


def failed(error: str, cause: str, kind: str = "create_stack") -> dict[str, Any]:
    """Return what the Map's Catch makes of an action that failed."""
    return {**STATE, "kind": kind, "component": "vpc", "error": {"Error": error, "Cause": cause}}


def test_a_plan_answers_with_ids_and_actions(stage: Stage) -> None:
    """The next state goes by them; documents stay in the table."""
    answer = plan()
    assert {
        **STATE,
        "next": "act",
        "reason": "creating s3, vpc",
        "actions": [
            {"kind": "create_stack", "component": "s3"},
            {"kind": "create_stack", "component": "vpc"},
        ],
        "seen": 0,
        "looks": 1,
        "wait_seconds": 1,
        "results": [],
    } == answer
    assert 2 == plan(**answer)["looks"]


def test_an_error_is_reported_in_its_own_words(stage: Stage) -> None:
    """Out of the JSON that Lambda wraps it in."""
    plan()
    plan(failed("Rejected", json.dumps({"errorMessage": "no such role", "errorType": "Rejected"})))
    failure = stage.store.get("demo0001").failure
    assert failure
    assert "no such role" == failure.reason


@pytest.mark.parametrize("cause", ["plain words", "[1]", '{"other": 1}'])
def test_an_error_in_another_form_is_reported_as_it_is(stage: Stage, cause: str) -> None:
    """Nothing is lost for being unexpected."""
    plan()
    plan(failed("Rejected", cause))
    failure = stage.store.get("demo0001").failure
    assert failure
    assert cause == failure.reason


@pytest.mark.parametrize("error", ["Throttled", "Unavailable", "Lambda.Unknown", "States.Timeout"])
def test_an_error_that_passes_is_no_failure(stage: Stage, error: str) -> None:
    """The demo waits, and goes on."""
    plan()
    asked = {**STATE, "kind": "create_stack", "component": "s3", "more": False}
    answer = plan(asked, failed(error, "no answer"))
    demo = stage.store.get("demo0001")
    assert ("wait", Desired.RUNNING) == (answer["next"], demo.desired_state)
    assert demo.components["vpc"].retry_at


def test_a_denial_is_known_by_its_class(stage: Stage) -> None:
    """Whatever its words."""
    demo = stage.store.get("demo0001")
    deleting = demo.with_component(_deleting(demo.components["vpc"]))
    stage.save(demo, deleting, ())
    plan(failed("AccessDenied", "no", kind="delete_stack"))
    assert Cause.ACCESS_DENIED is stage.store.get("demo0001").components["vpc"].cause


def _deleting(component: Any) -> Any:
    from dataclasses import replace

    return replace(component, status=Status.DELETING)


def test_actions_answer_with_what_came_of_them(stage: Stage) -> None:
    """In the form in which the next plan takes them."""
    plan()
    event = {**STATE, "component": "vpc", "retries": 0}
    done = {
        "kind": "create_stack",
        "component": "vpc",
        "more": False,
        "skipped": False,
        "retried": False,
    }
    assert done == loop.HANDLERS[ActionKind.CREATE_STACK](event, None)
    stage.clock.advance(stage.policy.watchdog)
    assert {**done, "kind": "delete_stack"} == loop.HANDLERS[ActionKind.DELETE_STACK](event, None)
    overtaken = {**event, "generation": 7}
    assert {**done, "skipped": True} == loop.HANDLERS[ActionKind.CREATE_STACK](overtaken, None)
    staged = {**done, "kind": "stage_bundle", "component": "bundle", "skipped": True}
    assert staged == loop.HANDLERS[ActionKind.STAGE_BUNDLE](
        {**overtaken, "component": "bundle"}, None
    )
    for kind in ("empty_bucket", "release_interfaces", "lift_protection"):
        assert {**done, "kind": kind} == getattr(loop, kind)(event, None)


@pytest.mark.parametrize("retries", [{"retries": 1}, {}])
def test_an_action_says_that_it_may_have_been_done_before(
    stage: Stage, retries: dict[str, int]
) -> None:
    """An execution that an earlier release started does not count its attempts."""
    plan()
    skipped = {**STATE, "component": "vpc", "generation": 7, **retries}
    assert loop.HANDLERS[ActionKind.CREATE_STACK](skipped, None)["retried"]
    result = {"kind": "create_stack", "component": "vpc", "skipped": True, "retried": True}
    stage.change.change(
        stage.store.get("demo0001"), SpecChange(desired_state=Desired.DELETED), actor=OWNER
    )
    plan(result)
    assert stage.store.get("demo0001").components["vpc"].asked_at


def test_a_wait_leaves_its_token(stage: Stage) -> None:
    """The next event takes it."""
    loop.await_change({**STATE, "seen": 0, "token": "t1"}, None)
    assert {"demo0001": "t1"} == stage.store.tokens


def test_a_demo_without_a_record_is_reported_by_its_class(stage: Stage) -> None:
    """The state machine's Catch goes by the name."""
    with pytest.raises(NotFound):
        loop.plan({**STATE, "demo_id": "nobody00"}, None)

"""The state machine's definition and the code it names hold together."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.core import errors
from chalicelib.core.actions import ActionKind
from chalicelib.core.plan import Next
from chalicelib.entrypoints.loop import RETRIED
from tools.infrastructure.template import ROOT, service_template


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    """Return the resources that are merged over Chalice's own."""
    return dict(service_template()["Resources"])


@pytest.fixture(scope="module")
def definition(resources: dict[str, Any]) -> dict[str, Any]:
    """Pick the loop's definition."""
    return dict(resources["Loop"]["Properties"]["Definition"])


def _machines(definition: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield definition
    for state in definition["States"].values():
        if "ItemProcessor" in state:
            yield from _machines(state["ItemProcessor"])


def _targets(state: dict[str, Any]) -> Iterator[str]:
    for place in [state, *state.get("Choices", []), *state.get("Catch", [])]:
        if "Next" in place:
            yield place["Next"]
    if "Default" in state:
        yield state["Default"]


def test_every_transition_leads_to_a_state_and_every_state_is_reached(
    definition: dict[str, Any],
) -> None:
    """No dangling Next, no state nobody comes to (cfn-lint checks shapes, and not this)."""
    for machine in _machines(definition):
        reached, pending = set(), [machine["StartAt"]]
        while pending:
            name = pending.pop()
            if name not in reached:
                reached.add(name)
                pending.extend(_targets(machine["States"][name]))
        assert set(machine["States"]) == reached


def test_every_action_kind_has_a_state(definition: dict[str, Any]) -> None:
    """Whatever the planner asks for, Apply knows where to send it."""
    choices = definition["States"]["Apply"]["ItemProcessor"]["States"]["Which"]["Choices"]
    assert {kind.value for kind in ActionKind} == {c["StringEquals"] for c in choices}


def test_every_next_of_a_plan_is_decided(definition: dict[str, Any]) -> None:
    """act, wait and done are chosen by name; stuck is what is left."""
    choices = {c["StringEquals"] for c in definition["States"]["Decide"]["Choices"]}
    assert {n.value for n in Next} - {"stuck"} == choices


def test_retries_name_exactly_what_may_succeed_later(definition: dict[str, Any]) -> None:
    """Lambda reports an error by its class's name; a renamed class would retry nothing.

    What is retried and still fails counts as not answered, and as no failure.
    """
    retryable = {
        name
        for name, kind in vars(errors).items()
        if isinstance(kind, type)
        and issubclass(kind, errors.RetryableError)
        and kind is not errors.RetryableError
    }
    assert retryable == {name for name in RETRIED if "." not in name}
    for machine in _machines(definition):
        for name, state in machine["States"].items():
            if state["Type"] == "Task" and "waitForTaskToken" not in state["Resource"]:
                assert {e for r in state["Retry"] for e in r["ErrorEquals"]} == RETRIED, name


def _caught(state: dict[str, Any], error: str) -> str:
    """Return the state that an error leads to, as Step Functions picks it: the first that fits."""
    fits = (c for c in state["Catch"] if {error, "States.ALL"} & set(c["ErrorEquals"]))
    return str(next(fits)["Next"])


@pytest.mark.parametrize("error", sorted({*RETRIED, "AccessDenied", "Runtime.OutOfMemory"}))
def test_a_plan_that_fails_is_made_again_after_a_rest(
    definition: dict[str, Any], error: str
) -> None:
    """The loop lives through it, and its history does not fill up meanwhile."""
    states = definition["States"]
    rest = states[_caught(states["Plan"], error)]
    assert ("Wait", 60, "Plan") == (rest["Type"], rest["Seconds"], rest["Next"])


def test_a_plan_without_a_record_ends_the_loop(definition: dict[str, Any]) -> None:
    """There is nothing left to plan for."""
    states = definition["States"]
    assert "Fail" == states[_caught(states["Plan"], "NotFound")]["Type"]


def test_a_wait_that_ends_is_no_failure_and_one_that_fails_rests(
    definition: dict[str, Any],
) -> None:
    """A poll leads straight to the next look; a fault of the waiting itself makes no hot loop."""
    states = definition["States"]
    assert "Plan" == _caught(states["AwaitChange"], "States.Timeout")
    for error in ("AccessDenied", "Throttled", "Lambda.Unknown"):
        assert "Wait" == states[_caught(states["AwaitChange"], error)]["Type"]


def test_every_task_has_a_time_limit(definition: dict[str, Any]) -> None:
    """No task may hang for the year that Step Functions would allow."""
    for machine in _machines(definition):
        for name, state in machine["States"].items():
            if state["Type"] == "Task":
                assert {"TimeoutSeconds", "TimeoutSecondsPath"} & set(state), name


def test_the_loop_may_invoke_exactly_the_functions_it_names(resources: dict[str, Any]) -> None:
    """The role's list and the definition's substitutions are the same functions."""
    statement = resources["LoopRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
    allowed = {r["Fn::GetAtt"][0] for r in statement[0]["Resource"]}
    substitutions = set(resources["Loop"]["Properties"]["DefinitionSubstitutions"])
    assert substitutions - {"waitForTaskToken"} == allowed


def test_no_partition_is_written_in() -> None:
    """China and GovCloud have partitions of their own."""
    text = json.dumps(service_template())
    policies = [p.read_text() for p in (ROOT / ".chalice" / "policies").iterdir()]
    assert not [t for t in (text, *policies) if "arn:aws:" in t]

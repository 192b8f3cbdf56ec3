"""The loop's state machine as it is deployed, read for the simulation.

As much of the Amazon States Language as that definition uses; anything else is refused by name,
so that the simulation cannot silently play another machine than the one that is deployed.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from tools.infrastructure.template import service_template

EVERYTHING: Final = "States.ALL"
TIMEOUT: Final = "States.Timeout"
_TYPES: Final = frozenset({"Task", "Choice", "Map", "Wait", "Pass", "Succeed", "Fail"})
State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Retrier:
    """How often and when a task is tried again after some errors."""

    errors: frozenset[str]
    attempts: int
    interval: float
    backoff: float
    longest: float

    def delay(self, attempt: int) -> timedelta:
        """Return the wait before an attempt, counted from one; jitter may only shorten it."""
        seconds = self.interval * self.backoff ** (attempt - 1)
        return timedelta(seconds=min(seconds, self.longest))


@dataclass(frozen=True, slots=True)
class Definition:
    """A machine, or what a Map does to each of its items."""

    start: str
    states: Mapping[str, State]
    retriers: Mapping[str, tuple[Retrier, ...]]
    items: Mapping[str, Definition]


@functools.cache
def loop_definition() -> Definition:
    """Return the loop's definition."""
    return read(service_template()["Resources"]["Loop"]["Properties"]["Definition"])


def read(body: Mapping[str, Any]) -> Definition:
    """Return a definition; raise ValueError on a type of state that is not simulated."""
    states = body["States"]
    if unknown := {s["Type"] for s in states.values()} - _TYPES:
        raise ValueError(f"the simulation plays no {', '.join(sorted(unknown))}")
    return Definition(
        start=body["StartAt"],
        states=states,
        retriers={n: tuple(map(_retrier, s.get("Retry", ()))) for n, s in states.items()},
        items={n: read(s["ItemProcessor"]) for n, s in states.items() if s["Type"] == "Map"},
    )


def _retrier(body: Mapping[str, Any]) -> Retrier:
    return Retrier(
        errors=frozenset(body["ErrorEquals"]),
        attempts=body["MaxAttempts"],
        interval=body["IntervalSeconds"],
        backoff=body["BackoffRate"],
        longest=body.get("MaxDelaySeconds", float("inf")),
    )


def caught(state: State, error: str) -> Mapping[str, Any] | None:
    """Return the catcher that takes an error: the first that names it, or everything."""
    for catcher in state.get("Catch", ()):
        if error in catcher["ErrorEquals"] or EVERYTHING in catcher["ErrorEquals"]:
            found: Mapping[str, Any] = catcher
            return found
    return None


def chosen(state: State, data: Mapping[str, Any]) -> str:
    """Return where a Choice leads."""
    for choice in state["Choices"]:
        if value(choice["Variable"], data) == choice["StringEquals"]:
            return str(choice["Next"])
    return str(state["Default"])


def value(
    path: str, data: Mapping[str, Any], context: Mapping[str, Any] = MappingProxyType({})
) -> Any:
    """Return what a path names: of the state's input, or of the context object (`$$`)."""
    found = context if path.startswith("$$") else data
    for key in path.split(".")[1:]:
        found = found[key]
    return found


def selected(state: State, data: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the inputs of a Map's iterations."""
    items = ({"Map": {"Item": {"Value": item}}} for item in value(state["ItemsPath"], data))
    return [_filled(state["ItemSelector"], data, context) for context in items]


def given(state: State, data: Mapping[str, Any], retries: int) -> dict[str, Any]:
    """Return the input of a task's attempt; `retries` counts those before it."""
    if "Parameters" not in state:
        return dict(data)
    return _filled(state["Parameters"], data, {"State": {"RetryCount": retries}})


def _filled(
    template: Mapping[str, str], data: Mapping[str, Any], context: Mapping[str, Any]
) -> dict[str, Any]:
    return {k.removesuffix(".$"): value(path, data, context) for k, path in template.items()}


def placed(where: Mapping[str, Any], data: Any, result: Any) -> Any:
    """Return a state's output: its result at the `ResultPath` of its input."""
    if "ResultPath" not in where:
        return result
    path = where["ResultPath"]
    return data if path is None else {**data, path.removeprefix("$."): result}

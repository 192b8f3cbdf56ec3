"""What the loop has of each action: a choice, a state, and the right to invoke its function."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from tools.infrastructure.functions import ACTIONS, Function, Resources

_SELECTED: Final = ("demo_id", "generation", "kind", "component")
"""What the Map gives each of its iterations (`ItemSelector`)."""
_MARGIN: Final = 30
"""Seconds by which a state outlasts its function, for the retries that Lambda makes itself."""


def with_actions(resources: Resources, actions: Iterable[Function] = ACTIONS) -> None:
    """Add the actions to the loop and to its role."""
    machine = resources["Loop"]["Properties"]
    role = resources["LoopRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]
    states = machine["Definition"]["States"]
    inner = states["Apply"]["ItemProcessor"]["States"]
    for action in actions:
        name, arn = action.logical_id, {"Fn::GetAtt": [action.logical_id, "Arn"]}
        role["Resource"].append(arn)
        machine["DefinitionSubstitutions"][name] = arn
        inner["Which"]["Choices"].append(
            {"Variable": "$.kind", "StringEquals": action.name, "Next": name}
        )
        inner[name] = _state(action, states["Plan"]["Retry"])


def _state(action: Function, retry: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": f"${{{action.logical_id}}}",
        "Parameters": {
            **{f"{name}.$": f"$.{name}" for name in _SELECTED},
            "retries.$": "$$.State.RetryCount",
        },
        "TimeoutSeconds": action.timeout_seconds + _MARGIN,
        "Retry": retry,
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Failed"}],
        "End": True,
    }

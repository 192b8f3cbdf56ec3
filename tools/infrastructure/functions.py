"""The service's Lambda functions, one row each; an action's row is in chalicelib/core/actions.py.

Chalice takes a function's bounds and policy from `config`, CloudFormation what else it has from
`resources`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.core.actions import ActionKind

Resources = dict[str, dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: its name, what it may take, and what it means that it fails.

    The last is what its alarm says, after so many bad periods of five minutes; a function whose
    caller gets its errors needs none.
    """

    name: str
    timeout_seconds: int = 30
    memory_mb: int = 512
    failing: str = ""
    failing_periods: int = 1

    @property
    def logical_id(self) -> str:
        """What Chalice calls it in its template: CreateStack for create_stack."""
        # Only the API's function is named otherwise.
        return "APIHandler" if self.name == "api_handler" else camel_case(self.name)


def camel_case(name: str) -> str:
    """Return a name of words joined by underscores as CloudFormation's logical ids are written."""
    return "".join(part.title() for part in name.split("_"))


ACTIONS: Final = tuple(
    Function(kind.value, kind.timeout_seconds, kind.memory_mb) for kind in ActionKind
)
FUNCTIONS: Final = (
    Function("api_handler"),
    Function("authorizer", memory_mb=256),
    Function(
        "plan",
        timeout_seconds=60,
        failing="Plan has failed for a quarter of an hour; its loops wait and try again",
        failing_periods=3,
    ),
    *ACTIONS,
    Function("await_change"),
    Function(
        "stack_changed",
        failing="Events of stacks cannot be acted on; loops look for themselves, late",
    ),
    Function(
        "lease_gone",
        timeout_seconds=60,
        failing="Removed leases cannot be acted on; the sweep ends them, late",
    ),
    Function("slack", timeout_seconds=10, memory_mb=1769),
    Function(
        "slack_updates",
        timeout_seconds=120,
        failing="Slack shows no change of a demo, and commands are not handled",
    ),
    Function("sweep", timeout_seconds=240, failing="The sweep fails"),
    Function("orphans", timeout_seconds=240, failing="The search for orphans fails"),
)


def config(functions: Iterable[Function] = FUNCTIONS) -> dict[str, Any]:
    """Return what Chalice's config.json says of each function."""
    return {
        function.name: {
            "iam_policy_file": f"policies/{function.name}.json",
            "lambda_timeout": function.timeout_seconds,
            "lambda_memory_size": function.memory_mb,
        }
        for function in functions
    }


def resources(functions: Iterable[Function] = FUNCTIONS) -> Resources:
    """Return what is added to each function and each log group that Chalice makes."""
    return {
        name: {"Metadata": _checkov(why)}
        for function in functions
        for name, why in (
            (function.logical_id, _EXPLAINED),
            (f"{camel_case(function.name)}LogGroup", _LOG_EXPLAINED),
        )
    }


def _checkov(reasons: Mapping[str, str]) -> Mapping[str, Any]:
    """Return the explanations of findings where checkov and `tools.audit` look for them."""
    return {"checkov": {"skip": [{"id": rule, "comment": why} for rule, why in reasons.items()]}}


_EXPLAINED: Final = {
    "CKV_AWS_115": "Reserved concurrency is taken from all others; the throttled API bounds "
    "callers, and the loop paces itself.",
    "CKV_AWS_116": "What one call loses the next poll, sweep or search finds again.",
    "CKV_AWS_117": "It speaks to public endpoints of AWS only; a VPC would add gateways that bill "
    "by the hour.",
    "CKV_AWS_173": "No variable is a secret, and Lambda encrypts them with the key that AWS "
    "manages.",
}
_LOG_EXPLAINED: Final = {
    "CKV_AWS_158": "CloudWatch Logs encrypts it, no secret is logged, and a key of its own bills "
    "by month.",
}

"""The loop's own Lambdas: Plan, one for each kind of action, and AwaitChange.

Each takes ids, calls a use case, and returns ids and actions. The state machine's Retry and Catch
blocks match errors by the names of their classes.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from chalice import Blueprint

from chalicelib.core.actions import Action, ActionKind, Outcome
from chalicelib.core.errors import AccessDenied, RetryableError
from chalicelib.entrypoints.logs import logger
from chalicelib.services.use_cases import UseCases
from chalicelib.wiring import use_cases

bp = Blueprint(__name__)
Event = dict[str, Any]
Handler = Callable[[Event, object], Event]

RETRIED: Final = frozenset(
    {
        *(kind.__name__ for kind in RetryableError.__subclasses__()),
        "Lambda.ServiceException",
        "Lambda.AWSLambdaException",
        "Lambda.SdkClientException",
        "Lambda.TooManyRequestsException",
        "Lambda.Unknown",
        "Runtime.ExitError",
        "Sandbox.Timedout",
        "States.Timeout",
    }
)
"""Errors after which the same call may succeed later: ours, and those that Step Functions and
Lambda report of a function that could not run or died. The state machine retries exactly these
(Step Functions Developer Guide, "Handling errors in Step Functions workflows"; a test holds the
two lists together)."""


@bp.lambda_function(name="plan")  # type: ignore[untyped-decorator]
def plan(event: Event, context: object) -> Event:  # noqa: ARG001
    """Run Plan and return the state with which the state machine goes on."""
    return look(use_cases(), event)


def look(use_cases: UseCases, event: Event) -> Event:
    """Do what Plan does."""
    demo_id, generation = event["demo_id"], event["generation"]
    outcomes = [_outcome(result) for result in event.get("results", [])]
    state = use_cases.plan_step.run(demo_id, generation, outcomes, looks=event.get("looks", 0))
    logger().info(
        "planned", extra={"demo_id": demo_id, "next": state.next.value, "reason": state.reason}
    )
    return {
        "demo_id": demo_id,
        "generation": generation,
        "next": state.next.value,
        "reason": state.reason[:200],
        "actions": [{"kind": a.kind.value, "component": a.component} for a in state.actions],
        "seen": state.seen,
        "looks": state.looks,
        "wait_seconds": state.wait_seconds,
        "results": [],
    }


def _outcome(result: Mapping[str, Any]) -> Outcome:
    action = Action(ActionKind(result["kind"]), result["component"])
    caught = result.get("error")
    if not caught:
        return Outcome(
            action=action,
            more=bool(result.get("more")),
            skipped=bool(result.get("skipped")),
            retried=bool(result.get("retried")),
        )
    name = str(caught.get("Error", ""))
    return Outcome(
        action=action,
        error=_reason(caught),
        denied=name == AccessDenied.__name__,
        unanswered=name in RETRIED,
    )


def _reason(caught: Mapping[str, Any]) -> str:
    """Return the message of an error that Step Functions caught, out of Lambda's wrapping."""
    cause = str(caught.get("Cause", "")) or str(caught.get("Error", "unknown"))
    try:
        return str(json.loads(cause)["errorMessage"])
    except (ValueError, KeyError, TypeError):
        return cause


def act(use_cases: UseCases, kind: ActionKind, event: Event) -> Event:
    """Do what the function of an action does."""
    demo_id, component = event["demo_id"], event["component"]
    outcome = use_cases.apply.run(demo_id, event["generation"], Action(kind, component))
    logger().info(
        kind.value, extra={"demo_id": demo_id, "component": component, "more": outcome.more}
    )
    return {
        "kind": kind.value,
        "component": component,
        "more": outcome.more,
        "skipped": outcome.skipped,
        # An execution that an earlier release started does not tell.
        "retried": event.get("retries") != 0,
    }


def _handler(kind: ActionKind) -> Handler:
    def handle(event: Event, context: object) -> Event:  # noqa: ARG001
        return act(use_cases(), kind, event)

    handle.__name__ = handle.__qualname__ = kind.value
    registered: Handler = bp.lambda_function(name=kind.value)(handle)
    return registered


HANDLERS: Final[Mapping[ActionKind, Handler]] = {kind: _handler(kind) for kind in ActionKind}
"""The function of each kind of action."""
# Lambda looks a handler up by its name in this module.
globals().update({kind.value: handler for kind, handler in HANDLERS.items()})


@bp.lambda_function(name="await_change")  # type: ignore[untyped-decorator]
def await_change(event: Event, context: object) -> None:  # noqa: ARG001
    """Park the loop's task token; resume the loop at once if an event came meanwhile."""
    use_cases().wakeups.park(
        event["demo_id"], event["generation"], seen=event["seen"], token=event["token"]
    )

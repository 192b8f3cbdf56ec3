"""What was seen becomes what is known: pure updates of a demo's steps.

The loop describes only what may have changed: a step an event named, or one in flight that
was not looked at for a while. So a lost event costs one poll interval, and never the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from chalicelib.core.actions import ActionKind, Outcome
from chalicelib.core.bundle import BUNDLE_KEY
from chalicelib.core.catalog import Kind
from chalicelib.core.demo import IN_FLIGHT, Cause, Demo, Failure, Status, Step
from chalicelib.core.trouble import classify


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """A stack as CloudFormation describes it, its status collapsed to ours."""

    status: Status
    outputs: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    resource: str | None = None


def worth_a_look(demo: Demo, now: datetime, poll: timedelta) -> tuple[str, ...]:
    """Return the stacks to describe now, in the order of the graph."""
    named = {change.partition("#")[0] for change in demo.changed}
    return tuple(
        step.name
        for step in demo.steps.values()
        if step.kind is Kind.STACK
        and step.status in IN_FLIGHT
        and (step.name in named or _stale(step, now, poll))
    )


def _stale(step: Step, now: datetime, poll: timedelta) -> bool:
    return step.observed_at is None or now - step.observed_at >= poll


def see(demo: Demo, sightings: Mapping[str, Sighting], now: datetime) -> Demo:
    """Return the demo with each described stack's step brought up to date."""
    for name, sighting in sightings.items():
        demo = demo.with_step(_seen(demo.steps[name], sighting, now))
    return demo


def _seen(step: Step, sighting: Sighting, now: datetime) -> Step:
    seen = replace(step, observed_at=now)
    match step.status, sighting.status:
        case (Status.CREATING, Status.READY):
            return replace(
                seen,
                status=Status.READY,
                finished_at=now,
                outputs=dict(sighting.outputs),
            )
        case (Status.CREATING, Status.FAILED):
            return failed(seen, sighting.reason, now, resource=sighting.resource)
        case (Status.CREATING, Status.PENDING):
            # Noted as begun, but it is not there: the call never happened. Again, from the top.
            return replace(seen, status=Status.PENDING, started_at=None, observed_at=None)
        case (Status.CREATING, Status.DELETING | Status.DELETED | Status.DELETE_FAILED):
            return failed(seen, "the stack was deleted by somebody else", now)
        case (Status.DELETING, Status.PENDING | Status.DELETED):
            return replace(seen, status=Status.DELETED, removed_at=now)
        case (Status.DELETING, Status.DELETE_FAILED):
            return undeletable(seen, sighting.reason, resource=sighting.resource)
        case (Status.DELETING, Status.READY | Status.FAILED):
            # The deletion was noted but never asked for, or has not shown yet. Ask again.
            return replace(seen, status=Status.READY)
        case _:
            return seen


def failed(step: Step, reason: str, now: datetime, *, resource: str | None = None) -> Step:
    """Return the step as failed to come up, with the first resource that failed."""
    failure = Failure(component=step.name, resource=resource, reason=reason)
    return replace(step, status=Status.FAILED, finished_at=now, failure=failure)


def undeletable(
    step: Step,
    reason: str,
    *,
    resource: str | None = None,
    cause: Cause | None = None,
) -> Step:
    """Return the step as refused to go, with the cause; the planner says when to try again."""
    return replace(
        step,
        status=Status.DELETE_FAILED,
        failure=Failure(component=step.name, resource=resource, reason=reason),
        cause=cause or classify(reason),
        attempts=step.attempts + 1,
        prepared=False,
        retry_at=None,
    )


def account(demo: Demo, outcomes: Iterable[Outcome], now: datetime) -> Demo:
    """Return the demo with what came of the last actions taken in."""
    for outcome in outcomes:
        step = demo.steps.get(outcome.action.step)
        if step is not None:
            demo = demo.with_step(_outcome(step, outcome, now))
    return demo


def _outcome(step: Step, outcome: Outcome, now: datetime) -> Step:
    kind, error = outcome.action.kind, outcome.error
    cause = Cause.ACCESS_DENIED if outcome.denied else None
    match kind:
        case ActionKind.CREATE_STACK | ActionKind.STAGE_BUNDLE:
            if step.status is not Status.CREATING:
                return step
            if error is not None:
                return failed(step, error, now)
            return staged(step, now) if kind is ActionKind.STAGE_BUNDLE else step
        case ActionKind.DELETE_STACK:
            if step.status is not Status.DELETING or error is None:
                return step
            return undeletable(step, error, cause=cause)
        case _:
            if step.gone:
                return step
            if error is not None:
                return undeletable(step, error, cause=cause)
            return replace(step, prepared=not outcome.more)


def staged(step: Step, now: datetime) -> Step:
    """Return the bundle's step as done; its output is the key that the templates take."""
    return replace(step, status=Status.READY, finished_at=now, outputs={"BundleKey": BUNDLE_KEY})

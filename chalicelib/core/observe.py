"""What was seen becomes what is known: pure updates of a demo's steps.

The loop describes only what may have changed: a stack that an event named, or one in flight whose
event is overdue. So a lost event costs some minutes, and never the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.actions import CREATIONS, ActionKind, Outcome
from chalicelib.core.bundle import BUNDLE_KEY
from chalicelib.core.catalog import Kind
from chalicelib.core.demo import (
    GONE,
    IN_FLIGHT,
    Cause,
    ComponentStatus,
    Demo,
    Desired,
    Failure,
    Status,
)
from chalicelib.core.trouble import OUTAGE_DELAY, OUTAGES, classify

LATE: Final = timedelta(minutes=10)
"""How long after its last unanswered request a stack may still appear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StackObservation:
    """A stack as CloudFormation describes it, its status collapsed to ours."""

    status: Status
    outputs: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    resource: str | None = None


def stacks_to_describe(
    demo: Demo, now: datetime, poll: timedelta, *, events: bool = True
) -> tuple[str, ...]:
    """Return the stacks to describe now, in the order of the graph.

    `poll` is the shortest time between two looks at a stack of which no event came; `events`
    says whether any can come from where the demo is.
    """
    named = {change.partition("#")[0] for change in demo.changed}
    return tuple(
        component.name
        for component in demo.components.values()
        if component.kind is Kind.STACK
        and (
            _named(demo, component, named)
            or _overdue(component, now, poll, events=events)
            or _may_appear(demo, component, now)
        )
    )


def _named(demo: Demo, component: ComponentStatus, named: set[str]) -> bool:
    """Whether an event speaks of a step that may have changed."""
    if component.status is Status.READY and demo.desired is Desired.READY:
        return deletion_of(component.name) in demo.changed
    return component.name in named and component.status in IN_FLIGHT


def deletion_of(name: str) -> str:
    """Return the change that speaks of a stack's deletion, as CloudFormation's event does."""
    return f"{name}#DELETE_COMPLETE"


def _overdue(component: ComponentStatus, now: datetime, poll: timedelta, *, events: bool) -> bool:
    """Whether a stack in flight is to be described though no event named it.

    One that nobody has seen, nor answered for, since it was to be created or deleted is: the
    process that noted so may have died before it did anything.
    """
    seen = component.observed_at
    if component.status not in IN_FLIGHT:
        return False
    if component.retry_at is not None:
        return component.due(now)
    if seen is None or not events:
        return seen is None or now - seen >= poll
    usual = _usual(component, poll)
    deleting = component.status is Status.DELETING
    begun = component.removing_at if deleting else component.started_at
    expected = max(seen, begun + usual) if begun else seen
    return now - expected >= max(poll, usual / 4)


def _usual(component: ComponentStatus, poll: timedelta) -> timedelta:
    """Return how long a component is usually in flight, a minute counting as a poll.

    A stack goes in half the time in which it comes up, or more.
    """
    return poll * component.typical_minutes * (0.5 if component.status is Status.DELETING else 1)


def _may_appear(demo: Demo, component: ComponentStatus, now: datetime) -> bool:
    """Whether it is time to look for a stack that nobody knows was made or not."""
    deleted = demo.desired is Desired.DELETED and component.gone
    return deleted and component.asked_at is not None and now >= component.asked_at + LATE


def apply_observations(
    demo: Demo, observations: Mapping[str, StackObservation], now: datetime
) -> Demo:
    """Return the demo with each described stack's step brought up to date.

    Where a stack that was ready is gone, the bundle that lay in it is gone too.
    """
    for name, observation in observations.items():
        before = demo.components[name]
        demo = demo.with_component(_seen(before, observation, now))
        if before.status is Status.READY and demo.components[name].gone:
            demo = _without_bundle(demo, name)
    return demo


def _without_bundle(demo: Demo, bucket: str) -> Demo:
    lost = (
        s for s in demo.components.values() if s.kind is Kind.BUNDLE and bucket in s.depends_on
    )
    return replace(demo, components={**demo.components, **{s.name: begun_anew(s) for s in lost}})


def _seen(
    component: ComponentStatus, observation: StackObservation, now: datetime
) -> ComponentStatus:
    seen = replace(component, observed_at=now, retry_at=None)
    if observation.status is not Status.PENDING:
        seen = replace(seen, asked_at=None)
    match component.status:
        case Status.CREATING:
            return _seen_creating(seen, observation, now)
        case Status.DELETING:
            return _seen_deleting(seen, observation, now, asked_again=component.retry_at is None)
        case Status.PENDING | Status.DELETED if observation.status in GONE:
            # Looked for once more, long after it was asked for: it will not come any more.
            return replace(component, asked_at=None)
        case Status.PENDING | Status.DELETED:
            return reappeared(seen)
        case Status.READY if observation.status in GONE:
            return begun_anew(seen)
        case _:
            return seen


def _seen_creating(
    seen: ComponentStatus, observation: StackObservation, now: datetime
) -> ComponentStatus:
    match observation.status:
        case Status.READY:
            outputs = dict(observation.outputs)
            return replace(seen, status=Status.READY, finished_at=now, outputs=outputs)
        case Status.FAILED:
            return failed(seen, observation.reason, now, resource=observation.resource)
        case Status.PENDING:
            # Noted as begun, but it is not there: the call never happened. Again, from the top.
            return begun_anew(seen)
        case Status.DELETING | Status.DELETED | Status.DELETE_FAILED:
            return failed(seen, "the stack was deleted by somebody else", now)
        case _:
            return seen


def _seen_deleting(
    seen: ComponentStatus, observation: StackObservation, now: datetime, *, asked_again: bool
) -> ComponentStatus:
    match observation.status:
        case Status.PENDING | Status.DELETED:
            return replace(seen, status=Status.DELETED, removed_at=now)
        case Status.DELETE_FAILED if asked_again:
            return undeletable(seen, observation.reason, now, resource=observation.resource)
        case Status.DELETE_FAILED:
            # It had refused before, and nobody knows whether it was asked again. Ask again.
            return replace(seen, status=Status.DELETE_FAILED, retry_at=now)
        case Status.READY | Status.FAILED:
            # The deletion was noted but never asked for, or has not shown yet. Ask again.
            return replace(seen, status=Status.READY)
        case _:
            return seen


def begun_anew(component: ComponentStatus) -> ComponentStatus:
    """Return a step whose stack is not there as one that has yet to be created."""
    return replace(
        component,
        status=Status.PENDING,
        started_at=None,
        finished_at=None,
        observed_at=None,
        outputs={},
    )


def reappeared(component: ComponentStatus) -> ComponentStatus:
    """Return a step that was taken for gone as there again, to be deleted from the top."""
    return replace(
        component, status=Status.READY, prepared=False, attempts=0, retry_at=None, asked_at=None
    )


def failed(
    component: ComponentStatus, reason: str, now: datetime, *, resource: str | None = None
) -> ComponentStatus:
    """Return the step as failed to come up, with the first resource that failed."""
    failure = Failure(component=component.name, resource=resource, reason=reason)
    return replace(component, status=Status.FAILED, finished_at=now, failure=failure)


def undeletable(
    component: ComponentStatus,
    reason: str,
    now: datetime,
    *,
    resource: str | None = None,
    cause: Cause | None = None,
) -> ComponentStatus:
    """Return the step as refused to go, with the cause.

    The planner says when to try again, but for an outage: that counts as no attempt.
    """
    why = cause or classify(reason)
    outage = why in OUTAGES
    return replace(
        component,
        status=Status.DELETE_FAILED,
        failure=Failure(component=component.name, resource=resource, reason=reason),
        cause=why,
        attempts=component.attempts + (not outage),
        prepared=False,
        retry_at=now + OUTAGE_DELAY if outage else None,
    )


def apply_outcomes(demo: Demo, outcomes: Iterable[Outcome], now: datetime) -> Demo:
    """Return the demo with what came of the last actions taken in."""
    for outcome in outcomes:
        component = demo.components.get(outcome.action.component)
        if component is not None:
            demo = demo.with_component(_outcome(component, outcome, now))
    return demo


def _outcome(component: ComponentStatus, outcome: Outcome, now: datetime) -> ComponentStatus:
    kind, error = outcome.action.kind, outcome.error
    if component.gone or component.status is not _WHILE.get(kind, component.status):
        return component  # told late, or twice
    if outcome.unanswered:
        return _unanswered(component, kind, now)
    if error is not None and kind in CREATIONS:
        return failed(replace(component, asked_at=None), error, now)
    if error is not None:
        cause = Cause.ACCESS_DENIED if outcome.denied else None
        return undeletable(component, error, now, cause=cause)
    match kind:
        case _ if outcome.skipped:
            return component
        case ActionKind.CREATE_STACK:
            return replace(component, asked_at=None, observed_at=now)
        case ActionKind.STAGE_BUNDLE:
            return staged(component, now)
        case ActionKind.DELETE_STACK:
            return replace(component, observed_at=now)
        case _:
            return replace(component, prepared=not outcome.more)


def _unanswered(component: ComponentStatus, kind: ActionKind, now: datetime) -> ComponentStatus:
    """Return a step to which something was done, or not: it is looked at and tried later on."""
    asked_at = now if kind is ActionKind.CREATE_STACK else component.asked_at
    return replace(component, asked_at=asked_at, retry_at=now + OUTAGE_DELAY)


_WHILE: Final = {
    ActionKind.CREATE_STACK: Status.CREATING,
    ActionKind.STAGE_BUNDLE: Status.CREATING,
    ActionKind.DELETE_STACK: Status.DELETING,
}
"""The status that a step has while one of these is done to it."""


def staged(component: ComponentStatus, now: datetime) -> ComponentStatus:
    """Return the bundle's step as done; its output is the key that the templates take."""
    return replace(
        component, status=Status.READY, finished_at=now, outputs={"BundleKey": BUNDLE_KEY}
    )

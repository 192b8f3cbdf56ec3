"""What was seen becomes what is known: pure updates of a demo's steps.

The loop describes only what may have changed: a step an event named, or one in flight that
was not looked at for a while. So a lost event costs one poll interval, and never the truth.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.actions import CREATIONS, ActionKind, Outcome
from chalicelib.core.bundle import BUNDLE_KEY
from chalicelib.core.catalog import Kind
from chalicelib.core.demo import GONE, IN_FLIGHT, Cause, Demo, Desired, Failure, Status, Step
from chalicelib.core.trouble import OUTAGE_DELAY, OUTAGES, classify

LATE: Final = timedelta(minutes=10)
"""How long after its last unanswered request a stack may still appear."""


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
        and (_named(demo, step, named) or _stale(step, now, poll) or _may_appear(demo, step, now))
    )


def _named(demo: Demo, step: Step, named: set[str]) -> bool:
    """Whether an event speaks of a step that may have changed."""
    if step.status is Status.READY and demo.desired is Desired.READY:
        return deletion_of(step.name) in demo.changed
    return step.name in named and step.status in IN_FLIGHT


def deletion_of(name: str) -> str:
    """Return the change that speaks of a stack's deletion, as CloudFormation's event does."""
    return f"{name}#DELETE_COMPLETE"


def _stale(step: Step, now: datetime, poll: timedelta) -> bool:
    if step.status not in IN_FLIGHT:
        return False
    if step.retry_at is not None:
        return step.due(now)
    return step.observed_at is None or now - step.observed_at >= poll


def _may_appear(demo: Demo, step: Step, now: datetime) -> bool:
    """Whether it is time to look for a stack that nobody knows was made or not."""
    deleted = demo.desired is Desired.DELETED and step.gone
    return deleted and step.asked_at is not None and now >= step.asked_at + LATE


def see(demo: Demo, sightings: Mapping[str, Sighting], now: datetime) -> Demo:
    """Return the demo with each described stack's step brought up to date.

    Where a stack that was ready is gone, the bundle that lay in it is gone too.
    """
    for name, sighting in sightings.items():
        before = demo.steps[name]
        demo = demo.with_step(_seen(before, sighting, now))
        if before.status is Status.READY and demo.steps[name].gone:
            demo = _without_bundle(demo, name)
    return demo


def _without_bundle(demo: Demo, bucket: str) -> Demo:
    lost = (s for s in demo.steps.values() if s.kind is Kind.BUNDLE and bucket in s.after)
    return replace(demo, steps={**demo.steps, **{s.name: begun_anew(s) for s in lost}})


def _seen(step: Step, sighting: Sighting, now: datetime) -> Step:
    seen = replace(step, observed_at=now, retry_at=None)
    if sighting.status is not Status.PENDING:
        seen = replace(seen, asked_at=None)
    match step.status:
        case Status.CREATING:
            return _seen_creating(seen, sighting, now)
        case Status.DELETING:
            return _seen_deleting(seen, sighting, now, asked_again=step.retry_at is None)
        case Status.PENDING | Status.DELETED if sighting.status in GONE:
            # Looked for once more, long after it was asked for: it will not come any more.
            return replace(step, asked_at=None)
        case Status.PENDING | Status.DELETED:
            return reappeared(seen)
        case Status.READY if sighting.status in GONE:
            return begun_anew(seen)
        case _:
            return seen


def _seen_creating(seen: Step, sighting: Sighting, now: datetime) -> Step:
    match sighting.status:
        case Status.READY:
            outputs = dict(sighting.outputs)
            return replace(seen, status=Status.READY, finished_at=now, outputs=outputs)
        case Status.FAILED:
            return failed(seen, sighting.reason, now, resource=sighting.resource)
        case Status.PENDING:
            # Noted as begun, but it is not there: the call never happened. Again, from the top.
            return begun_anew(seen)
        case Status.DELETING | Status.DELETED | Status.DELETE_FAILED:
            return failed(seen, "the stack was deleted by somebody else", now)
        case _:
            return seen


def _seen_deleting(seen: Step, sighting: Sighting, now: datetime, *, asked_again: bool) -> Step:
    match sighting.status:
        case Status.PENDING | Status.DELETED:
            return replace(seen, status=Status.DELETED, removed_at=now)
        case Status.DELETE_FAILED if asked_again:
            return undeletable(seen, sighting.reason, now, resource=sighting.resource)
        case Status.DELETE_FAILED:
            # It had refused before, and nobody knows whether it was asked again. Ask again.
            return replace(seen, status=Status.DELETE_FAILED, retry_at=now)
        case Status.READY | Status.FAILED:
            # The deletion was noted but never asked for, or has not shown yet. Ask again.
            return replace(seen, status=Status.READY)
        case _:
            return seen


def begun_anew(step: Step) -> Step:
    """Return a step whose stack is not there as one that has yet to be created."""
    return replace(
        step,
        status=Status.PENDING,
        started_at=None,
        finished_at=None,
        observed_at=None,
        outputs={},
    )


def reappeared(step: Step) -> Step:
    """Return a step that was taken for gone as there again, to be deleted from the top."""
    return replace(
        step, status=Status.READY, prepared=False, attempts=0, retry_at=None, asked_at=None
    )


def failed(step: Step, reason: str, now: datetime, *, resource: str | None = None) -> Step:
    """Return the step as failed to come up, with the first resource that failed."""
    failure = Failure(component=step.name, resource=resource, reason=reason)
    return replace(step, status=Status.FAILED, finished_at=now, failure=failure)


def undeletable(
    step: Step,
    reason: str,
    now: datetime,
    *,
    resource: str | None = None,
    cause: Cause | None = None,
) -> Step:
    """Return the step as refused to go, with the cause.

    The planner says when to try again, but for an outage: that counts as no attempt.
    """
    why = cause or classify(reason)
    outage = why in OUTAGES
    return replace(
        step,
        status=Status.DELETE_FAILED,
        failure=Failure(component=step.name, resource=resource, reason=reason),
        cause=why,
        attempts=step.attempts + (not outage),
        prepared=False,
        retry_at=now + OUTAGE_DELAY if outage else None,
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
    if step.gone or step.status is not _WHILE.get(kind, step.status):
        return step  # told late, or twice
    if outcome.unanswered:
        return _unanswered(step, kind, now)
    if error is not None and kind in CREATIONS:
        return failed(replace(step, asked_at=None), error, now)
    if error is not None:
        cause = Cause.ACCESS_DENIED if outcome.denied else None
        return undeletable(step, error, now, cause=cause)
    match kind:
        case ActionKind.CREATE_STACK:
            return step if outcome.skipped else replace(step, asked_at=None)
        case ActionKind.STAGE_BUNDLE:
            return step if outcome.skipped else staged(step, now)
        case ActionKind.DELETE_STACK:
            return step
        case _:
            return replace(step, prepared=not outcome.more)


def _unanswered(step: Step, kind: ActionKind, now: datetime) -> Step:
    """Return a step to which something was done, or not: it is looked at and tried later on."""
    asked_at = now if kind is ActionKind.CREATE_STACK else step.asked_at
    return replace(step, asked_at=asked_at, retry_at=now + OUTAGE_DELAY)


_WHILE: Final = {
    ActionKind.CREATE_STACK: Status.CREATING,
    ActionKind.STAGE_BUNDLE: Status.CREATING,
    ActionKind.DELETE_STACK: Status.DELETING,
}
"""The status that a step has while one of these is done to it."""


def staged(step: Step, now: datetime) -> Step:
    """Return the bundle's step as done; its output is the key that the templates take."""
    return replace(step, status=Status.READY, finished_at=now, outputs={"BundleKey": BUNDLE_KEY})

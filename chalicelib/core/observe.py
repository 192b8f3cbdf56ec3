"""Observations of stacks, applied to the status of a demo's components: pure updates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.core.component import Cause, ComponentStatus, Failure, Status
from chalicelib.core.deletion_failures import OUTAGE_DELAY, OUTAGES, classify
from chalicelib.core.demo import Demo
from chalicelib.core.kinds import Kind, Pause
from chalicelib.core.values import replace


class Absence(StrEnum):
    """What is observed of a stack that does not exist; no component has this status."""

    ABSENT = "absent"


ABSENT: Final = Absence.ABSENT


@dataclass(frozen=True, slots=True, kw_only=True)
class StackObservation:
    """A stack as CloudFormation describes it, its status collapsed to ours.

    `owner` is whom its tags name. `rolled_back` says that its last update failed; `reason` and
    `resource` then say why. Of a component that is stopped or started, its databases are observed
    instead.
    """

    status: Status | Absence
    outputs: Mapping[str, str] = field(default_factory=dict)
    owner: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    rolled_back: bool = False
    reason: str = ""
    resource: str | None = None


_NOT_THERE: Final = (ABSENT, Status.DELETED)


def apply_observations(
    demo: Demo, observations: Mapping[str, StackObservation], now: datetime
) -> Demo:
    """Return the demo with the component of each described stack brought up to date.

    Where a stack that was ready is gone, the bundle in its bucket is gone too.
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
    return replace(demo, components={**demo.components, **{s.name: not_created(s) for s in lost}})


def _seen(
    component: ComponentStatus, observation: StackObservation, now: datetime
) -> ComponentStatus:
    seen = replace(component, observed_at=now, retry_at=None)
    if observation.status is not ABSENT:
        seen = replace(seen, asked_at=None)
    match component.status:
        case Status.CREATING:
            answered = component.asked_at is None and component.observed_at is not None
            return _seen_creating(seen, observation, now, answered=answered)
        case Status.UPDATING:
            return _seen_updating(seen, observation, now, answered=component.asked_at is None)
        case Status.STOPPING | Status.STOPPED | Status.STARTING:
            return _seen_stopped(seen, observation, now, answered=component.asked_at is None)
        case Status.DELETING:
            return _seen_deleting(seen, observation, now, asked_again=component.retry_at is None)
        case Status.PENDING | Status.DELETED if observation.status in _NOT_THERE:
            # Looked for again, long after it was requested: it will not appear any more.
            return replace(component, asked_at=None)
        case Status.PENDING | Status.DELETED:
            return reappeared(seen)
        case Status.READY if observation.status in _NOT_THERE:
            return not_created(seen)
        case _:
            return seen


def _seen_creating(
    seen: ComponentStatus, observation: StackObservation, now: datetime, *, answered: bool
) -> ComponentStatus:
    match observation.status:
        case Status.READY:
            outputs = dict(observation.outputs)
            return replace(seen, status=Status.READY, finished_at=now, outputs=outputs)
        case Status.FAILED:
            return failed(seen, observation.reason, now, resource=observation.resource)
        case Absence.ABSENT if answered:
            # CloudFormation took the request and does not show the stack: it may still appear.
            return not_created(replace(seen, asked_at=seen.moved_at))
        case Absence.ABSENT:
            # Recorded as begun, but there is no such stack: the call was never made. Make it.
            return not_created(seen)
        case Status.DELETING | Status.DELETED | Status.DELETE_FAILED:
            return failed(seen, "the stack was deleted by somebody else", now)
        case _:
            return seen


def _seen_updating(
    seen: ComponentStatus, observation: StackObservation, now: datetime, *, answered: bool
) -> ComponentStatus:
    match observation.status:
        case Status.READY if seen.retagged and answered and observation.rolled_back:
            return refused(seen, observation.reason, now, resource=observation.resource)
        case Status.READY if _has_inputs(seen, observation.parameters):
            return replace(
                seen,
                status=Status.READY,
                previous_inputs=None,
                outputs=dict(observation.outputs),
                tagged_for=observation.owner or seen.tagged_for,
            )
        case Status.READY if not answered:
            # Recorded as begun, but the stack is unchanged: the call was never made. Make it.
            return not_updated(seen)
        case Status.READY if observation.rolled_back:
            return refused(seen, observation.reason, now, resource=observation.resource)
        case Status.FAILED:
            return failed(seen, observation.reason, now, resource=observation.resource)
        case Absence.ABSENT | Status.DELETED:
            return not_created(replace(seen, asked_at=None))
        case _:
            return seen


def _has_inputs(component: ComponentStatus, parameters: Mapping[str, str]) -> bool:
    """Whether a stack has the inputs of the update that was begun, and none that it took away."""
    taken_away = (component.previous_inputs or {}).items() - component.inputs.items()
    return all(parameters.get(k) == v for k, v in component.inputs.items()) and all(
        k in component.inputs or parameters.get(k) != v for k, v in taken_away
    )


def _seen_stopped(
    seen: ComponentStatus, observation: StackObservation, now: datetime, *, answered: bool
) -> ComponentStatus:
    match seen.status, observation.status:
        case Status.STOPPED, Status.STOPPED:
            return replace(seen, look_at=now + RECHECK)
        case Status.STOPPED, Status() as started:
            return replace(seen, status=started, moved_at=now, look_at=None)
        case Status.STOPPING, Status.STOPPED:
            return replace(seen, status=Status.STOPPED, look_at=now + LONGEST_STOP)
        case Status.STARTING, Status.READY:
            return replace(seen, status=Status.READY)
        case Status.STOPPING, Status.READY if not answered:
            return replace(seen, status=Status.READY)
        case Status.STARTING, Status.STOPPED if not answered:
            return replace(seen, status=Status.STOPPED)
        case _:
            return seen


LONGEST_STOP: Final = timedelta(days=7)
"""How long a database stays stopped before RDS starts it (Amazon RDS User Guide, "Stopping an
Amazon RDS DB instance temporarily")."""
RECHECK: Final = timedelta(minutes=5)
"""How often a database is checked that has been stopped for longer."""


def _seen_deleting(
    seen: ComponentStatus, observation: StackObservation, now: datetime, *, asked_again: bool
) -> ComponentStatus:
    match observation.status:
        case Absence.ABSENT | Status.DELETED:
            return replace(seen, status=Status.DELETED, removed_at=now)
        case Status.DELETE_FAILED if asked_again:
            return undeletable(seen, observation.reason, now, resource=observation.resource)
        case Status.DELETE_FAILED:
            # It was refused before, and nobody knows whether it was requested again. Request it.
            return replace(seen, status=Status.DELETE_FAILED, retry_at=now)
        # The deletion was recorded and never requested, or does not show yet. Request it.
        case Status.READY:
            return replace(seen, status=Status.READY)
        case Status.FAILED:
            # Nothing may be built upon it, though its demo wants it again by now.
            return replace(seen, status=Status.FAILED, remake=True)
        case _:
            return seen


def not_created(component: ComponentStatus) -> ComponentStatus:
    """Return a component whose stack does not exist as one that is yet to be created."""
    return replace(
        component,
        status=Status.PENDING,
        started_at=None,
        finished_at=None,
        observed_at=None,
        removing_at=None,
        removed_at=None,
        outputs={},
        previous_inputs=None,
        remake=False,
        cause=None,
        prepared=False,
        attempts=0,
    )


def not_updated(component: ComponentStatus) -> ComponentStatus:
    """Return a component whose update did not happen, as it was before."""
    return replace(
        component,
        status=Status.READY,
        inputs=component.previous_inputs or {},
        previous_inputs=None,
        retry_at=None,
        asked_at=None,
    )


def refused(
    component: ComponentStatus, reason: str, now: datetime, *, resource: str | None = None
) -> ComponentStatus:
    """Return a component whose update failed: as it was, and not to be updated so again."""
    failure = Failure(component=component.name, resource=resource, reason=reason)
    back = replace(not_updated(component), failure=failure, observed_at=now)
    return replace(back, refused_inputs=component.inputs)


def kept_running(component: ComponentStatus, reason: str) -> ComponentStatus:
    """Return a component that cannot be stopped: a pause keeps it from now on."""
    failure = Failure(component=component.name, reason=f"cannot be stopped: {reason}")
    return replace(
        component, status=Status.READY, pause=Pause.KEEP, failure=failure, retry_at=None
    )


def reappeared(component: ComponentStatus) -> ComponentStatus:
    """Return a component that was believed gone as existing, its deletion not yet begun."""
    return replace(
        component, status=Status.READY, prepared=False, attempts=0, retry_at=None, asked_at=None
    )


def failed(
    component: ComponentStatus, reason: str, now: datetime, *, resource: str | None = None
) -> ComponentStatus:
    """Return the component as failed, with the first resource that failed and its reason."""
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
    """Return the component with its deletion refused, and the cause.

    The planner decides when to try again. An outage counts as no attempt.
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

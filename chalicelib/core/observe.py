"""What was seen becomes what is known: pure updates of a demo's components."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.demo import GONE, Cause, ComponentStatus, Demo, Failure, Status
from chalicelib.core.kinds import Kind, Pause
from chalicelib.core.trouble import OUTAGE_DELAY, OUTAGES, classify


@dataclass(frozen=True, slots=True, kw_only=True)
class StackObservation:
    """A stack as CloudFormation describes it, its status collapsed to ours.

    It is `rolled_back` where its last update failed; `reason` and `resource` then say why. Of a
    component that is stopped or started it is its databases that are seen.
    """

    status: Status
    outputs: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    rolled_back: bool = False
    reason: str = ""
    resource: str | None = None


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
        case Status.UPDATING:
            return _seen_updating(seen, observation, now, answered=component.asked_at is None)
        case Status.STOPPING | Status.STOPPED | Status.STARTING:
            return _seen_asleep(seen, observation, now, answered=component.asked_at is None)
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


def _seen_updating(
    seen: ComponentStatus, observation: StackObservation, now: datetime, *, answered: bool
) -> ComponentStatus:
    match observation.status:
        case Status.READY if _has_inputs(seen, observation.parameters):
            outputs = dict(observation.outputs)
            return replace(seen, status=Status.READY, previous_inputs=None, outputs=outputs)
        case Status.READY if not answered:
            # Noted as begun, but the stack is as it was: the call never happened. Again.
            return not_updated(seen)
        case Status.READY if observation.rolled_back:
            return refused(seen, observation.reason, now, resource=observation.resource)
        case Status.FAILED:
            return failed(seen, observation.reason, now, resource=observation.resource)
        case Status.PENDING | Status.DELETED:
            return begun_anew(replace(seen, asked_at=None))
        case _:
            return seen


def _has_inputs(component: ComponentStatus, parameters: Mapping[str, str]) -> bool:
    """Whether a stack has the inputs of the update that was begun, and none that it took away."""
    taken_away = (component.previous_inputs or {}).items() - component.inputs.items()
    return all(parameters.get(k) == v for k, v in component.inputs.items()) and all(
        k in component.inputs or parameters.get(k) != v for k, v in taken_away
    )


def _seen_asleep(
    seen: ComponentStatus, observation: StackObservation, now: datetime, *, answered: bool
) -> ComponentStatus:
    match seen.status, observation.status:
        case Status.STOPPED, Status.STOPPED:
            return replace(seen, look_at=now + NAP)
        case Status.STOPPED, other:
            return replace(seen, status=other, moved_at=now, look_at=None)
        case Status.STOPPING, Status.STOPPED:
            return replace(seen, status=Status.STOPPED, look_at=now + SLEEP)
        case Status.STARTING, Status.READY:
            return replace(seen, status=Status.READY)
        case Status.STOPPING, Status.READY if not answered:
            return replace(seen, status=Status.READY)
        case Status.STARTING, Status.STOPPED if not answered:
            return replace(seen, status=Status.STOPPED)
        case _:
            return seen


SLEEP: Final = timedelta(days=7)
"""How long a database stays stopped before RDS starts it (Amazon RDS User Guide, "Stopping an
Amazon RDS DB instance temporarily")."""
NAP: Final = timedelta(minutes=5)
"""How often one is looked at that has slept longer."""


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
    """Return a component whose stack is not there as one that has yet to be created."""
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
    """Return a component whose update did not happen as it was before."""
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
    """Return a component that was taken for gone as there again, to be deleted from the top."""
    return replace(
        component, status=Status.READY, prepared=False, attempts=0, retry_at=None, asked_at=None
    )


def failed(
    component: ComponentStatus, reason: str, now: datetime, *, resource: str | None = None
) -> ComponentStatus:
    """Return the component as failed to come up, with the first resource that failed."""
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
    """Return the component as refused to go, with the cause.

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

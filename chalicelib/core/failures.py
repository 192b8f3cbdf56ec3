"""What failed, or took too long, becomes what is wanted next: pure updates of a demo.

A demo that fails to come up turns round. A change that fails is given up, and the demo's spec
returns to what is there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.demo import Applied, ComponentStatus, Demo, Desired, Status
from chalicelib.core.observe import failed, kept_running, refused, undeletable
from chalicelib.core.plan import having, noting
from chalicelib.core.policy import PollingPolicy
from chalicelib.core.trouble import delay_after

MOVE_LIMIT: Final = timedelta(minutes=60)
"""No stack of ours takes an hour to update or delete, no database to stop or start."""
DELETE_LIMIT: Final = MOVE_LIMIT
GRACE: Final = timedelta(minutes=5)
"""CloudFormation ends a slow creation itself, this much before we take its word for lost."""


def create_limit(component: ComponentStatus) -> timedelta:
    """Return how long a component may take to come up: three times the typical, and some grace."""
    return timedelta(minutes=create_minutes(component.typical_minutes)) + GRACE


def create_minutes(typical_minutes: float) -> int:
    """Return the TimeoutInMinutes that CloudFormation is given for a stack."""
    return max(15, round(typical_minutes * 3))


def taken_in(demo: Demo, now: datetime, polling: PollingPolicy) -> Demo:
    """Return the demo with its failures taken in: given up, or with a moment to try again."""
    demo = _scheduled(
        noting(demo, (_in_time(c, now) for c in demo.components.values())), now, polling
    )
    if demo.desired_state is Desired.DELETED:
        return demo
    broken = having(demo, Status.FAILED)
    refusals = [c for c in demo.components.values() if c.refused_inputs is not None or c.failure]
    failures = [c.failure for c in (*broken, *refusals) if c.failure]
    if not failures:
        return demo
    demo = replace(demo, failure=demo.failure or failures[0])
    if demo.applied is not None:
        return _given_up(demo, demo.applied, broken)
    if broken and not demo.keep_on_failure:
        return replace(demo, desired_state=Desired.DELETED)
    return demo


def _in_time(component: ComponentStatus, now: datetime) -> ComponentStatus:
    """Return a component as failed at what it does when that takes too long."""
    match component.status:
        case Status.CREATING if _spent(component.started_at, now) > create_limit(component):
            reason = f"still not ready after {create_limit(component)}"
            return failed(component, reason, now)
        case Status.DELETING if _spent(component.removing_at, now) > MOVE_LIMIT:
            return undeletable(component, f"still deleting after {MOVE_LIMIT}", now)
        case Status.UPDATING if _spent(component.moved_at, now) > MOVE_LIMIT:
            return refused(component, f"still changing after {MOVE_LIMIT}", now)
        case Status.STARTING if _spent(component.moved_at, now) > MOVE_LIMIT:
            return failed(component, f"still starting after {MOVE_LIMIT}", now)
        case Status.STOPPING if _spent(component.moved_at, now) > MOVE_LIMIT:
            return kept_running(component, f"still stopping after {MOVE_LIMIT}")
        case _:
            return component


def _spent(since: datetime | None, now: datetime) -> timedelta:
    return now - since if since else timedelta(0)


def _scheduled(demo: Demo, now: datetime, polling: PollingPolicy) -> Demo:
    """Set the moment of the next attempt for each component that has just refused to go."""
    return noting(
        demo,
        (
            replace(c, retry_at=now + delay_after(c.attempts, c.cause, polling.retry))
            for c in having(demo, Status.DELETE_FAILED)
            if c.retry_at is None and c.attempts
        ),
    )


def _given_up(demo: Demo, applied: Applied, broken: list[ComponentStatus]) -> Demo:
    """Return a demo that was ready before with what could not be brought about taken back.

    A component that the change added goes again, and what it left out stays. What was there
    before and fails to come back stays failed, for its owner to retry.
    """
    before = demo.closure(applied.requested_components)
    added = {c.name for c in broken} - before
    if added:
        working = (n for n in demo.requested_components if not added & demo.closure([n]))
        both = dict.fromkeys((*applied.requested_components, *working))
        demo = replace(demo, requested_components=tuple(both))
    if any(c.refused_inputs is not None for c in demo.components.values()):
        demo = replace(demo, parameters=applied.parameters, allowed_cidr=applied.allowed_cidr)
    return demo

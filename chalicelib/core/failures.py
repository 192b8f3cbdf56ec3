"""What follows when something fails or takes too long: pure updates of a demo.

A demo whose creation fails is deleted, unless it is to be kept. A change that fails is given up,
and the demo's spec returns to what is applied.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.deletion_failures import delay_after
from chalicelib.core.demo import Applied, Demo, Desired
from chalicelib.core.observe import failed, kept_running, refused, undeletable
from chalicelib.core.plan import having, noting
from chalicelib.core.policy import PollingPolicy
from chalicelib.core.values import replace

MOVE_LIMIT: Final = timedelta(minutes=60)
"""No stack of ours takes an hour to update or delete, no database to stop or start."""
DELETE_LIMIT: Final = MOVE_LIMIT
GRACE: Final = timedelta(minutes=5)
"""CloudFormation ends a slow creation itself; so much later its answer counts as lost."""


def create_limit(component: ComponentStatus) -> timedelta:
    """Return how long a creation may take: three times the typical minutes, and some grace."""
    return timedelta(minutes=create_minutes(component.typical_minutes)) + GRACE


def create_minutes(typical_minutes: float) -> int:
    """Return the TimeoutInMinutes that CloudFormation is given for a stack."""
    return max(15, round(typical_minutes * 3))


def apply_failures(demo: Demo, now: datetime, polling: PollingPolicy) -> Demo:
    """Return the demo with what follows from its failures: deletion, retries, a change undone."""
    demo = _scheduled(
        noting(demo, (_in_time(c, now) for c in demo.components.values())), now, polling
    )
    if demo.desired_state is Desired.DELETED:
        return demo
    broken = having(demo, Status.FAILED)
    failures = [c.failure for c in (*broken, *demo.components.values()) if c.failure]
    if not failures:
        return demo
    demo = replace(demo, failure=demo.failure or failures[0])
    if demo.applied is not None:
        return _given_up(demo, demo.applied, broken)
    if broken and not demo.keep_on_failure:
        return replace(demo, desired_state=Desired.DELETED)
    return demo


def _in_time(component: ComponentStatus, now: datetime) -> ComponentStatus:
    """Return a component, failed if what is being done to it takes too long."""
    match component.status:
        case Status.CREATING if _spent(component.started_at, now) > create_limit(component):
            reason = f"still not ready after {create_limit(component)}"
            return failed(component, reason, now)
        # The first releases kept the first attempt's moment alone.
        case Status.DELETING if (
            _spent(component.moved_at or component.removing_at, now) > MOVE_LIMIT
        ):
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
    """Set the time of the next attempt for each component whose deletion was just refused."""
    return noting(
        demo,
        (
            replace(c, retry_at=now + delay_after(c.attempts, c.cause, polling.retry))
            for c in having(demo, Status.DELETE_FAILED)
            if c.retry_at is None and c.attempts
        ),
    )


def _given_up(demo: Demo, applied: Applied, broken: list[ComponentStatus]) -> Demo:
    """Return a demo that was ready before, its spec without what failed.

    A component that the change added is deleted again, and what the change left out stays. What
    existed before and could not be made again stays failed, for its owner to retry.
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

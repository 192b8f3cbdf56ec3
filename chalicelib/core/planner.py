"""Decide what a demo needs next: one pure function for creating, deleting and repairing.

It is handed a demo whose components have just been brought up to date and answers with a `Plan`:
what to do, what to do after that, and why.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.actions import Action, ActionKind
from chalicelib.core.demo import ComponentStatus, Demo, Desired, Phase, Status
from chalicelib.core.kinds import Kind
from chalicelib.core.observe import failed, undeletable
from chalicelib.core.plan import Next, Plan, having, in_phase, made, names_of, noting, until_due
from chalicelib.core.policy import PollingPolicy
from chalicelib.core.teardown import towards_deleted
from chalicelib.core.trouble import delay_after

DELETE_LIMIT: Final = timedelta(minutes=60)
"""No stack of ours takes an hour to delete; a database takes about ten minutes."""
GRACE: Final = timedelta(minutes=5)
"""CloudFormation ends a slow creation itself, this much before we take its word for lost."""


def create_limit(component: ComponentStatus) -> timedelta:
    """Return how long a component may take to come up: three times the typical, and some grace."""
    return timedelta(minutes=create_minutes(component.typical_minutes)) + GRACE


def create_minutes(typical_minutes: float) -> int:
    """Return the TimeoutInMinutes that CloudFormation is given for a stack."""
    return max(15, round(typical_minutes * 3))


def decide(
    demo: Demo, now: datetime, *, polling: PollingPolicy, leftovers: tuple[str, ...] | None = None
) -> Plan:
    """Return the plan for a demo as it is now.

    `leftovers` is what a search by tag found, or None where none was made; a demo is only
    ever `deleted` after a search that found nothing.
    """
    demo = _scheduled(_overdue(demo, now), now, polling)
    if demo.desired_state is not Desired.DELETED:
        demo = _give_up(demo)
    if demo.desired_state is not Desired.DELETED:
        return _towards_ready(demo, now, polling)
    return towards_deleted(demo, now, polling, leftovers)


def _overdue(demo: Demo, now: datetime) -> Demo:
    for component in demo.components.values():
        if component.status is Status.CREATING and _spent(
            component.started_at, now
        ) > create_limit(component):
            reason = f"still not ready after {create_limit(component)}"
            demo = demo.with_component(failed(component, reason, now))
        if (
            component.status is Status.DELETING
            and _spent(component.removing_at, now) > DELETE_LIMIT
        ):
            reason = f"still deleting after {DELETE_LIMIT}"
            demo = demo.with_component(undeletable(component, reason, now))
    return demo


def _scheduled(demo: Demo, now: datetime, polling: PollingPolicy) -> Demo:
    """Set the moment of the next attempt for each step that has just refused to go."""
    refused = (
        replace(s, retry_at=now + delay_after(s.attempts, s.cause, polling.retry))
        for s in having(demo, Status.DELETE_FAILED)
        if s.retry_at is None and s.attempts
    )
    return noting(demo, refused)


def _spent(since: datetime | None, now: datetime) -> timedelta:
    return now - since if since else timedelta(0)


def _give_up(demo: Demo) -> Demo:
    """Turn a demo that failed to come up round to its own teardown, unless told to keep it."""
    broken = [s.failure for s in demo.components.values() if s.status is Status.FAILED]
    if not broken:
        return demo
    demo = replace(demo, failure=demo.failure or broken[0])
    return demo if demo.keep_on_failure else replace(demo, desired_state=Desired.DELETED)


# Towards ready ------------------------------------------------------------------------------


def _towards_ready(demo: Demo, now: datetime, polling: PollingPolicy) -> Plan:
    if starting := [s for s in demo.components.values() if _can_start(demo, s, now)]:
        reason = f"creating {names_of(starting)}"
        noted = noting(demo, (_begun(s, now) for s in starting))
        actions = tuple(Action(_CREATES[s.kind], s.name) for s in starting)
        return made(Next.ACT, in_phase(noted, Phase.PROVISIONING), reason, actions=actions)
    if waiting := having(demo, Status.CREATING):
        reason = f"waiting for {names_of(waiting)}"
        wait = until_due(waiting, now, polling)
        return made(Next.WAIT, in_phase(demo, Phase.PROVISIONING), reason, wait=wait)
    if demo.failure:
        reason = f"{demo.failure.component} failed: {demo.failure.reason}; kept for a look"
        return made(Next.DONE, in_phase(demo, Phase.FAILED, looping=False), reason)
    ready = replace(demo, ready_at=demo.ready_at or now)
    return made(Next.DONE, in_phase(ready, Phase.READY, looping=False), "everything is ready")


_CREATES: Final = {Kind.STACK: ActionKind.CREATE_STACK, Kind.BUNDLE: ActionKind.STAGE_BUNDLE}


def _can_start(demo: Demo, component: ComponentStatus, now: datetime) -> bool:
    # Staging answers in the same breath, so a bundle that still reads `creating` was cut off.
    cut_off = component.kind is Kind.BUNDLE and component.status is Status.CREATING
    waiting = component.status is Status.PENDING or cut_off
    inputs = (demo.components[name].status for name in component.depends_on)
    return waiting and component.due(now) and all(status is Status.READY for status in inputs)


def _begun(component: ComponentStatus, now: datetime) -> ComponentStatus:
    return replace(
        component,
        status=Status.CREATING,
        started_at=now,
        observed_at=None,
        asked_at=now if component.kind is Kind.STACK else None,
        retry_at=None,
    )

"""Which stacks to describe: those that may have changed, and no others.

That is a stack that an event named, or one in flight whose event is overdue. So a lost event
delays a demo by some minutes and does no other harm.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.component import IN_FLIGHT, ComponentStatus, Status
from chalicelib.core.demo import Demo, Desired
from chalicelib.core.kinds import Kind
from chalicelib.core.stack_change import StackChange

LATE: Final = timedelta(minutes=10)
"""How long after its last unanswered request a stack may still appear."""


def stacks_to_describe(
    demo: Demo, now: datetime, poll: timedelta, *, events: bool = True
) -> tuple[str, ...]:
    """Return the stacks to describe now, in the order of the graph.

    `poll` is the shortest time between two looks at a stack of which no event came; `events`
    says whether any can come from where the demo is.
    """
    named = {change.component for change in demo.changed}
    return tuple(
        component.name
        for component in demo.components.values()
        if component.kind is Kind.STACK
        and (
            _named(demo, component, named)
            or _watched(demo, component, now)
            or _overdue(component, now, poll, events=events)
            or _may_appear(demo, component, now)
        )
    )


def _named(demo: Demo, component: ComponentStatus, named: set[str]) -> bool:
    """Whether an event named a component that may have changed."""
    if component.status is Status.READY and demo.desired_state is Desired.RUNNING:
        return StackChange.deletion_of(component.name) in demo.changed
    return component.name in named and component.status in IN_FLIGHT


def _overdue(component: ComponentStatus, now: datetime, poll: timedelta, *, events: bool) -> bool:
    """Whether a stack in flight is to be described though no event named it.

    So is one whose creation or deletion was recorded and has neither been answered nor seen: the
    process that recorded it may have died before it called CloudFormation.
    """
    seen = component.observed_at
    if component.status not in IN_FLIGHT:
        return False
    if component.retry_at is not None:
        return component.due(now)
    if seen is None or not events:
        return seen is None or now - seen >= poll
    usual = _usual(component, poll)
    creating = component.status is Status.CREATING
    begun = component.started_at if creating else component.moved_at
    expected = max(seen, begun + usual) if begun else seen
    return now - expected >= max(poll, usual / 4)


def _usual(component: ComponentStatus, poll: timedelta) -> timedelta:
    """Return how long a component is usually in flight, in polls for minutes.

    A stack takes at least half as long to update or delete as to create. No event reports that a
    database stops or starts.
    """
    if component.status in (Status.STOPPING, Status.STARTING):
        return timedelta(0)
    share = 1 if component.status is Status.CREATING else 0.5
    return poll * component.typical_minutes * share


def _watched(demo: Demo, component: ComponentStatus, now: datetime) -> bool:
    """Whether it is time to check a stopped database: RDS starts it after seven days."""
    paused = component.status is Status.STOPPED and demo.desired_state is Desired.PAUSED
    return paused and component.look_at is not None and component.look_at <= now


def _may_appear(demo: Demo, component: ComponentStatus, now: datetime) -> bool:
    """Whether it is time to look for a stack of which nobody knows whether it was created."""
    if not component.gone or component.asked_at is None or now < component.asked_at + LATE:
        return False
    return demo.desired_state is not Desired.RUNNING or component.name not in demo.members

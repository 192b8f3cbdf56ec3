"""Outcomes of actions, applied to the status of a demo's components: pure updates."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.actions import ActionKind, Outcome
from chalicelib.core.bundle import BUNDLE_KEY
from chalicelib.core.component import Cause, ComponentStatus, Status
from chalicelib.core.deletion_failures import OUTAGE_DELAY
from chalicelib.core.demo import Demo
from chalicelib.core.observe import failed, kept_running, refused, undeletable
from chalicelib.core.policy import PollingPolicy
from chalicelib.core.tags import tag_value
from chalicelib.core.values import replace

_POLLING: Final = PollingPolicy()


def apply_outcomes(
    demo: Demo, outcomes: Iterable[Outcome], now: datetime, polling: PollingPolicy = _POLLING
) -> Demo:
    """Return the demo with the outcomes of the last actions applied."""
    owner = tag_value(demo.owner)
    for outcome in outcomes:
        component = demo.components.get(outcome.action.component)
        if component is not None:
            known = _outcome(component, outcome, now, owner=owner, poll=polling.poll)
            demo = demo.with_component(known)
    return demo


def _outcome(
    component: ComponentStatus,
    outcome: Outcome,
    now: datetime,
    *,
    owner: str,
    poll: timedelta,
) -> ComponentStatus:
    kind = outcome.action.kind
    if component.gone or component.status not in (kind.during or (component.status,)):
        return component  # the outcome came late, or twice
    if outcome.unanswered:
        return _unanswered(component, kind, now)
    if outcome.error is not None:
        return _failed(component, outcome, outcome.error, now)
    match kind:
        case ActionKind.UPDATE_STACK if outcome.skipped:
            # CloudFormation had nothing to change.
            there = replace(component, status=Status.READY, previous_inputs=None, asked_at=None)
            return replace(there, tagged_for=component.tagged_for and owner)
        case ActionKind.CREATE_STACK if outcome.skipped and not outcome.retried:
            return replace(component, asked_at=None)  # its stack will not appear
        case _ if outcome.skipped:
            return component
        case ActionKind.STAGE_BUNDLE:
            return staged(component, now)
        case _ if kind.during:
            return replace(component, asked_at=None, observed_at=now)
        case ActionKind.LIFT_PROTECTION if outcome.more:
            # A database is being started, which makes no event.
            return replace(component, retry_at=now + poll)
        case _:
            return replace(component, prepared=not outcome.more)


def _failed(
    component: ComponentStatus, outcome: Outcome, error: str, now: datetime
) -> ComponentStatus:
    answered = replace(component, asked_at=None)
    match component.status:
        case Status.UPDATING:
            return refused(answered, error, now)
        case Status.STOPPING:
            return kept_running(answered, error)
        case Status.CREATING | Status.STARTING:
            return failed(answered, error, now)
        case _:
            cause = Cause.ACCESS_DENIED if outcome.denied else None
            return undeletable(component, error, now, cause=cause)


def _unanswered(component: ComponentStatus, kind: ActionKind, now: datetime) -> ComponentStatus:
    """Return a component to which something was done or not; it is described later."""
    asked_at = now if kind in _ASKED else component.asked_at
    return replace(component, asked_at=asked_at, retry_at=now + OUTAGE_DELAY)


_ASKED: Final = frozenset(kind for kind in ActionKind if kind.during) - {
    ActionKind.STAGE_BUNDLE,
    ActionKind.DELETE_STACK,
}
"""Requests to AWS that may take effect without an answer, except deletions."""


def staged(component: ComponentStatus, now: datetime) -> ComponentStatus:
    """Return the bundle as ready; its output is the key that the templates take."""
    return replace(
        component,
        status=Status.READY,
        finished_at=component.finished_at or now,
        outputs={"BundleKey": BUNDLE_KEY},
        previous_inputs=None,
    )

"""What came of the loop's actions becomes what is known: pure updates of a demo's components."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.core.actions import ActionKind, Outcome
from chalicelib.core.bundle import BUNDLE_KEY
from chalicelib.core.demo import Cause, ComponentStatus, Demo, Status
from chalicelib.core.observe import failed, kept_running, refused, undeletable
from chalicelib.core.trouble import OUTAGE_DELAY


def apply_outcomes(demo: Demo, outcomes: Iterable[Outcome], now: datetime) -> Demo:
    """Return the demo with what came of the last actions taken in."""
    for outcome in outcomes:
        component = demo.components.get(outcome.action.component)
        if component is not None:
            demo = demo.with_component(_outcome(component, outcome, now))
    return demo


def _outcome(component: ComponentStatus, outcome: Outcome, now: datetime) -> ComponentStatus:
    kind = outcome.action.kind
    if component.gone or component.status not in (kind.during or (component.status,)):
        return component  # told late, or twice
    if outcome.unanswered:
        return _unanswered(component, kind, now)
    if outcome.error is not None:
        return _failed(component, outcome, outcome.error, now)
    match kind:
        case ActionKind.UPDATE_STACK if outcome.skipped:
            # CloudFormation had nothing to change.
            return replace(component, status=Status.READY, previous_inputs=None, asked_at=None)
        case _ if outcome.skipped:
            return component
        case ActionKind.STAGE_BUNDLE:
            return staged(component, now)
        case _ if kind.during:
            return replace(component, asked_at=None, observed_at=now)
        case ActionKind.LIFT_PROTECTION if outcome.more:
            return replace(component, retry_at=now + OUTAGE_DELAY)
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
    """Return a component to which something was done, or not: it is described and tried later."""
    asked_at = now if kind in _ASKED else component.asked_at
    return replace(component, asked_at=asked_at, retry_at=now + OUTAGE_DELAY)


_ASKED: Final = frozenset(kind for kind in ActionKind if kind.during) - {
    ActionKind.STAGE_BUNDLE,
    ActionKind.DELETE_STACK,
}
"""What is asked of AWS and may take effect without an answer, but for deletions."""


def staged(component: ComponentStatus, now: datetime) -> ComponentStatus:
    """Return the bundle as done; its output is the key that the templates take."""
    return replace(
        component,
        status=Status.READY,
        finished_at=component.finished_at or now,
        outputs={"BundleKey": BUNDLE_KEY},
        previous_inputs=None,
    )

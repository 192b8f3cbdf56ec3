"""What came of the loop's actions becomes what is known: pure updates of a demo's components."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from chalicelib.core.actions import CREATIONS, ActionKind, Outcome
from chalicelib.core.bundle import BUNDLE_KEY
from chalicelib.core.demo import Cause, ComponentStatus, Demo, Status
from chalicelib.core.observe import failed, undeletable
from chalicelib.core.trouble import OUTAGE_DELAY


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
    """Return a component to which something was done, or not: it is described and tried later."""
    asked_at = now if kind is ActionKind.CREATE_STACK else component.asked_at
    return replace(component, asked_at=asked_at, retry_at=now + OUTAGE_DELAY)


_WHILE: Final = {
    ActionKind.CREATE_STACK: Status.CREATING,
    ActionKind.STAGE_BUNDLE: Status.CREATING,
    ActionKind.DELETE_STACK: Status.DELETING,
}
"""The status that a component has while one of these is done to it."""


def staged(component: ComponentStatus, now: datetime) -> ComponentStatus:
    """Return the bundle as done; its output is the key that the templates take."""
    return replace(
        component, status=Status.READY, finished_at=now, outputs={"BundleKey": BUNDLE_KEY}
    )

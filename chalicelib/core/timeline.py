"""The timeline of a demo: each change of desired state, phase, lease or component.

Each entry says who and why. It is appended in the same transaction as the change that it reports,
so that the timeline has all that happened and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.demo import Demo, Desired, Phase


class EntryKind(StrEnum):
    """What an entry reports; a notice is for the demo's owner, and a warning is urgent as well."""

    REQUESTED = "requested"
    DESIRED = "desired"
    SPEC = "spec"
    PHASE = "phase"
    LEASE = "lease"
    STEP = "step"
    NOTICE = "notice"
    WARNING = "warning"
    LOOP = "loop"
    ACCESS = "access"
    ACCESS_REQUEST = "access_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the timeline."""

    at: datetime
    actor: str
    kind: EntryKind
    text: str


_NEWS: Final = {
    Phase.READY: (EntryKind.NOTICE, "is ready"),
    Phase.PAUSED: (EntryKind.NOTICE, "is paused"),
    Phase.DELETED: (EntryKind.NOTICE, "is removed"),
    Phase.FAILED: (EntryKind.WARNING, "failed"),
    Phase.QUARANTINED: (EntryKind.WARNING, "is stuck and needs an operator"),
}
"""The phases that people wait for, or must hear of, in their words."""
WISHES: Final = {
    Desired.RUNNING: "to run",
    Desired.PAUSED: "to be paused",
    Desired.DELETED: "to be removed",
}


def changes(before: Demo, after: Demo, *, now: datetime, actor: str) -> tuple[Entry, ...]:
    """Return an entry for everything that differs, in the order a reader expects."""
    return tuple(
        Entry(at=now, actor=actor, kind=kind, text=text) for kind, text in _entries(before, after)
    )


def _entries(before: Demo, after: Demo) -> Iterator[tuple[EntryKind, str]]:
    if before.expires_at != after.expires_at:
        moved = "extended" if after.expires_at > before.expires_at else "shortened"
        yield EntryKind.LEASE, f"lease {moved} to {after.expires_at:%Y-%m-%d %H:%M} UTC"
    yield from ((EntryKind.SPEC, text) for text in _spec_texts(before, after))
    for name, component in after.components.items():
        known = before.components.get(name)
        if known is None or component.status is not known.status:
            yield EntryKind.STEP, _step_text(component)
    if before.desired_state is not after.desired_state:
        yield EntryKind.DESIRED, f"{WISHES[after.desired_state]}: {_desire_reason(after)}"
    if after.applied and after.failure and after.failure != before.failure:
        failure = f"{after.failure.component}: {after.failure.reason}"
        yield EntryKind.WARNING, f"the change of {after.name} failed: {failure}"
    if before.phase is not after.phase:
        yield EntryKind.PHASE, f"{after.phase}: {after.reason}"
        if after.phase in _NEWS:
            kind, outcome = _NEWS[after.phase]
            yield kind, f"{after.name} {outcome}{_why(after)}"
    if before.generation != after.generation:
        yield EntryKind.LOOP, f"loop {after.generation} started"


def _spec_texts(before: Demo, after: Demo) -> Iterator[str]:
    if (before.ready_by, before.starts_at) != (after.ready_by, after.starts_at):
        yield after.reason
    if before.name != after.name:
        yield f"name is now {after.name}"
    yield from _difference("components", before.requested_components, after.requested_components)
    yield from _difference("allowed addresses", before.allowed_cidr, after.allowed_cidr)
    named = before.parameters.keys() | after.parameters.keys()
    if new := [n for n in sorted(named) if before.parameters.get(n) != after.parameters.get(n)]:
        yield f"parameters: {', '.join(new)} changed"
    if before.keep_on_failure != after.keep_on_failure:
        yield f"kept on failure: {'yes' if after.keep_on_failure else 'no'}"


def _difference(what: str, before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    for verb, names in (
        ("added", [x for x in after if x not in before]),
        ("removed", [x for x in before if x not in after]),
    ):
        if names:
            yield f"{what}: {verb} {', '.join(names)}"


def _step_text(component: ComponentStatus) -> str:
    text = f"{component.name} {component.status.replace('_', ' ')}"
    if component.failure and component.status in (Status.FAILED, Status.DELETE_FAILED):
        where = f"{component.failure.resource}: " if component.failure.resource else ""
        return f"{text}: {where}{component.failure.reason}"
    return text


def _why(demo: Demo) -> str:
    """Return what a person learns beyond the outcome itself: nothing where all went well."""
    if demo.phase in (Phase.READY, Phase.PAUSED, Phase.DELETED) and demo.failure is None:
        return ""
    return f": {demo.reason.removesuffix('; the demo is kept')}"


def _desire_reason(demo: Demo) -> str:
    if demo.desired_state is Desired.DELETED and demo.failure and demo.phase is not Phase.READY:
        return f"{demo.failure.component} failed: {demo.failure.reason}"
    return demo.reason

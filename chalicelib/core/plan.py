"""A plan: what a demo needs next, and why, with the small functions every plan is made of.

What a plan is about to do is part of its own copy of the demo (a component to be created reads
`creating`), which is saved before anything is done. So a process that dies in between leaves a
record that says too much, never too little.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from chalicelib.core.actions import Action
from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.demo import Demo, Phase
from chalicelib.core.policy import PollingPolicy
from chalicelib.core.values import replace


class Next(StrEnum):
    """What the state machine does with a plan."""

    ACT = "act"
    WAIT = "wait"
    DONE = "done"
    STUCK = "stuck"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to do next, and why; `demo` is the record as it reads once the plan is made."""

    next: Next
    demo: Demo
    reason: str
    actions: tuple[Action, ...] = ()
    wait: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Move:
    """An action, and its component as it reads while that is done."""

    action: Action
    component: ComponentStatus


_VERBS: Final = {
    Status.CREATING: "creating",
    Status.UPDATING: "changing",
    Status.STOPPING: "stopping",
    Status.STARTING: "starting",
}


def act(demo: Demo, moves: Sequence[Move]) -> Plan:
    """Return the plan that does these moves; what prepares a deletion is part of removing."""
    verbs: dict[str, list[ComponentStatus]] = {}
    for move in moves:
        verb = _VERBS.get(move.component.status) if move.action.kind.during else None
        verbs.setdefault(verb or "removing", []).append(move.component)
    reason = "; ".join(f"{verb} {names_of(components)}" for verb, components in verbs.items())
    noted = noting(demo, (move.component for move in moves))
    return made(Next.ACT, noted, reason, actions=tuple(move.action for move in moves))


def made(
    next_: Next,
    demo: Demo,
    reason: str,
    *,
    actions: tuple[Action, ...] = (),
    wait: timedelta = timedelta(0),
) -> Plan:
    """Return a plan whose reason stands on the record too."""
    noted = replace(demo, reason=reason)
    return Plan(next=next_, demo=noted, reason=reason, actions=actions, wait=wait)


def in_phase(demo: Demo, phase: Phase, *, looping: bool = True) -> Demo:
    """Return the demo in a phase, its loop going on or over."""
    return replace(demo, phase=phase, looping=looping)


def having(demo: Demo, *statuses: Status) -> list[ComponentStatus]:
    """Return the components in one of the statuses, in the order of the graph."""
    return [s for s in demo.components.values() if s.status in statuses]


def noting(demo: Demo, components: Iterable[ComponentStatus]) -> Demo:
    """Return the demo with some of its components replaced; the same one where none differs."""
    noted = {c.name: c for c in components if demo.components.get(c.name) is not c}
    return replace(demo, components={**demo.components, **noted}) if noted else demo


def until_due(
    components: Iterable[ComponentStatus], now: datetime, polling: PollingPolicy
) -> timedelta:
    """Return how long to wait: until the next attempt of one of the components, or for a poll."""
    moments = [s.retry_at - now for s in components if s.retry_at and s.retry_at > now]
    return min([*moments, polling.poll])


def names_of(components: Iterable[ComponentStatus]) -> str:
    """Return components as a reader lists them."""
    return ", ".join(s.name for s in components)

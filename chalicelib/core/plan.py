"""A plan: what a demo needs next, and why, with the small functions every plan is made of.

What a plan is about to do is noted in its own copy of the demo (a component to be created reads
`creating`), which is written before anything is done; so a process that dies in between leaves
a record that says too much, never too little.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.core.actions import Action
from chalicelib.core.demo import ComponentStatus, Demo, Phase, Status
from chalicelib.core.policy import PollingPolicy


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


def having(demo: Demo, status: Status) -> list[ComponentStatus]:
    """Return the components in a status, in the order of the graph."""
    return [s for s in demo.components.values() if s.status is status]


def noting(demo: Demo, components: Iterable[ComponentStatus]) -> Demo:
    """Return the demo with some of its components replaced."""
    return replace(demo, components={**demo.components, **{s.name: s for s in components}})


def until_due(
    components: Iterable[ComponentStatus], now: datetime, polling: PollingPolicy
) -> timedelta:
    """Return how long to wait: until the next attempt of one of the components, or for a poll."""
    moments = [s.retry_at - now for s in components if s.retry_at and s.retry_at > now]
    return min([*moments, polling.poll])


def names_of(components: Iterable[ComponentStatus]) -> str:
    """Return components as a reader lists them."""
    return ", ".join(s.name for s in components)

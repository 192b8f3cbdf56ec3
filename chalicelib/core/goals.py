"""Goals: what a demo's spec means for each of its components, as a pure function.

Creating, changing, pausing, resuming, deleting and repairing a demo all mean that goals differ
from what exists; the planner decides what to do about the difference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.core.component import BEING_DELETED, ComponentStatus
from chalicelib.core.demo import Demo, Desired
from chalicelib.core.inputs import wanted_inputs
from chalicelib.core.kinds import Pause
from chalicelib.core.tags import tag_value


@dataclass(frozen=True, slots=True)
class Present:
    """It exists and runs, created or updated with these inputs, and its tags name this owner."""

    inputs: Mapping[str, str]
    owner: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """It exists, and what it runs is stopped."""


@dataclass(frozen=True, slots=True)
class Absent:
    """It does not exist."""


Goal = Present | Stopped | Absent


def goals(demo: Demo) -> dict[str, Goal]:
    """Return the goal of each component of a demo."""
    members = demo.members
    away = _deleted_by_pause(demo, members)
    return {
        name: _goal(demo, component, members, wanted=name not in away and name in members)
        for name, component in demo.components.items()
    }


def _goal(
    demo: Demo, component: ComponentStatus, members: frozenset[str], *, wanted: bool
) -> Goal:
    # What is being deleted, or is to be made again, is deleted first; then its goal is another.
    if (
        not wanted
        or component.status in BEING_DELETED
        or (component.remake and not component.gone)
    ):
        return Absent()
    if demo.desired_state is Desired.RUNNING:
        inputs = wanted_inputs(demo, component, members=members)
        return Present(inputs, tag_value(demo.owner))
    if component.gone:
        return Absent()
    # A pause changes nothing that it keeps; what was changed meanwhile is applied on resuming.
    if component.pause is Pause.STOP:
        return Stopped()
    return Present(component.inputs, component.tagged_for)


def _deleted_by_pause(demo: Demo, members: frozenset[str]) -> frozenset[str]:
    """Return what a pause deletes; what something kept requires is kept with it."""
    if demo.desired_state is not Desired.PAUSED:
        return frozenset()
    there = (c for c in demo.components.values() if c.name in members and not c.gone)
    return members - demo.closure(c.name for c in there if c.pause is not Pause.DELETE)

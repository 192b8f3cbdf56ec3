"""What a change of a demo would do, computed from the goals that it would have."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from chalicelib.core.catalog import Catalog
from chalicelib.core.component import Status
from chalicelib.core.costs import Cost, cost_of
from chalicelib.core.demo import Demo, Desired
from chalicelib.core.goals import Absent, Goal, Present, Stopped, goals
from chalicelib.core.graph import minutes_in_all
from chalicelib.core.spec import replacements


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePreview:
    """What a change would do to which components, how long it typically takes, and what it costs.

    `replaced` are those updates that would replace what holds data; `loses` says of each component
    what a pause loses for good. `before` and `after` are the demo's prices.
    """

    created: tuple[str, ...]
    updated: tuple[str, ...]
    replaced: tuple[str, ...]
    deleted: tuple[str, ...]
    stopped: tuple[str, ...]
    started: tuple[str, ...]
    typical_minutes: float
    before: Cost
    after: Cost
    loses: Mapping[str, str]


def change_preview(before: Demo, after: Demo, catalog: Catalog) -> ChangePreview:
    """Return what bringing a demo to its changed spec would do."""
    kinds = {name: _kind(after, name, goal) for name, goal in goals(after).items()}
    replaced = replacements(before, after, catalog)
    pausing = after.desired_state is Desired.PAUSED
    deleted = _of(kinds, "deleted")
    templates = {n: catalog.components[n] for n in deleted if n in catalog.components}
    return ChangePreview(
        created=_of(kinds, "created"),
        updated=tuple(n for n in _of(kinds, "updated") if n not in replaced),
        replaced=tuple(replaced),
        deleted=deleted,
        stopped=_of(kinds, "stopped"),
        started=_of(kinds, "started"),
        typical_minutes=_minutes(after, kinds),
        before=_cost(before, catalog),
        after=_cost(after, catalog),
        loses={n: c.pause_loses for n, c in templates.items() if pausing and c.pause_loses},
    )


def _of(kinds: Mapping[str, str], kind: str) -> tuple[str, ...]:
    return tuple(name for name, each in kinds.items() if each == kind)


def _kind(demo: Demo, name: str, goal: Goal) -> str:
    component = demo.components[name]
    match goal:
        case Absent():
            return "" if component.gone else "deleted"
        case Stopped():
            return "" if component.status is Status.STOPPED else "stopped"
        case Present(inputs=inputs):
            if component.gone:
                return "created"
            if component.status is Status.STOPPED:
                return "started"
            return "updated" if inputs != component.inputs else ""


_SHARES: Mapping[str, float] = {
    "created": 1,
    "updated": 0.5,
    "deleted": 0.5,
    "stopped": 0.5,
    "started": 0.5,
}
"""How long each takes, as a share of the minutes in which the component is created."""


def _minutes(demo: Demo, kinds: Mapping[str, str]) -> float:
    depends_on = {n: tuple(demo.components[n].requires) for n in _in_order(demo)}
    minutes = {
        n: demo.components[n].typical_minutes * _SHARES.get(kinds[n], 0) for n in depends_on
    }
    return minutes_in_all(depends_on, minutes)


def _in_order(demo: Demo) -> list[str]:
    """Return a demo's components, each after those that it requires."""
    order: list[str] = []
    while len(order) < len(demo.components):
        ready = [n for n, c in demo.components.items() if n not in order]
        order += [n for n in ready if set(demo.components[n].requires) <= {*order}]
    return order


def _cost(demo: Demo, catalog: Catalog) -> Cost:
    names = [n for n in demo.components if n in demo.members]
    return cost_of(catalog, names, demo.parameters, demo.region)

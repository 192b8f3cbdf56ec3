"""The order of things: what a set of components pulls in, and what waits for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from chalicelib.core.catalog import Catalog
from chalicelib.core.demo import ComponentStatus


@dataclass(frozen=True, slots=True)
class Graph:
    """Steps in an order that respects their inputs.

    `wires` maps, for each step, a parameter's name to the step whose output fills it;
    `requires` holds, for each step, those of them it cannot be made without.
    """

    wires: Mapping[str, Mapping[str, str]]
    requires: Mapping[str, frozenset[str]]

    @property
    def components(self) -> tuple[str, ...]:
        """Return every step, each after those it waits for."""
        return tuple(self.wires)

    def depends_on(self, component: str) -> tuple[str, ...]:
        """Return the steps whose outputs this one takes, in name order."""
        return tuple(sorted(set(self.wires[component].values())))

    def wants(self, component: str) -> tuple[str, ...]:
        """Return the steps that this one only wants: whatever it takes of them has a default."""
        return tuple(s for s in self.depends_on(component) if s not in self.requires[component])


def close(catalog: Catalog, requested_components: Iterable[str]) -> frozenset[str]:
    """Return the asked components with everything they need, and nothing else."""
    found: set[str] = set()
    pending = list(requested_components)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(catalog.requires(name).values())
    return frozenset(found)


def build_graph(catalog: Catalog, requested_components: Iterable[str]) -> Graph:
    """Wire the asked components: every need, and the wishes whose provider is there anyway."""
    members = close(catalog, requested_components)
    wires = {
        name: catalog.requires(name)
        | {p: giver for p, giver in catalog.wants(name).items() if giver in members}
        for name in sorted(members)
    }
    order = TopologicalSorter({name: set(w.values()) for name, w in wires.items()})
    return Graph(
        wires={name: wires[name] for name in order.static_order()},
        requires={name: frozenset(catalog.requires(name).values()) for name in members},
    )


def new_step(catalog: Catalog, graph: Graph, name: str) -> ComponentStatus:
    """Return a component as the step of a new demo's record that it begins as."""
    component = catalog.components[name]
    return ComponentStatus(
        name=name,
        kind=component.kind,
        depends_on=graph.depends_on(name),
        wants=graph.wants(name),
        typical_minutes=component.typical_minutes,
        has_bucket=component.has_bucket,
        pause=component.pause,
        declares=tuple(component.parameters),
    )


@dataclass(frozen=True, slots=True)
class Span:
    """When a step runs if each takes its typical time: minutes from the start."""

    component: str
    starts: float
    ends: float
    critical: bool


def schedule(
    depends_on: Mapping[str, tuple[str, ...]], minutes: Mapping[str, float]
) -> list[Span]:
    """Lay the steps out in time with no barrier between levels, the critical path marked.

    `after` must list each step after those it waits for, as `Graph.steps` does.
    """
    ends: dict[str, float] = {}
    for component, inputs in depends_on.items():
        ends[component] = max((ends[i] for i in inputs), default=0.0) + minutes[component]
    critical = _critical(depends_on, ends)
    return [Span(s, ends[s] - minutes[s], ends[s], s in critical) for s in depends_on]


def _critical(depends_on: Mapping[str, tuple[str, ...]], ends: Mapping[str, float]) -> set[str]:
    path: set[str] = set()
    component = max(ends, key=lambda s: ends[s], default=None)
    while component is not None:
        path.add(component)
        component = max(depends_on[component], key=lambda s: ends[s], default=None)
    return path

"""The dependency graph of a demo: what components require, and what waits for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from chalicelib.core.catalog import Catalog
from chalicelib.core.component import ComponentStatus


@dataclass(frozen=True, slots=True)
class Graph:
    """Components in an order that respects their inputs.

    `wires` maps, for each component, a parameter's name to the component whose output fills it;
    `requires` holds, for each, those of them that it cannot be created without.
    """

    wires: Mapping[str, Mapping[str, str]]
    requires: Mapping[str, frozenset[str]]

    @property
    def components(self) -> tuple[str, ...]:
        """Return every component, each after those that it depends on."""
        return tuple(self.wires)

    def depends_on(self, component: str) -> tuple[str, ...]:
        """Return the components whose outputs this one takes, in name order."""
        return tuple(sorted(set(self.wires[component].values())))

    def wants(self, component: str) -> tuple[str, ...]:
        """Return those that this one only wants: whatever it takes of them has a default."""
        return tuple(s for s in self.depends_on(component) if s not in self.requires[component])


def close(catalog: Catalog, requested_components: Iterable[str]) -> frozenset[str]:
    """Return the requested components with everything that they require, and nothing else."""
    found: set[str] = set()
    pending = list(requested_components)
    while pending:
        name = pending.pop()
        if name not in found:
            found.add(name)
            pending.extend(catalog.requires(name).values())
    return frozenset(found)


def build_graph(catalog: Catalog, requested_components: Iterable[str]) -> Graph:
    """Wire the requested components: to what they require, and to what they want and is there."""
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


def new_component(catalog: Catalog, graph: Graph, name: str) -> ComponentStatus:
    """Return the status with which a component of a new demo begins."""
    component = catalog.components[name]
    return ComponentStatus(
        name=name,
        title=component.title,
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
    """When a component is created if each takes its typical time: minutes from the start."""

    component: str
    starts: float
    ends: float
    critical: bool


def schedule(
    depends_on: Mapping[str, tuple[str, ...]], minutes: Mapping[str, float]
) -> list[Span]:
    """Lay the components out in time with no barrier between levels, and mark the critical path.

    `depends_on` must list each component after those it depends on, as `Graph.components` does.
    """
    ends: dict[str, float] = {}
    for component, inputs in depends_on.items():
        ends[component] = max((ends[i] for i in inputs), default=0.0) + minutes[component]
    critical = _critical(depends_on, ends)
    return [Span(s, ends[s] - minutes[s], ends[s], s in critical) for s in depends_on]


def minutes_in_all(
    depends_on: Mapping[str, tuple[str, ...]], minutes: Mapping[str, float]
) -> float:
    """Return when the last of the components is there, laid out so; 0 where there are none."""
    return max((span.ends for span in schedule(depends_on, minutes)), default=0.0)


def _critical(depends_on: Mapping[str, tuple[str, ...]], ends: Mapping[str, float]) -> set[str]:
    path: set[str] = set()
    component = max(ends, key=lambda s: ends[s], default=None)
    while component is not None:
        path.add(component)
        component = max(depends_on[component], key=lambda s: ends[s], default=None)
    return path

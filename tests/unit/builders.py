"""Small demos, worlds and graphs for the unit tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from chalicelib.adapters.memory import (
    MemoryCloud,
    MemoryMeter,
    MemoryShelf,
    MemoryStore,
    MemoryTargets,
    MemoryWorkflow,
    VirtualClock,
)
from chalicelib.core.catalog import Component
from chalicelib.core.demo import Demo, Desired, Phase, Status, Step
from chalicelib.core.inputs import Bounds
from chalicelib.core.limits import Limits
from chalicelib.core.request import RequestRules
from chalicelib.services.world import Rules, World
from testkit.simulation.components import SMALL

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
OWNER = "ann@example.com"
REGION = "us-east-1"
HOME = "203.0.113.0/24"
"""The address block that requests come from."""


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def step(name: str, *after: str, status: Status = Status.PENDING, **fields: Any) -> Step:
    return Step(name=name, after=after, status=status, **fields)


def demo(*steps: Step, **fields: Any) -> Demo:
    made = Demo(
        demo_id="demo0001",
        name="a demo",
        owner=OWNER,
        region=REGION,
        asked=tuple(s.name for s in steps),
        steps={s.name: s for s in steps},
        created_at=NOW,
        expires_at=NOW + timedelta(hours=4),
    )
    return replace(made, **fields)


def leaving(*steps: Step, **fields: Any) -> Demo:
    return demo(*steps, desired=Desired.DELETED, phase=Phase.DELETING, **fields)


@st.composite
def graphs(draw: st.DrawFn, most: int = 7) -> dict[str, tuple[str, ...]]:
    """Draw a graph without cycles: each step waits for some of those before it."""
    names = [f"s{i}" for i in range(draw(st.integers(1, most)))]
    return {
        name: tuple(draw(st.lists(st.sampled_from(names[:i]), unique=True))) if i else ()
        for i, name in enumerate(names)
    }


def of_graph(
    graph: Mapping[str, tuple[str, ...]],
    wants: Mapping[str, tuple[str, ...]] | None = None,
    **fields: Any,
) -> Demo:
    optional = wants or {}
    steps = (step(n, *after, wants=optional.get(n, ())) for n, after in graph.items())
    return demo(*steps, **fields)


class Stage:
    """A world in memory, with its parts at hand."""

    def __init__(self, components: tuple[Component, ...] = SMALL, /, **limits: int) -> None:
        self.clock = VirtualClock(NOW)
        self.store = MemoryStore()
        self.workflow = MemoryWorkflow()
        self.cloud = MemoryCloud(components, self.clock)
        self.meter = MemoryMeter()
        self._made = 0
        self.world = World(
            store=self.store,
            workflow=self.workflow,
            targets=MemoryTargets({REGION: self.cloud}),
            shelf=MemoryShelf(components),
            meter=self.meter,
            clock=self.clock,
            new_id=self._new_id,
            rules=Rules(
                service="stelligent-demo-service",
                request=RequestRules(home_region=REGION, regions=(REGION,)),
                limits=Limits(**limits),
                bounds=Bounds(boundary_arn="arn:boundary", role_path="/stelligent-demo/"),
            ),
        )

    def _new_id(self) -> str:
        self._made += 1
        return f"demo{self._made:04d}"

    def told(self, demo_id: str) -> list[str]:
        return [entry.text for entry in self.store.entries[demo_id]]

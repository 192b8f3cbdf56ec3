"""Small demos, worlds and graphs for the unit tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from chalicelib.core.catalog import Component
from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.due import scheduled
from chalicelib.core.policy import PermissionsBoundary, Policy, Quotas, RequestPolicy
from chalicelib.core.timeline import Entry
from chalicelib.services.use_cases import UseCases
from testkit.fakes import (
    MemoryCloud,
    MemoryMetrics,
    MemoryPorts,
    MemoryStore,
    MemoryTargets,
    MemoryTemplates,
    MemoryWorkflow,
    VirtualClock,
)
from testkit.simulation.components import SMALL

NOW = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
OWNER = "ann@example.com"
REGION = "us-east-1"
HOME = "203.0.113.0/24"
"""The address block that requests come from."""


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def component(
    name: str, *after: str, status: Status = Status.PENDING, **fields: Any
) -> ComponentStatus:
    return ComponentStatus(name=name, depends_on=after, status=status, **fields)


def demo(*components: ComponentStatus, **fields: Any) -> Demo:
    made = Demo(
        demo_id="demo0001",
        name="a demo",
        owner=OWNER,
        region=REGION,
        requested_components=tuple(s.name for s in components),
        components={s.name: s for s in components},
        created_at=NOW,
        expires_at=NOW + timedelta(hours=4),
    )
    return replace(made, **fields)


def leaving(*components: ComponentStatus, **fields: Any) -> Demo:
    return demo(*components, desired_state=Desired.DELETED, phase=Phase.DELETING, **fields)


@st.composite
def graphs(draw: st.DrawFn, most: int = 7) -> dict[str, tuple[str, ...]]:
    """Draw a graph without cycles: each component waits for some of those before it."""
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
    components = (component(n, *after, wants=optional.get(n, ())) for n, after in graph.items())
    return demo(*components, **fields)


class Stage(UseCases):
    """The use cases over ports in memory, with the parts at hand."""

    def __init__(self, components: tuple[Component, ...] = SMALL, /, **quotas: int) -> None:
        self.clock = VirtualClock(NOW)
        self.store = MemoryStore()
        self.workflow = MemoryWorkflow()
        self.cloud = MemoryCloud(components, self.clock)
        self.metrics = MemoryMetrics()
        self._made = 0
        super().__init__(
            MemoryPorts(
                store=self.store,
                workflow=self.workflow,
                targets=MemoryTargets({REGION: self.cloud}),
                templates=MemoryTemplates(components),
                metrics=self.metrics,
                clock=self.clock,
                new_id=self._new_id,
            ),
            Policy(
                service="stelligent-demo-service",
                request=RequestPolicy(home_region=REGION, regions=(REGION,)),
                quotas=Quotas(**quotas),
                permissions_boundary=PermissionsBoundary(
                    boundary_arn="arn:boundary", role_path="/stelligent-demo/"
                ),
            ),
        )

    def save(self, before: Demo, after: Demo, entries: Sequence[Entry] = ()) -> Demo:
        """Write a record as another process may, due again when the sweep must look at it."""
        return self.store.save(before, scheduled(after, watchdog=self.policy.watchdog), entries)

    def _new_id(self) -> str:
        self._made += 1
        return f"demo{self._made:04d}"

    def timeline(self, demo_id: str) -> list[str]:
        return [entry.text for entry in self.store.entries[demo_id]]


def run_loop(stage: Stage, demo_id: str) -> Demo:
    """Let a demo's loop go on until it rests."""
    outcomes: list[Any] = []
    for _ in range(60):
        demo = stage.store.get(demo_id)
        if not demo.looping:
            return demo
        step = stage.plan_step.run(demo_id, demo.generation, outcomes)
        outcomes = [stage.apply.run(demo_id, demo.generation, a) for a in step.actions]
        if not step.actions:
            stage.clock.advance(minutes(10))
    raise AssertionError(stage.store.get(demo_id).reason)

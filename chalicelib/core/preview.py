"""What a choice of components brings: the steps laid out in time, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from chalicelib.core.catalog import Catalog
from chalicelib.core.costs import Cost, cost_of
from chalicelib.core.graph import Graph, Span, minutes_in_all, schedule
from chalicelib.core.start import Start


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a request would make; `typical_minutes` is how long the whole takes.

    `lease_usd` is what is known of the price of the whole lease, or None when nothing is. `start`
    is when it begins, where it is to be ready by some moment.
    """

    requested_components: tuple[str, ...]
    pulled_in: tuple[str, ...]
    spans: tuple[Span, ...]
    depends_on: dict[str, tuple[str, ...]]
    typical_minutes: float
    cost: Cost
    lease_usd: float | None
    start: Start | None = None


def preview(
    catalog: Catalog,
    requested: tuple[str, ...],
    graph: Graph,
    *,
    parameters: Mapping[str, str],
    region: str,
    lease: timedelta,
    start: Start | None = None,
) -> Preview:
    """Return what the requested components make, given their graph, and what that costs."""
    after = {component: graph.depends_on(component) for component in graph.components}
    minutes = {
        component: catalog.components[component].typical_minutes for component in graph.components
    }
    requires = {n: tuple(sorted(graph.requires[n])) for n in graph.components}
    cost = cost_of(catalog, graph.components, parameters, region)
    return Preview(
        requested_components=requested,
        pulled_in=tuple(s for s in graph.components if s not in requested),
        spans=tuple(schedule(requires, minutes)),
        depends_on=after,
        typical_minutes=minutes_in_all(requires, minutes),
        cost=cost,
        lease_usd=cost.running.over(lease),
        start=start,
    )

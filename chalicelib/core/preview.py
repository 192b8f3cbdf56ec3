"""What a choice of components brings: the steps laid out in time, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.core.catalog import Catalog
from chalicelib.core.graph import Graph, Span, schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a request would make; `typical_minutes` is how long the whole takes."""

    requested_components: tuple[str, ...]
    pulled_in: tuple[str, ...]
    spans: tuple[Span, ...]
    depends_on: dict[str, tuple[str, ...]]
    typical_minutes: float
    hourly_usd: float


def preview(catalog: Catalog, requested: tuple[str, ...], graph: Graph) -> Preview:
    """Return what the requested components make, given their graph."""
    after = {component: graph.depends_on(component) for component in graph.components}
    minutes = {
        component: catalog.components[component].typical_minutes for component in graph.components
    }
    spans = tuple(schedule(after, minutes))
    return Preview(
        requested_components=requested,
        pulled_in=tuple(s for s in graph.components if s not in requested),
        spans=spans,
        depends_on=after,
        typical_minutes=max((s.ends for s in spans), default=0.0),
        hourly_usd=round(sum(catalog.components[s].hourly_usd for s in graph.components), 4),
    )

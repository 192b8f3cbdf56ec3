"""What a choice of components brings: the steps laid out in time, and what they cost."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.core.catalog import Catalog
from chalicelib.core.graph import Graph, Span, schedule


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a request would make; `typical_minutes` is how long the whole takes."""

    asked: tuple[str, ...]
    pulled_in: tuple[str, ...]
    spans: tuple[Span, ...]
    after: dict[str, tuple[str, ...]]
    typical_minutes: float
    hourly_usd: float


def preview(catalog: Catalog, requested: tuple[str, ...], graph: Graph) -> Preview:
    """Return what the requested components make, given their graph."""
    after = {step: graph.after(step) for step in graph.steps}
    minutes = {step: catalog.components[step].typical_minutes for step in graph.steps}
    spans = tuple(schedule(after, minutes))
    return Preview(
        asked=requested,
        pulled_in=tuple(s for s in graph.steps if s not in requested),
        spans=spans,
        after=after,
        typical_minutes=max((s.ends for s in spans), default=0.0),
        hourly_usd=round(sum(catalog.components[s].hourly_usd for s in graph.steps), 4),
    )

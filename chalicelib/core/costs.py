"""What a demo costs: the prices of its components, with its parameters and in its region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chalicelib.core.catalog import Catalog, Component
from chalicelib.core.prices import Price, total


@dataclass(frozen=True, slots=True)
class Cost:
    """What a demo costs an hour while it runs, and while it is paused."""

    running: Price
    paused: Price


def cost_of(
    catalog: Catalog, components: Iterable[str], parameters: Mapping[str, str], region: str
) -> Cost:
    """Return what these components cost; one that the catalog does not have has no known price."""
    found = [catalog.components.get(name) or Component(name=name) for name in components]
    return Cost(
        running=total(each.price(parameters, region) for each in found),
        paused=total(each.paused_price(parameters, region) for each in found),
    )

"""What a demo costs: the prices of its components, with its parameters and in its region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from chalicelib.core.catalog import Catalog, Component
from chalicelib.core.demo import Demo
from chalicelib.core.graph import close
from chalicelib.core.kinds import Pause
from chalicelib.core.prices import Price, total


@dataclass(frozen=True, slots=True)
class Cost:
    """What a demo costs an hour while it runs, and while it is paused."""

    running: Price
    paused: Price


def cost_of(
    catalog: Catalog, components: Iterable[str], parameters: Mapping[str, str], region: str
) -> Cost:
    """Return what these components cost; one that the catalog does not have has no known price.

    A pause keeps what something that it keeps requires.
    """
    found = [catalog.components.get(name) or Component(name=name) for name in components]
    staying = [
        c.name for c in found if c.pause is not Pause.DELETE and c.name in catalog.components
    ]
    kept = close(catalog, staying)
    return Cost(
        running=total(each.price(parameters, region) for each in found),
        paused=total(
            each.price(parameters, region)
            if each.pause is Pause.DELETE and each.name in kept
            else each.paused_price(parameters, region)
            for each in found
        ),
    )


def cost_of_demo(catalog: Catalog, demo: Demo) -> Cost:
    """Return what a demo costs with everything that its owner wants of it."""
    return cost_of(catalog, sorted(demo.members), demo.parameters, demo.region)

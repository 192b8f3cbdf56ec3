"""What something costs an hour: items counted by a template's parameters, at list prices.

What is not known is named and never counted as nothing: a parameter without a value, a unit or a
region that the price list (core/price_list.py) does not have.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chalicelib.core.price_list import EVERYWHERE, PRICE_LIST

_WORDS: Final[Mapping[str, float]] = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceItem:
    """One thing a component is billed for while it exists.

    `unit` names what is counted, as the price list does, where a parameter's name stands for its
    value. `usd` is an hourly price of the template's own, the same in every region. How many
    there are is the product of `count`: numbers and names of parameters, where "true" counts as 1
    and "false" as 0. `while_stopped` is whether it is billed while the component is stopped, too.
    """

    name: str
    unit: tuple[str, ...] = ()
    usd: float | None = None
    count: tuple[float | str, ...] = ()
    while_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars an hour as far as they are known, and the names of what is not in them."""

    known_usd: float = 0.0
    unknown: tuple[str, ...] = ()

    def __add__(self, other: Price) -> Price:
        """Return what both cost together."""
        return Price(self.known_usd + other.known_usd, (*self.unknown, *other.unknown))

    @property
    def hourly_usd(self) -> float | None:
        """Dollars an hour of what is known, or None when nothing is."""
        return None if self.unknown and not self.known_usd else round(self.known_usd, 5)

    def over(self, span: timedelta) -> float | None:
        """Return the dollars of that much time, of what is known, or None when nothing is."""
        hours = span / timedelta(hours=1)
        return None if self.hourly_usd is None else round(self.known_usd * hours, 2)


def price_of(items: Iterable[PriceItem], values: Mapping[str, str], region: str) -> Price:
    """Return what these items cost an hour with these parameters in this region."""
    return total(_item_price(item, values, region) for item in items)


def total(prices: Iterable[Price]) -> Price:
    """Return what all of these cost together."""
    return sum(prices, Price())


def _item_price(item: PriceItem, values: Mapping[str, str], region: str) -> Price:
    factors = [_number(factor, values) for factor in item.count]
    each = item.usd if item.usd is not None else _listed(item.unit, values, region)
    if 0.0 in factors:
        return Price()
    if each is None or None in factors:
        return Price(unknown=(item.name,))
    return Price(each * math.prod(factor for factor in factors if factor is not None))


def _listed(unit: Iterable[str], values: Mapping[str, str], region: str) -> float | None:
    by_region = PRICE_LIST.get(" ".join(values.get(word, word) for word in unit), {})
    return by_region.get(region, by_region.get(EVERYWHERE))


def _number(factor: float | str, values: Mapping[str, str]) -> float | None:
    if not isinstance(factor, str):
        return factor
    text = values.get(factor, "")
    return _WORDS.get(text, float(text) if text.replace(".", "", 1).isdecimal() else None)

"""Who holds what: the quota slots that are taken, and what live demos cost an hour."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace

from chalicelib.core.costs import cost_of
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.listing import Listing, Order, line_of
from chalicelib.core.pool import is_pooled
from chalicelib.core.prices import Price, total
from chalicelib.services.ports.records import DemoRecords, QuotaSlots
from chalicelib.services.ports.runtime import TemplateRepository

_PAGE = 100


@dataclass(frozen=True, slots=True)
class Held:
    """How many demos an owner has in the quotas, and everybody together.

    Those that wait in pools give up their places, so they are none.
    """

    own: int
    in_all: int


@dataclass(frozen=True, slots=True)
class Holding:
    """One owner's live demos, and what they cost an hour."""

    owner: str
    demos: tuple[Demo, ...]
    price: Price


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """What an operator sees of the whole service."""

    records: DemoRecords
    quota_slots: QuotaSlots
    templates: TemplateRepository

    def held(self, owner: str) -> Held:
        """Return how full the quotas are; what was written just now may be missing."""
        owners = [each for each in self.quota_slots.slots().values() if not is_pooled(each)]
        return Held(owners.count(owner), len(owners))

    def holdings(self) -> tuple[Holding, ...]:
        """Return every owner with live demos, those whose demos need somebody first."""
        demos: defaultdict[str, list[Demo]] = defaultdict(list)
        for demo in self._live():
            demos[demo.owner].append(demo)
        return tuple(
            Holding(owner, tuple(held), total(self.price(demo) for demo in held))
            for owner, held in demos.items()
        )

    def price(self, demo: Demo) -> Price:
        """Return what a demo costs an hour in its desired state."""
        cost = cost_of(self.templates.catalog(), _stacks(demo), demo.parameters, demo.region)
        return cost.paused if demo.desired_state is Desired.PAUSED else cost.running

    def _live(self) -> list[Demo]:
        """Return the live demos, those that need somebody first.

        They are sorted here: a list in any order but the newest reads everything for each page.
        """
        listing = Listing(phases=frozenset(Phase) - {Phase.DELETED})
        demos: list[Demo] = []
        cursor = None
        while True:
            page = self.records.list(listing, limit=_PAGE, cursor=cursor)
            demos += page.items
            if (cursor := page.cursor) is None:
                break
        ranked = replace(listing, order=Order.PHASE)
        return sorted(demos, key=lambda demo: ranked.rank(line_of(demo)))


def _stacks(demo: Demo) -> list[str]:
    return [name for name, component in demo.components.items() if not component.gone]

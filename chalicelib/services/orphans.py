"""The search for orphans: stacks and buckets with our tags that no live demo answers for.

Somebody deleted a record by hand, or a creation took effect after the search for leftovers: what
is left is found here by its tags, never by its name. When two searches in a row have found a
demo's stacks, they are adopted: its record is made again from them, its desired state `deleted`,
and the ordinary loop deletes it with all its repairs and its proof. A bucket whose stack is gone
is emptied in batches and deleted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from chalicelib.core.errors import DemoError, NotFound, UnreadableRecord
from chalicelib.core.naming import stack_name
from chalicelib.services.adoption import Adoption, Orphan, Tags, tag
from chalicelib.services.loop import Loops
from chalicelib.services.ports.records import DemoRecords, OrphanNotes, QuotaSlots
from chalicelib.services.ports.runtime import Metrics
from chalicelib.services.ports.targets import Targets

Report = Callable[[str, DemoError], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a search found (as region/demo_id), and what it dealt with as found twice."""

    suspects: frozenset[str]
    removed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OrphanSearch:
    """Searches for what no live demo answers for, and deals with it."""

    records: DemoRecords
    adoption: Adoption
    loops: Loops
    quota_slots: QuotaSlots
    notes: OrphanNotes
    targets: Targets
    metrics: Metrics
    regions: tuple[str, ...]

    def run(self, report: Report) -> Searched:
        """Search every region, and deal with what the last search has found as well.

        `report` hears of each region that could not be searched and each orphan that could not be
        dealt with; the others go on.
        """
        known = self.notes.suspects()
        seen: set[str] = set()
        removed: list[str] = []
        standing: dict[str, Mapping[str, Tags]] = {}
        for region in self.regions:
            try:
                standing[region] = self.targets.of(region).stacks.ours()
                orphans = tuple(self._orphans(region, standing[region]))
            except DemoError as error:
                report(region, error)
                seen |= {name for name in known if name.startswith(f"{region}/")}
                continue
            seen |= {orphan.suspect for orphan in orphans}
            again = [orphan for orphan in orphans if orphan.suspect in known]
            removed += [orphan.demo_id for orphan in again if self._dealt_with(orphan, report)]
        self.notes.suspect(seen)
        self._check_slots(standing, report)
        return Searched(suspects=frozenset(seen), removed=tuple(removed))

    def _dealt_with(self, orphan: Orphan, report: Report) -> bool:
        try:
            self._take_down(orphan)
        except DemoError as error:
            report(orphan.demo_id, error)
            return False
        return True

    def _orphans(self, region: str, standing: Mapping[str, Tags]) -> Iterator[Orphan]:
        """Yield, by demo, what carries our tags in a region and belongs to no live demo."""
        stacks = _by_demo(n for n in standing.items() if _is_root(*n))
        buckets = _by_demo(self.targets.of(region).buckets.ours().items())
        for demo_id in sorted(stacks.keys() | buckets.keys()):
            if not self._alive(demo_id):
                yield Orphan(
                    region=region,
                    demo_id=demo_id,
                    stacks=stacks.get(demo_id, {}),
                    buckets=buckets.get(demo_id, {}),
                )

    def _alive(self, demo_id: str) -> bool:
        """Return whether a record answers for a demo; one that cannot be read does."""
        try:
            return not self.records.get(demo_id).ended
        except NotFound:
            return False
        except UnreadableRecord:
            self.metrics.count("UnreadableRecords")
            return True

    def _take_down(self, orphan: Orphan) -> None:
        if orphan.stacks:
            self.adoption.adopt(orphan)
            self.metrics.count("OrphansFound")
            return
        buckets = self.targets.of(orphan.region).buckets
        for name in orphan.buckets:
            if buckets.empty(name):
                buckets.remove(name)
                self.metrics.count("OrphansFound")

    def _check_slots(self, standing: Mapping[str, Mapping[str, Tags]], report: Report) -> None:
        """Look through the live demos, as the quota slots tell of them.

        A slot that no live demo holds is freed: its record was deleted by hand. Slot and record
        are put in one transaction, so one look is enough. A demo that is ready and has lost a
        stack is brought back to what its owner requested.
        """
        for demo_id, owner in self.quota_slots.slots().items():
            if not self._alive(demo_id):
                self.quota_slots.give_back(demo_id, owner)
                continue
            try:
                self.loops.mend(demo_id, standing)
            except UnreadableRecord:
                continue  # counted already
            except DemoError as error:
                report(demo_id, error)


def _is_root(name: str, tags: Tags) -> bool:
    # A nested stack inherits its parent's tags and goes with it.
    return name == stack_name(tag(tags, "demo-id"), tag(tags, "component"))


def _by_demo(found: Iterable[tuple[str, Tags]]) -> dict[str, dict[str, Tags]]:
    grouped: dict[str, dict[str, Tags]] = defaultdict(dict)
    for name, tags in found:
        grouped[tag(tags, "demo-id")][name] = tags
    return grouped

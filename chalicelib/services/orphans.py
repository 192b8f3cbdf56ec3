"""The last net: stacks and buckets that carry our tags and that no live demo answers for.

A record deleted by hand, a creation that took effect after the teardown had proved the account
empty: whatever the cause, what it left is found here by its tags, never by its name. Seen on
two searches in a row, a demo's stacks are adopted: its record is made again from them, wanting
nothing but to be deleted, and the ordinary loop takes it down with all its repairs and its
proof. A bucket whose stack is gone is emptied in bites and removed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from chalicelib.core.catalog import Catalog
from chalicelib.core.demo import PREFIX, ComponentStatus, Demo, Desired, Phase, Status, stack_name
from chalicelib.core.errors import DemoError, NotFound, StaleRecord, UnreadableRecord
from chalicelib.core.graph import build_graph, new_step
from chalicelib.core.teardown import reset_attempts
from chalicelib.core.timeline import Entry, EntryKind, changes
from chalicelib.services import loop
from chalicelib.services.world import World

ACTOR: Final = "orphan search"
NOBODY: Final = "unknown owner"
"""Who owns a demo whose stacks do not say; no sign-in gives that name."""
Tags = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphan:
    """What one demo that nobody answers for has left in a region: names, with their tags."""

    region: str
    demo_id: str
    stacks: Mapping[str, Tags]
    buckets: Mapping[str, Tags]

    @property
    def suspect(self) -> str:
        """Return the name by which this search tells the next one what it saw."""
        return f"{self.region}/{self.demo_id}"


Report = Callable[[str, DemoError], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """What a search saw (as region/demo_id), and what of it was seen twice and dealt with."""

    suspects: frozenset[str]
    removed: tuple[str, ...]


def search(world: World, report: Report) -> Searched:
    """Look through every region and deal with what the last search saw as well.

    `report` hears of each region that could not be searched and each orphan that could not be
    dealt with; the others go on.
    """
    known = world.store.suspects()
    seen: set[str] = set()
    removed: list[str] = []
    standing: dict[str, Mapping[str, Tags]] = {}
    for region in world.policy.request.regions:
        try:
            standing[region] = world.targets.of(region).stacks.ours()
            orphans = tuple(_orphans(world, region, standing[region]))
        except DemoError as error:
            report(region, error)
            seen |= {name for name in known if name.startswith(f"{region}/")}
            continue
        seen |= {orphan.suspect for orphan in orphans}
        again = [orphan for orphan in orphans if orphan.suspect in known]
        removed += [orphan.demo_id for orphan in again if _dealt_with(world, orphan, report)]
    world.store.suspect(seen)
    _check_slots(world, standing, report)
    return Searched(suspects=frozenset(seen), removed=tuple(removed))


def _dealt_with(world: World, orphan: Orphan, report: Report) -> bool:
    try:
        _take_down(world, orphan)
    except DemoError as error:
        report(orphan.demo_id, error)
        return False
    return True


def _orphans(world: World, region: str, standing: Mapping[str, Tags]) -> Iterator[Orphan]:
    """Yield what carries our tags in a region and belongs to no live demo, by demo."""
    stacks = _by_demo(n for n in standing.items() if _is_root(*n))
    buckets = _by_demo(world.targets.of(region).buckets.ours().items())
    for demo_id in sorted(stacks.keys() | buckets.keys()):
        if not _alive(world, demo_id):
            yield Orphan(
                region=region,
                demo_id=demo_id,
                stacks=stacks.get(demo_id, {}),
                buckets=buckets.get(demo_id, {}),
            )


def _is_root(name: str, tags: Tags) -> bool:
    # A nested stack inherits its parent's tags and goes with it.
    return name == stack_name(_tag(tags, "demo-id"), _tag(tags, "component"))


def _by_demo(found: Iterable[tuple[str, Tags]]) -> dict[str, dict[str, Tags]]:
    grouped: dict[str, dict[str, Tags]] = defaultdict(dict)
    for name, tags in found:
        grouped[_tag(tags, "demo-id")][name] = tags
    return grouped


def _tag(tags: Tags, name: str) -> str:
    return tags.get(f"{PREFIX}:{name}", "")


def _alive(world: World, demo_id: str) -> bool:
    """Return whether a record answers for a demo; one that cannot be read does."""
    try:
        return not world.store.get(demo_id).ended
    except NotFound:
        return False
    except UnreadableRecord:
        world.metrics.count("UnreadableRecords")
        return True


def _take_down(world: World, orphan: Orphan) -> None:
    if orphan.stacks:
        _adopt(world, orphan)
        world.metrics.count("OrphansFound")
        return
    buckets = world.targets.of(orphan.region).buckets
    for name in orphan.buckets:
        if buckets.empty(name):
            buckets.remove(name)
            world.metrics.count("OrphansFound")


def _check_slots(world: World, standing: Mapping[str, Mapping[str, Tags]], report: Report) -> None:
    """Look through the live demos, as the quota slots tell of them.

    A slot that no live demo holds is freed: its record was deleted by hand. Slot and record are
    put in one transaction, so one look is enough. A demo that is ready and has lost a stack is
    brought back to what its owner asked for.
    """
    for demo_id, owner in world.store.slots().items():
        if not _alive(world, demo_id):
            world.store.give_back(demo_id, owner)
            continue
        try:
            loop.mend(world, demo_id, standing)
        except UnreadableRecord:
            continue  # counted already
        except DemoError as error:
            report(demo_id, error)


# Adoption -----------------------------------------------------------------------------------


def _adopt(world: World, orphan: Orphan) -> None:
    """Make a record for the stacks, or take the ended one up again, and start its loop."""
    now = world.clock()
    text = f"found without a live demo: {', '.join(orphan.stacks)}"
    entry = Entry(at=now, actor=ACTOR, kind=EntryKind.NOTICE, text=text)
    try:
        before = world.store.get(orphan.demo_id)
    except NotFound:
        adopted = _record(orphan, world.templates.catalog(), now, text)
        world.store.adopt(adopted, (entry,))
    else:
        if not before.ended:
            raise StaleRecord(f"{orphan.demo_id} has come to life")
        adopted = _reopened(before, orphan, world.templates.catalog(), text)
        entries = (entry, *changes(before, adopted, now=now, actor=ACTOR))
        world.store.save(before, adopted, entries)
    world.workflow.start(adopted.demo_id, adopted.generation)


def _record(orphan: Orphan, catalog: Catalog, now: datetime, reason: str) -> Demo:
    """Return a demo made of what was found; its tags tell whose it was and until when."""
    tags = next(iter(orphan.stacks.values()))
    components = _steps(orphan, catalog)
    return Demo(
        demo_id=orphan.demo_id,
        name=f"orphan {orphan.demo_id}",
        # Never empty, which DynamoDB refuses in the key of an index.
        owner=_tag(tags, "owner") or NOBODY,
        region=orphan.region,
        requested_components=tuple(s for s, component in components.items() if not component.gone),
        components=components,
        created_at=now,
        expires_at=_moment(_tag(tags, "expires-at"), now),
        desired=Desired.DELETED,
        phase=Phase.DELETING,
        reason=reason,
        # The name of a loop that an earlier life used up would never start again.
        generation=int(now.timestamp()),
    )


def _reopened(before: Demo, orphan: Orphan, catalog: Catalog, reason: str) -> Demo:
    found = {
        name: component
        for name, component in _steps(orphan, catalog).items()
        if not component.gone
    }
    after = {
        name: replace(component, status=Status.READY)
        for name, component in before.components.items()
        if name in found
    }
    components = {**found, **before.components, **after}
    return replace(
        reset_attempts(replace(before, components=components)),
        region=orphan.region,
        reason=reason,
        deleted_at=None,
        planned_at=None,
        generation=before.generation + 1,
        looping=True,
    )


def _steps(orphan: Orphan, catalog: Catalog) -> dict[str, ComponentStatus]:
    """Return the steps found, in the catalog's order, with those between them as gone.

    A component that the catalog no longer has may stand on any other, so it goes first.
    """
    found = {_tag(tags, "component") for tags in orphan.stacks.values()}
    known = sorted(found & catalog.components.keys())
    graph = build_graph(catalog, known)
    components = {
        name: replace(
            new_step(catalog, graph, name),
            status=Status.READY if name in found else Status.PENDING,
        )
        for name in graph.components
    }
    unknown = {
        name: ComponentStatus(
            name=name, depends_on=tuple(known), has_bucket=True, status=Status.READY
        )
        for name in sorted(found - set(known))
    }
    return {**components, **unknown}


def _moment(text: str, otherwise: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return otherwise
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

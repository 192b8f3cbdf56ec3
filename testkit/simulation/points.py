"""Where in a life a fault can go in: at every event and call, but for what is the same run again.

What only reads loses nothing with its answer, and a process that dies before a call has died after
the one before it, or before one that only reads. A call is a duplicate of an earlier one when the
same process makes it after the same calls, while the records, the stacks and the loops are what
they were: a sweep that finds nothing due, or the third look at a stack that is still coming up.
Moments count as passed or to come. What runs just before a call depends on more; so that another
process overtakes is played at each. What an outage answers is no call at all.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final

from testkit.simulation.faults import CALL_FAULTS, EVENT_FAULTS, EventFault, Fault, Faults
from testkit.simulation.scene import Scene

_READS: Final = frozenset(
    {
        "buckets.ours",
        "databases.status",
        "leftovers.find",
        "metrics.count",
        "platforms.newest",
        "stacks.describe",
        "stacks.ours",
        "stacks.resources",
        "store.due",
        "store.get",
        "store.list",
        "store.slots",
        "store.suspects",
        "workflow.running",
    }
)
"""Calls that change nothing here."""
_COUNTS: Final = frozenset({"version", "wakes", "generation", "reason"})
"""Fields of a record that tell one look from the next, and decide nothing."""


@dataclass(frozen=True, slots=True)
class Point:
    """A call or an event of a life without faults, and what can go wrong there.

    `step` is that of the agenda in which it comes, and `number` its own among its like.
    """

    step: int
    number: int
    faults: tuple[Fault, ...] | tuple[EventFault, ...]


def points_of(scene: Scene) -> list[Point]:
    """Play a life, and return where faults make a difference, in the order of its steps."""
    found: list[Point] = []
    known: set[Hashable] = set()

    def note(number: int) -> None:
        situation = (scene.faults.trail, *_situation(scene), *_storms(scene, number))
        new = situation not in known
        known.add(situation)
        faults = _distinct(scene.faults) if new else (Fault.OVERTAKEN,)
        found.append(Point(scene.clock.steps, number, faults))

    scene.faults.listener = note
    events = 0
    for step in scene.steps():
        found += [
            Point(step, number, EVENT_FAULTS) for number in range(events, scene.faults.events)
        ]
        events = scene.faults.events
    return found


def _distinct(faults: Faults) -> tuple[Fault, ...]:
    """Return what can go wrong with the call that is being made, and with none just before it."""
    before, call = ("", *faults.trail)[-2:]
    same = {Fault.ANSWER_LOST, Fault.DIES_AFTER} if call in _READS else set()
    if "." in before and faults.answered:
        same.add(Fault.DIES_BEFORE)
    return tuple(fault for fault in CALL_FAULTS if fault not in same)


def _situation(scene: Scene) -> Iterator[Hashable]:
    """Yield everything that what happens next depends on."""
    now, store, cloud = scene.clock.now, scene.store, scene.cloud
    if scene.script.pool:
        yield now  # a pool goes by the time of day and by ages
    yield tuple(_plain(demo, now) for demo in store.records.values())
    yield frozenset(store.tokens)
    yield frozenset((owner, until <= now) for owner, until in store.leases.items())
    yield _plain(store.slots(), now)
    yield store.suspects()
    yield frozenset(store.unreadable)
    for stack in cloud.stacks.values():
        yield stack.name, stack.status, stack.database_status, stack.protected, stack.rolled_back
        yield _plain(stack.parameters, now)
    for name, held in cloud.buckets.made.items():
        yield name, len(held.uploads), len(held.versions)
    yield tuple(cloud.left)
    yield tuple(k for k, e in scene.machine.executions.items() if e.status == "RUNNING")


def _storms(scene: Scene, number: int) -> Iterator[Hashable]:
    minute = scene.minute()
    for outage in scene.script.outages:
        under_way = outage.start <= minute < outage.end
        yield (
            (number % outage.passes if outage.passes else 0) if under_way else minute < outage.end
        )


def _plain(value: Any, now: datetime) -> Hashable:
    """Return a value to compare: moments as passed or not, and nothing that only counts."""
    if isinstance(value, datetime):
        return value <= now
    if hasattr(value, "__dataclass_fields__"):
        kind: Any = type(value)
        return tuple(_plain(getattr(value, name), now) for name in _deciding(kind))
    if hasattr(value, "items"):
        return tuple((k, _plain(v, now)) for k, v in value.items())
    plain: Hashable = value
    return plain


@functools.cache
def _deciding(kind: Any) -> tuple[str, ...]:
    return tuple(f.name for f in fields(kind) if f.name not in _COUNTS)

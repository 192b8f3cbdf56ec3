"""The sweep: whatever time itself brings about, for the demos that are due and no others.

It ends leases, warns of their end, starts loops that died, and tries quarantined teardowns
again. A demo that raises is reported and the rest go on: one never holds another up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.durations import in_words
from chalicelib.core.errors import NotFound, StaleRecord
from chalicelib.core.lease import warnings_due
from chalicelib.core.teardown import reset_attempts
from chalicelib.core.timeline import Entry, EntryKind, changes
from chalicelib.services import change, loop
from chalicelib.services.world import World

LEASE_ACTOR = "lease"
SWEEP_ACTOR = "sweep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep looked at, and which demos it could not deal with, and why."""

    seen: tuple[str, ...]
    faults: tuple[tuple[str, str], ...] = ()


def sweep(world: World, report: Callable[[str, Exception], None]) -> Swept:
    """Deal with every demo that is due; `report` hears of each that could not be.

    Such a demo stays due, and so does one whose lease is over until it is gone. So at every sweep
    the metrics SweepFaults and MinutesOverdue (the longest) say what is wrong while it lasts.
    """
    now = world.clock()
    due = tuple(world.store.due(now))
    faults, overdue = [], timedelta(0)
    for demo_id in due:
        try:
            demo = world.store.get(demo_id)
            if not demo.ended:
                overdue = max(overdue, now - demo.expires_at)
                attend(world, demo)
        except (StaleRecord, NotFound):
            continue  # somebody else is at it, or it was just removed: the next sweep sees
        except Exception as error:  # noqa: BLE001 - no demo's fault may keep another one alive
            report(demo_id, error)
            faults.append((demo_id, str(error)))
    world.metrics.count("SweepFaults", len(faults))
    world.metrics.count("MinutesOverdue", overdue.total_seconds() / 60, unit="None")
    return Swept(seen=due, faults=tuple(faults))


def attend(world: World, demo: Demo) -> None:
    """Do what has come due for one demo."""
    now = world.clock()
    if demo.desired is not Desired.DELETED and demo.expires_at <= now:
        ended = change.end_lease(world, demo, actor=LEASE_ACTOR)
        if demo.looping and _silent(world, demo, now):
            _watch(world, ended, now)
    elif demo.phase is Phase.QUARANTINED and demo.retry_at and demo.retry_at <= now:
        after = replace(reset_attempts(demo), reason="tried again after a rest")
        loop.commit(world, demo, after, actor=SWEEP_ACTOR, insist=True)
    elif demo.looping and _silent(world, demo, now):
        _watch(world, demo, now)
    elif demo.desired is not Desired.DELETED and (
        warned := warnings_due(now, demo.created_at, demo.expires_at, demo.warned)
    ):
        _warn(world, demo, warned, now)


def _silent(world: World, demo: Demo, now: datetime) -> bool:
    return now - (demo.planned_at or demo.created_at) >= world.policy.watchdog


def _watch(world: World, demo: Demo, now: datetime) -> None:
    if world.workflow.running(demo.demo_id, demo.generation):
        # Alive but quiet: look again after another while.
        world.store.save(demo, replace(demo, planned_at=now), ())
    else:
        loop.restart(world, demo, actor=SWEEP_ACTOR, why="the loop had died")


def _warn(world: World, demo: Demo, warned: tuple[int, ...], now: datetime) -> None:
    after = replace(demo, warned=demo.warned | set(warned))
    left = in_words(demo.expires_at - now)
    text = f"{demo.name} ends in {left}, at {demo.expires_at:%H:%M} UTC"
    warning = Entry(at=now, actor=SWEEP_ACTOR, kind=EntryKind.WARNING, text=text)
    world.store.save(demo, after, (warning, *changes(demo, after, now=now, actor=SWEEP_ACTOR)))

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
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.change import ChangeDemo
from chalicelib.services.loop import Loops
from chalicelib.services.ports import Clock, DemoRecords, Metrics, Workflow
from chalicelib.services.recorder import Recorder

LEASE_ACTOR = "lease"
SWEEP_ACTOR = "sweep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a sweep looked at, and which demos it could not deal with, and why."""

    seen: tuple[str, ...]
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """What time itself brings about."""

    records: DemoRecords
    recorder: Recorder
    change: ChangeDemo
    loops: Loops
    workflow: Workflow
    metrics: Metrics
    clock: Clock
    watchdog: timedelta

    def run(self, report: Callable[[str, Exception], None]) -> Swept:
        """Deal with every demo that is due; `report` hears of each that could not be.

        Such a demo stays due, and so does one whose lease is over until it is gone. So at every
        sweep the metrics SweepFaults and MinutesOverdue (the longest) say what is wrong while it
        lasts.
        """
        now = self.clock()
        due = tuple(self.records.due(now))
        faults, overdue = [], timedelta(0)
        for demo_id in due:
            try:
                demo = self.records.get(demo_id)
                if not demo.ended:
                    overdue = max(overdue, now - demo.expires_at)
                    self.attend(demo)
            except (StaleRecord, NotFound):
                continue  # somebody else is at it, or it was just removed: the next sweep sees
            except Exception as error:  # noqa: BLE001 - no demo's fault may keep another one alive
                report(demo_id, error)
                faults.append((demo_id, str(error)))
        self.metrics.count("SweepFaults", len(faults))
        self.metrics.count("MinutesOverdue", overdue.total_seconds() / 60, unit="None")
        return Swept(seen=due, faults=tuple(faults))

    def attend(self, demo: Demo) -> None:
        """Do what has come due for one demo."""
        now = self.clock()
        if demo.desired_state is not Desired.DELETED and demo.expires_at <= now:
            ended = self.change.end_lease(demo, actor=LEASE_ACTOR)
            if demo.looping and self._silent(demo, now):
                self._watch(ended, now)
        elif demo.phase is Phase.QUARANTINED and demo.retry_at and demo.retry_at <= now:
            after = replace(reset_attempts(demo), reason="tried again after a rest")
            self.loops.commit(demo, after, actor=SWEEP_ACTOR, insist=True)
        elif demo.looping and self._silent(demo, now):
            self._watch(demo, now)
        elif not demo.looping and _sleeps_long(demo, now):
            self.loops.restart(demo, actor=SWEEP_ACTOR, why="seeing that its database sleeps")
        elif demo.desired_state is not Desired.DELETED and (
            warned := warnings_due(now, demo.created_at, demo.expires_at, demo.warned)
        ):
            self._warn(demo, warned, now)

    def _silent(self, demo: Demo, now: datetime) -> bool:
        return now - (demo.planned_at or demo.created_at) >= self.watchdog

    def _watch(self, demo: Demo, now: datetime) -> None:
        if self.workflow.running(demo.demo_id, demo.generation):
            # Alive but quiet: look again after another while.
            self.recorder.save(demo, replace(demo, planned_at=now), now=now, actor=SWEEP_ACTOR)
        else:
            self.loops.restart(demo, actor=SWEEP_ACTOR, why="the loop had died")

    def _warn(self, demo: Demo, warned: tuple[int, ...], now: datetime) -> None:
        after = replace(demo, warned=demo.warned | set(warned))
        left = in_words(demo.expires_at - now)
        text = f"{demo.name} ends in {left} ({demo.expires_at:%Y-%m-%d %H:%M} UTC)"
        warning = Entry(at=now, actor=SWEEP_ACTOR, kind=EntryKind.WARNING, text=text)
        self.recorder.save(demo, after, now=now, actor=SWEEP_ACTOR, entries=(warning,))


def _sleeps_long(demo: Demo, now: datetime) -> bool:
    looks = (c.look_at for c in demo.components.values())
    return demo.phase is Phase.PAUSED and any(at is not None and at <= now for at in looks)

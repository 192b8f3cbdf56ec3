"""The sweep: handles the demos that have come due, and no others.

It begins demos that have waited, ends leases, warns of their end, restarts loops that are silent,
and tries quarantined deletions again. A demo that raises is reported, and the others are handled
all the same.
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
from chalicelib.services.ports.records import DemoRecords
from chalicelib.services.ports.runtime import Clock, Metrics, Workflow
from chalicelib.services.recorder import Recorder

LEASE_ACTOR = "lease"
SWEEP_ACTOR = "sweep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """The demos that a sweep handled, and those that it could not handle, with the reasons."""

    seen: tuple[str, ...]
    faults: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """Handles what has come due."""

    records: DemoRecords
    recorder: Recorder
    change: ChangeDemo
    loops: Loops
    workflow: Workflow
    metrics: Metrics
    clock: Clock
    watchdog: timedelta

    def run(self, report: Callable[[str, Exception], None]) -> Swept:
        """Handle every demo that is due; `report` is called with each that could not be.

        Such a demo stays due, and so does one whose lease is over until it is deleted. So at every
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
                continue  # it was just written or removed: the next sweep sees
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
        elif demo.waiting and demo.begins_at <= now:
            # What it waited for stays on the record, so a start that fails is soon made again.
            begun = replace(demo, reason="it is time to begin")
            self.loops.commit(demo, begun, actor=SWEEP_ACTOR, insist=True)
        elif not demo.looping and _sleeps_long(demo, now):
            self.loops.restart(demo, actor=SWEEP_ACTOR, why="seeing that its database sleeps")
        elif demo.desired_state is not Desired.DELETED and (
            warned := warnings_due(now, demo.lease_begins, demo.expires_at, demo.warned)
        ):
            self._warn(demo, warned, now)

    def _silent(self, demo: Demo, now: datetime) -> bool:
        return now - (demo.planned_at or demo.created_at) >= self.watchdog

    def _watch(self, demo: Demo, now: datetime) -> None:
        if self.workflow.running(demo.demo_id, demo.generation):
            # The loop runs and has nothing to do: check again after another watchdog's time.
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

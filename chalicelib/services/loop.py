"""Starting and waking a demo's loop: at most one runs, and none is forgotten.

"Wake or start" is decided by one conditional write of the record: whoever moves the version
on has seen whether a loop is running. A process that dies right after the write, or whose start
or wake-up fails, is covered by the watchdog in the sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace

from chalicelib.core.component import Status
from chalicelib.core.demo import SERVICE_ACTOR, Demo, Phase
from chalicelib.core.errors import DemoError
from chalicelib.core.kinds import Kind
from chalicelib.core.naming import stack_name
from chalicelib.core.plan import having
from chalicelib.core.stack_change import StackChange
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.ports.records import DemoRecords, LoopSignals
from chalicelib.services.ports.runtime import Clock, Metrics, Workflow
from chalicelib.services.recorder import Recorder

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wakeups:
    """Parks a loop, and wakes a parked one."""

    signals: LoopSignals
    workflow: Workflow

    def wake(self, demo_id: str, change: StackChange | None = None) -> None:
        """Tell a demo's loop that something happened; harmless when it is not parked."""
        token = self.signals.count_event(demo_id, change)
        if token is not None:
            self.workflow.resume(token)

    def park(self, demo_id: str, generation: int, *, seen: int, token: str) -> None:
        """Leave a loop's task token for the next event; resume at once if one came already."""
        if not self.signals.park(demo_id, generation=generation, seen=seen, token=token):
            self.workflow.resume(token)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loops:
    """The loops of all demos."""

    records: DemoRecords
    recorder: Recorder
    wakeups: Wakeups
    workflow: Workflow
    metrics: Metrics
    clock: Clock

    def begin(self, demo: Demo) -> None:
        """Start the first loop of a demo that has just been recorded."""
        with self._failure_counted(insist=False):
            self.workflow.start(demo.demo_id, demo.generation)

    def commit(self, before: Demo, after: Demo, *, actor: str, insist: bool = False) -> Demo:
        """Save a change that the loop must act on, then wake the running loop or start one.

        A demo that waits for its start is only saved. With `insist` (see `ensure`) a wake-up that
        fails is the caller's failure.
        """
        now = self.clock()
        if after.waiting and after.begins_at > now:
            return self.recorder.save(before, after, now=now, actor=actor)
        goal = after if before.looping else _next_generation(after)
        saved = self.recorder.save(before, goal, now=now, actor=actor)
        self.ensure(saved, insist=insist)
        return saved

    def ensure(self, demo: Demo, *, insist: bool = False) -> None:
        """Start a demo's loop, unless it was started before, and wake it.

        So a repeated request makes up for a process that died between its write and its start. A
        failure is counted and not raised: what is wanted is on the record, and the watchdog
        starts a loop that should run. `insist` raises it, for a caller that is called again.
        """
        with self._failure_counted(insist=insist):
            self.workflow.start(demo.demo_id, demo.generation)
            self.wakeups.wake(demo.demo_id)

    def restart(self, demo: Demo, *, actor: str, why: str) -> Demo:
        """Start the loop of a demo whose record says that one should run."""
        return self._start_next(demo, demo, actor=actor, why=why)

    def renew(self, before: Demo, after: Demo) -> Demo:
        """Save what a loop has observed, and start the next generation in its place."""
        why = "the loop has taken many looks"
        return self._start_next(before, after, actor=SERVICE_ACTOR, why=why)

    def mend(self, demo_id: str, standing: Mapping[str, Collection[str]]) -> None:
        """Start the loop of a ready demo that has lost a stack, so that it is made again.

        `standing` names the stacks that exist, by region. Plan describes a stack before it takes
        it for gone.
        """
        demo = self.records.get(demo_id)
        if demo.phase is not Phase.READY or demo.looping or demo.region not in standing:
            return
        names = (s.name for s in having(demo, Status.READY) if s.kind is Kind.STACK)
        lost = [n for n in names if stack_name(demo_id, n) not in standing[demo.region]]
        for name in lost:
            self.wakeups.signals.count_event(demo_id, StackChange.deletion_of(name))
        if lost:
            self.restart(demo, actor=SERVICE_ACTOR, why=f"not found: {', '.join(lost)}")

    def _start_next(self, before: Demo, after: Demo, *, actor: str, why: str) -> Demo:
        now = self.clock()
        goal = _next_generation(replace(after, planned_at=now))
        entry = Entry(at=now, actor=actor, kind=EntryKind.LOOP, text=why)
        saved = self.recorder.save(before, goal, now=now, actor=actor, entries=(entry,))
        self.workflow.start(saved.demo_id, saved.generation)
        return saved

    @contextmanager
    def _failure_counted(self, *, insist: bool) -> Iterator[None]:
        try:
            yield
        except DemoError as error:
            _log.warning("a loop was not started or woken: %s", error)
            self.metrics.count("WakesFailed")
            if insist:
                raise


def _next_generation(demo: Demo) -> Demo:
    return replace(demo, generation=demo.generation + 1, looping=True)

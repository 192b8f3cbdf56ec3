"""Starting and waking a demo's loop: at most one runs, and none is forgotten.

"Wake or start" is decided by one conditional write of the record: whoever moves the version
on has seen whether a loop is running. A process that dies right after the write, or whose start
or wake-up fails, is covered by the watchdog in the sweep.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace

from chalicelib.core.catalog import Kind
from chalicelib.core.demo import SERVICE_ACTOR, Demo, Phase, Status, stack_name
from chalicelib.core.errors import DemoError
from chalicelib.core.observe import deletion_of
from chalicelib.core.plan import having
from chalicelib.core.timeline import Entry, EntryKind, changes
from chalicelib.services.world import World

_log = logging.getLogger(__name__)


def commit(world: World, before: Demo, after: Demo, *, actor: str, insist: bool = False) -> Demo:
    """Save a change that the loop must act on, then wake the running loop or start one.

    With `insist` (see `ensure`) a wake-up that fails is the caller's failure.
    """
    now = world.clock()
    goal = after if before.looping else _next_generation(after)
    saved = world.store.save(before, goal, changes(before, goal, now=now, actor=actor))
    ensure(world, saved, insist=insist)
    return saved


def ensure(world: World, demo: Demo, *, insist: bool = False) -> None:
    """Start a demo's loop, which does nothing where it was started, and wake it.

    So whoever asks again also makes up for a process that died between its write and its start.
    A failure is counted and goes no further, as what is wanted is on the record and the watchdog
    starts a loop that should run; `insist` raises it, for a caller that is called again.
    """
    with _failure_counted(world, insist=insist):
        world.workflow.start(demo.demo_id, demo.generation)
        wake(world, demo.demo_id)


def begin(world: World, demo: Demo) -> None:
    """Start the first loop of a demo that has just been recorded."""
    with _failure_counted(world, insist=False):
        world.workflow.start(demo.demo_id, demo.generation)


@contextmanager
def _failure_counted(world: World, *, insist: bool) -> Iterator[None]:
    try:
        yield
    except DemoError as error:
        _log.warning("a loop was not started or woken: %s", error)
        world.metrics.count("WakesFailed")
        if insist:
            raise


def wake(world: World, demo_id: str, change: str | None = None) -> None:
    """Tell a demo's loop that something happened; harmless when nothing waits."""
    token = world.store.wake(demo_id, change)
    if token is not None:
        world.workflow.wake(token)


def park(world: World, demo_id: str, generation: int, *, seen: int, token: str) -> None:
    """Leave a loop's task token for the next event; give it back at once if one came already."""
    if not world.store.park(demo_id, generation=generation, seen=seen, token=token):
        world.workflow.wake(token)


def restart(world: World, demo: Demo, *, actor: str, why: str) -> Demo:
    """Start the loop of a demo that should have one and has not."""
    return _start_next(world, demo, demo, actor=actor, why=why)


def hand_over(world: World, before: Demo, after: Demo) -> Demo:
    """Save what a loop knows and start the next, which goes on where this one ends."""
    why = "the loop has taken many looks"
    return _start_next(world, before, after, actor=SERVICE_ACTOR, why=why)


def mend(world: World, demo_id: str, standing: Mapping[str, Collection[str]]) -> None:
    """Start the loop of a demo at rest that has lost a stack, to be made again.

    `standing` names the stacks there are, by region; Plan looks for itself before it believes
    that one is gone.
    """
    demo = world.store.get(demo_id)
    if demo.phase is not Phase.READY or demo.looping or demo.region not in standing:
        return
    names = (s.name for s in having(demo, Status.READY) if s.kind is Kind.STACK)
    lost = [n for n in names if stack_name(demo_id, n) not in standing[demo.region]]
    for name in lost:
        world.store.wake(demo_id, deletion_of(name))
    if lost:
        restart(world, demo, actor=SERVICE_ACTOR, why=f"not found: {', '.join(lost)}")


def _start_next(world: World, before: Demo, after: Demo, *, actor: str, why: str) -> Demo:
    now = world.clock()
    goal = _next_generation(replace(after, planned_at=now))
    entry = Entry(at=now, actor=actor, kind=EntryKind.LOOP, text=why)
    entries = (entry, *changes(before, goal, now=now, actor=actor))
    saved = world.store.save(before, goal, entries)
    world.workflow.start(saved.demo_id, saved.generation)
    return saved


def _next_generation(demo: Demo) -> Demo:
    return replace(demo, generation=demo.generation + 1, looping=True)

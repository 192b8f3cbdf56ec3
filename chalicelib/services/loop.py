"""Starting and waking a demo's loop: at most one runs, and none is forgotten.

"Wake or start" is decided by one conditional write of the record: whoever moves the version
on has seen whether a loop is running. A process that dies right after the write is covered
by the watchdog in the sweep.
"""

from __future__ import annotations

from dataclasses import replace

from chalicelib.core.demo import Demo
from chalicelib.core.timeline import Entry, EntryKind, changes
from chalicelib.services.world import World


def commit(world: World, before: Demo, after: Demo, *, actor: str) -> Demo:
    """Save a change that the loop must act on, then wake the running loop or start one."""
    now = world.clock()
    goal = after if before.looping else _next_generation(after)
    saved = world.store.save(before, goal, changes(before, goal, now=now, actor=actor))
    ensure(world, saved)
    return saved


def ensure(world: World, demo: Demo) -> None:
    """Start a demo's loop, which does nothing where it was started, and wake it.

    So whoever asks again also makes up for a process that died between its write and its start.
    """
    world.workflow.start(demo.demo_id, demo.generation)
    wake(world, demo.demo_id)


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
    now = world.clock()
    goal = _next_generation(replace(demo, planned_at=now))
    entry = Entry(at=now, actor=actor, kind=EntryKind.LOOP, text=why)
    entries = (entry, *changes(demo, goal, now=now, actor=actor))
    saved = world.store.save(demo, goal, entries)
    world.workflow.start(saved.demo_id, saved.generation)
    return saved


def _next_generation(demo: Demo) -> Demo:
    return replace(demo, generation=demo.generation + 1, looping=True)

"""Change a demo that exists: end it, move its lease, hurry a quarantined teardown."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Concatenate, Final, ParamSpec

from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import StaleRecord, WrongState
from chalicelib.core.lease import moved_expiry, still_given
from chalicelib.core.teardown import reset_attempts
from chalicelib.core.timeline import changes
from chalicelib.services.loop import commit, ensure
from chalicelib.services.world import World

P = ParamSpec("P")
_TRIES: Final = 5


def _on_latest(
    change: Callable[Concatenate[World, Demo, P], Demo],
) -> Callable[Concatenate[World, Demo, P], Demo]:
    """Change the record as it is now: read again when the loop or another caller was quicker."""

    def insist(world: World, demo: Demo, /, *args: P.args, **kwargs: P.kwargs) -> Demo:
        for _ in range(_TRIES - 1):
            try:
                return change(world, demo, *args, **kwargs)
            except StaleRecord:
                demo = world.store.get(demo.demo_id)
        return change(world, demo, *args, **kwargs)

    return functools.update_wrapper(insist, change)


@_on_latest
def end(world: World, demo: Demo, *, actor: str, why: str, insist: bool = False) -> Demo:
    """Want a demo gone; asking again, or for one already gone, changes nothing on its record.

    `insist` as in `loop.ensure`.
    """
    return _end(world, demo, actor=actor, why=why, insist=insist)


@_on_latest
def end_lease(world: World, demo: Demo, *, actor: str) -> Demo:
    """Want a demo gone whose lease has run out; one that was extended meanwhile is left alone.

    Raises what its loop's wake-up raises: those who end leases are called again.
    """
    if demo.expires_at > world.clock():
        return demo
    return _end(world, demo, actor=actor, why="the lease has ended", insist=True)


def _end(world: World, demo: Demo, *, actor: str, why: str, insist: bool) -> Demo:
    if demo.desired is Desired.DELETED:
        if demo.looping:
            ensure(world, demo, insist=insist)
        return demo
    after = replace(demo, desired=Desired.DELETED, reason=why)
    return commit(world, demo, after, actor=actor, insist=insist)


@_on_latest
def move_lease(world: World, demo: Demo, expires_at: datetime, *, actor: str) -> Demo:
    """Extend or shorten a lease; raise WrongState past its caps or on a demo that is ending."""
    if demo.desired is Desired.DELETED:
        raise WrongState(f"{demo.demo_id} is {demo.phase} and cannot be extended")
    now = world.clock()
    moved = moved_expiry(
        now=now, created_at=demo.created_at, wanted=expires_at, quotas=world.policy.lease
    )
    after = replace(demo, expires_at=moved, warned=still_given(now, moved, demo.warned))
    return world.store.save(demo, after, changes(demo, after, now=now, actor=actor))


@_on_latest
def retry(world: World, demo: Demo, *, actor: str) -> Demo:
    """Try a quarantined teardown again now; raise WrongState for any other demo."""
    if demo.phase is not Phase.QUARANTINED:
        raise WrongState(f"{demo.demo_id} is {demo.phase}; only a quarantined demo is retried")
    after = replace(reset_attempts(demo), reason=f"retried by {actor}")
    return commit(world, demo, after, actor=actor)

"""A lease item left the table: by its TTL, or by a person's hand. Either way the demo ends.

The net under the sweep. The one exception is a lease that was extended while DynamoDB had its
old end in hand: the record knows better, and the item is put back.
"""

from __future__ import annotations

from typing import Final

from chalicelib.core.errors import NotFound
from chalicelib.services import change
from chalicelib.services.world import World

ACTOR: Final = "lease"


def lease_removed(world: World, demo_id: str, *, by_ttl: bool) -> None:
    """End the demo whose lease item is gone; replays and unknown demos change nothing.

    Raises RetryableError where somebody else was writing the record; the stream delivers again.
    """
    try:
        demo = world.store.get(demo_id)
    except NotFound:
        return  # what it left, in the account or of quota, the orphan search finds
    if demo.ended:
        return
    if by_ttl and demo.expires_at > world.clock():
        world.store.restore_lease(demo)
        return
    if by_ttl:
        change.end_lease(world, demo, actor=ACTOR)
    else:
        change.end(world, demo, actor=ACTOR, why="the lease was removed by hand", insist=True)

"""A lease item left the table: by its TTL, or by a person's hand. Either way the demo ends.

The net under the sweep. The one exception is a lease that was extended while DynamoDB had its
old end in hand: the record knows better, and the item is put back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chalicelib.core.errors import NotFound
from chalicelib.services.change import ChangeDemo
from chalicelib.services.ports import Clock, DemoRecords, Leases, Metrics

ACTOR: Final = "lease"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRemoved:
    """What the removal of a lease item brings about."""

    records: DemoRecords
    leases: Leases
    change: ChangeDemo
    metrics: Metrics
    clock: Clock

    def run(self, demo_id: str, *, by_ttl: bool) -> None:
        """End the demo whose lease item is gone; replays and unknown demos change nothing.

        Raises RetryableError where another process was writing the record; the stream delivers
        again.
        """
        try:
            demo = self.records.get(demo_id)
        except NotFound:
            return  # what it left, in the account or of quota, the orphan search finds
        if demo.ended:
            return
        if by_ttl and demo.expires_at > self.clock():
            self.leases.restore(demo)
            return
        if by_ttl:
            self.change.end_lease(demo, actor=ACTOR)
        else:
            self.change.delete(demo, actor=ACTOR, why="the lease was removed by hand", insist=True)

"""A lease item left the table, by its TTL or because a person deleted it: the demo is deleted.

This makes up for a sweep that does not run. There is one exception: a lease that was extended
while DynamoDB was removing its item. The record says so, and the item is put back.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from chalicelib.core.errors import NotFound
from chalicelib.services.change import ChangeDemo
from chalicelib.services.ports.records import DemoRecords, Leases
from chalicelib.services.ports.runtime import Clock, Metrics

ACTOR: Final = "lease"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseRemoved:
    """Ends the demo whose lease item was removed."""

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
            return  # the orphan search finds the stacks and the quota slots that it left
        if demo.ended:
            return
        if by_ttl and demo.expires_at > self.clock():
            self.leases.restore(demo)
            return
        if by_ttl:
            self.change.end_lease(demo, actor=ACTOR)
        else:
            self.change.delete(demo, actor=ACTOR, why="the lease was removed by hand", insist=True)

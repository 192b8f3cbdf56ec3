"""Ask for a demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chalicelib.core.demo import Demo
from chalicelib.core.errors import NotFound
from chalicelib.core.policy import Quotas
from chalicelib.core.request import DemoRequest, new_demo
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.loop import Loops
from chalicelib.services.offer import Offer
from chalicelib.services.ports import Clock, DemoRecords, Metrics, NewId
from chalicelib.services.recorder import Recorder

IDEMPOTENCY_WINDOW: Final = timedelta(days=1)
"""How long the same asking means the same demo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDemo:
    """Requests for new demos."""

    offer: Offer
    records: DemoRecords
    recorder: Recorder
    loops: Loops
    metrics: Metrics
    clock: Clock
    new_id: NewId
    quotas: Quotas

    def create(self, owner: str, request: DemoRequest, *, demo_id: str | None = None) -> Demo:
        """Record a new demo and start its loop; return before any stack exists.

        Raises InvalidRequest (every bad field named) or LimitReached; either way nothing is made.
        """
        now = self.clock()
        demo = new_demo(
            self.offer.check(request),
            demo_id=demo_id or self.new_id(),
            owner=owner,
            catalog=self.offer.catalog(),
            now=now,
        )
        named = ", ".join(demo.requested_components)
        text = f"{demo.name}: {named} until {demo.expires_at:%Y-%m-%d %H:%M} UTC"
        entry = Entry(at=now, actor=owner, kind=EntryKind.REQUESTED, text=text)
        recorded = self.recorder.create(demo, entry, self.quotas)
        self.loops.begin(recorded)
        self.metrics.count("Requested")
        return recorded

    def create_once(self, owner: str, request: DemoRequest, *, demo_id: str) -> Demo:
        """Ask for a demo whose id the asking itself decides, so that asking again makes no second.

        A process that died between its write and its start is made up for.
        """
        try:
            demo = self.records.get(demo_id)
        except NotFound:
            return self.create(owner, request, demo_id=demo_id)
        if demo.owner != owner or self.clock() - demo.created_at > IDEMPOTENCY_WINDOW:
            return self.create(owner, request)
        if demo.looping:
            self.loops.ensure(demo)
        return demo

"""Request a demo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chalicelib.core.demo import Demo
from chalicelib.core.errors import IN_ALL, LimitReached, NotFound
from chalicelib.core.policy import Quotas
from chalicelib.core.request import CheckedRequest, DemoRequest
from chalicelib.core.timeline import Entry, EntryKind
from chalicelib.services.claims import ClaimDemo
from chalicelib.services.loop import Loops
from chalicelib.services.offer import Offer
from chalicelib.services.ports.records import DemoRecords
from chalicelib.services.ports.runtime import Clock, Metrics, NewId
from chalicelib.services.recorder import Recorder

IDEMPOTENCY_WINDOW: Final = timedelta(days=1)
"""How long a request with the same key means the same demo."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestDemo:
    """Requests for new demos."""

    offer: Offer
    claims: ClaimDemo
    records: DemoRecords
    recorder: Recorder
    loops: Loops
    metrics: Metrics
    clock: Clock
    new_id: NewId
    quotas: Quotas

    def create(self, owner: str, request: DemoRequest, *, demo_id: str | None = None) -> Demo:
        """Claim a pool's demo or record a new one, and start its loop; stacks follow later.

        One that is to be ready later only waits: the sweep starts its loop. Where no place is
        free, one that waits in a pool is given up for it.
        Raises InvalidRequest (every bad field named) or LimitReached; then nothing is recorded.
        """
        wanted = self.offer.check(request)
        demo = self.claims.claim(owner, wanted, request_id=demo_id)
        self.metrics.count("Requested")
        if demo:
            return demo
        try:
            return self._make(owner, wanted, demo_id)
        except LimitReached as full:
            if full.limit == IN_ALL and (
                demo := self.claims.take_place(owner, wanted, request_id=demo_id)
            ):
                return demo
            raise

    def _make(self, owner: str, wanted: CheckedRequest, demo_id: str | None) -> Demo:
        demo = self.offer.draft(wanted, demo_id or self.new_id(), owner)
        named = ", ".join(demo.requested_components)
        text = f"{demo.name}: {named} until {demo.expires_at:%Y-%m-%d %H:%M} UTC"
        when = f"; {demo.reason}" if demo.ready_by else ""
        entry = Entry(
            at=demo.created_at, actor=owner, kind=EntryKind.REQUESTED, text=f"{text}{when}"
        )
        recorded = self.recorder.create(demo, entry, self.quotas)
        if not recorded.waiting:
            self.loops.begin(recorded)
        return recorded

    def create_once(self, owner: str, request: DemoRequest, *, demo_id: str) -> Demo:
        """Request a demo whose id follows from the request, so that repeating it makes no second.

        A repetition also starts a loop that a process recorded and did not live to start.
        """
        try:
            demo = self._answered(demo_id)
        except NotFound:
            return self.create(owner, request, demo_id=demo_id)
        if demo.owner != owner or self.clock() - demo.created_at > IDEMPOTENCY_WINDOW:
            return self.create(owner, request)
        if demo.looping:
            self.loops.ensure(demo)
        return demo

    def _answered(self, demo_id: str) -> Demo:
        """Return the demo that a request of this id made or claimed; raise NotFound."""
        try:
            return self.records.get(demo_id)
        except NotFound:
            if claimed := self.records.given_to(demo_id):
                return self.records.get(claimed)
            raise

"""The ports and the rules a use case works with, gathered once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from chalicelib.core.inputs import Bounds
from chalicelib.core.lease import LeaseLimits
from chalicelib.core.limits import Limits
from chalicelib.core.plan import Pace
from chalicelib.core.request import RequestRules
from chalicelib.services.ports import Clock, DemoStore, Meter, NewId, Shelf, Targets, Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What the operator set."""

    service: str
    request: RequestRules
    limits: Limits
    bounds: Bounds
    pace: Pace = field(default_factory=Pace)
    watchdog: timedelta = timedelta(minutes=10)

    @property
    def lease(self) -> LeaseLimits:
        """The caps on a lease."""
        return self.request.lease


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Everything outside the core."""

    store: DemoStore
    workflow: Workflow
    targets: Targets
    shelf: Shelf
    meter: Meter
    clock: Clock
    new_id: NewId
    rules: Rules

"""The ports and the rules a use case works with, gathered once by the composition root."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from chalicelib.core.inputs import PermissionsBoundary
from chalicelib.core.lease import LeaseLimits
from chalicelib.core.plan import PollingPolicy
from chalicelib.core.quotas import Quotas
from chalicelib.core.request import RequestPolicy
from chalicelib.services.ports import (
    Clock,
    DemoStore,
    Metrics,
    NewId,
    Targets,
    TemplateRepository,
    Workflow,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the operator set."""

    service: str
    request: RequestPolicy
    quotas: Quotas
    permissions_boundary: PermissionsBoundary
    polling: PollingPolicy = field(default_factory=PollingPolicy)
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
    templates: TemplateRepository
    metrics: Metrics
    clock: Clock
    new_id: NewId
    policy: Policy

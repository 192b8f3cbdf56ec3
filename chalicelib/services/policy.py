"""What the operator set, as the use cases need it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from chalicelib.core.inputs import PermissionsBoundary
from chalicelib.core.lease import LeaseLimits
from chalicelib.core.plan import PollingPolicy
from chalicelib.core.quotas import Quotas
from chalicelib.core.request import RequestPolicy


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

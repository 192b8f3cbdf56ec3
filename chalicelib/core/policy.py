"""What the operator sets: quotas, the caps on a request and a lease, how often a loop looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """How many demos may be active at once: one owner's, and all together.

    Each may have a network, of which an account has five a region, its own among them (Amazon
    VPC quotas).
    """

    per_owner: int = 3
    in_all: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaseLimits:
    """The caps on a lease: at the request, at any one time, and over a demo's whole life.

    `ahead` is how far ahead a demo may be requested to be ready.
    """

    default: timedelta = timedelta(hours=4)
    at_once: timedelta = timedelta(hours=72)
    in_total: timedelta = timedelta(days=7)
    ahead: timedelta = timedelta(days=14)

    @property
    def longest(self) -> timedelta:
        """From the request for a demo to its end, at the most."""
        return self.ahead + self.in_total


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestPolicy:
    """What an operator allows: regions, how wide an address range may be, how long a lease.

    `widest_ipv4` is a prefix length: 16 refuses anything wider than a /16. So is
    `widest_ipv6`: a /48 is what one site is given (RFC 6177).
    """

    home_region: str
    regions: tuple[str, ...]
    widest_ipv4: int = 16
    widest_ipv6: int = 48
    lease: LeaseLimits = field(default_factory=LeaseLimits)


@dataclass(frozen=True, slots=True, kw_only=True)
class PermissionsBoundary:
    """What keeps a stack's own IAM roles small (see docs/architecture.md)."""

    boundary_arn: str
    role_path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PollingPolicy:
    """How long the loop waits: between looks that no event caused, and before a first retry."""

    poll: timedelta = timedelta(seconds=60)
    retry: timedelta = timedelta(seconds=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstPool:
    """The pool that there is without anybody's setting it, or none where it has no components."""

    components: tuple[str, ...] = ()
    ready: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Everything that the operator set and the rules depend on."""

    service: str
    request: RequestPolicy
    quotas: Quotas
    permissions_boundary: PermissionsBoundary
    first_pool: FirstPool = field(default_factory=FirstPool)
    polling: PollingPolicy = field(default_factory=PollingPolicy)
    watchdog: timedelta = timedelta(minutes=10)

    @property
    def lease(self) -> LeaseLimits:
        """The caps on a lease."""
        return self.request.lease

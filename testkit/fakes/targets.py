"""Regions in memory, by their names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from chalicelib.core.errors import Rejected
from chalicelib.services.ports.targets import StackHistory, Target
from testkit.fakes.cloud import MemoryCloud
from testkit.fakes.history import MemoryHistory


class MemoryQuotas:
    """The AccountQuotas: values by the quotas' codes."""

    def __init__(self) -> None:
        self.values: dict[str, float | Exception] = {}

    def value(self, service: str, code: str) -> float:
        """Return a quota's value; raise what stands in its place, or Rejected for none."""
        found = self.values.get(code, Rejected(f"GetServiceQuota: {service} has no {code}"))
        if isinstance(found, Exception):
            raise found
        return found


class MemoryTargets:
    """Regions by name."""

    def __init__(self, clouds: Mapping[str, MemoryCloud]) -> None:
        self._quotas: dict[str, MemoryQuotas] = {}
        self._targets = {region: cloud.target() for region, cloud in clouds.items()}

    def quotas(self, region: str) -> MemoryQuotas:
        """Return the account's quotas in a region."""
        return self._quotas.setdefault(region, MemoryQuotas())

    def of(self, region: str) -> Target:
        """Return the ports of a region."""
        return self._targets[region]

    def history(self, region: str) -> StackHistory:
        """Return what looks at a region's stacks."""
        return MemoryHistory(self._targets[region].stacks)

    def wrapped(self, wrap: Callable[[Target], Target]) -> MemoryTargets:
        """Return the same regions with something between them and their user."""
        copy = MemoryTargets({})
        copy._targets = {region: wrap(replace(t)) for region, t in self._targets.items()}
        return copy

"""All ports in memory, ready to make the use cases of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from chalicelib.services.ports.pools import PoolStore
from chalicelib.services.ports.runtime import Clock, Metrics, NewId, TemplateRepository, Workflow
from chalicelib.services.ports.shares import ShareStore
from chalicelib.services.ports.targets import Targets
from testkit.fakes.pools import MemoryPools
from testkit.fakes.shares import MemoryShares


def _secret() -> str:
    return "0" * 43


@dataclass(frozen=True, kw_only=True)
class MemoryPorts:
    """The ports, with one store (a MemoryStore, or one that fails) behind all of the table's."""

    store: Any
    workflow: Workflow
    targets: Targets
    templates: TemplateRepository
    metrics: Metrics
    clock: Clock
    new_id: NewId
    new_secret: NewId = _secret
    shares: ShareStore = field(default_factory=MemoryShares)
    pools: PoolStore = field(default_factory=MemoryPools)

    @property
    def _table(self) -> Any:
        return self.store

    records = leases = signals = quota_slots = orphan_notes = _table

"""What the use cases need of the outside, as Protocols; adapters/ fills them, testkit/ fakes them.

Every port raises chalicelib.core.errors only: `RetryableError` when the same call may succeed
later, `FatalError` when it will not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.services.ports.pools import PoolStore
    from chalicelib.services.ports.records import (
        DemoRecords,
        Leases,
        LoopSignals,
        OrphanNotes,
        QuotaSlots,
    )
    from chalicelib.services.ports.runtime import (
        Clock,
        Metrics,
        NewId,
        TemplateRepository,
        Workflow,
    )
    from chalicelib.services.ports.shares import ShareStore
    from chalicelib.services.ports.targets import Targets


class Ports(Protocol):
    """Everything outside the core; wiring makes each when a use case first takes it."""

    @property
    def records(self) -> DemoRecords: ...

    @property
    def leases(self) -> Leases: ...

    @property
    def signals(self) -> LoopSignals: ...

    @property
    def quota_slots(self) -> QuotaSlots: ...

    @property
    def orphan_notes(self) -> OrphanNotes: ...

    @property
    def shares(self) -> ShareStore: ...

    @property
    def pools(self) -> PoolStore: ...

    @property
    def workflow(self) -> Workflow: ...

    @property
    def targets(self) -> Targets: ...

    @property
    def templates(self) -> TemplateRepository: ...

    @property
    def metrics(self) -> Metrics: ...

    @property
    def clock(self) -> Clock: ...

    @property
    def new_id(self) -> NewId: ...

    @property
    def new_secret(self) -> NewId: ...

"""The use cases, each made when it is first asked for, of the ports that it takes and no other.

A use case's fields say what it may touch; its module is imported with it, so that a function
loads what it does and nothing else.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.core.policy import Policy
    from chalicelib.services.access import AccessRequests
    from chalicelib.services.adoption import Adoption
    from chalicelib.services.apply import Apply
    from chalicelib.services.change import ChangeDemo
    from chalicelib.services.claims import ClaimDemo
    from chalicelib.services.credentials import ReadCredentials
    from chalicelib.services.inspect import InspectComponent
    from chalicelib.services.lease_removed import LeaseRemoved
    from chalicelib.services.loop import Loops, Wakeups
    from chalicelib.services.offer import Offer
    from chalicelib.services.orphans import OrphanSearch
    from chalicelib.services.overview import Overview
    from chalicelib.services.plan_step import PlanStep
    from chalicelib.services.pools import FillPools, ManagePools
    from chalicelib.services.ports import (
        Clock,
        DemoRecords,
        Leases,
        LoopSignals,
        Metrics,
        NewId,
        OrphanNotes,
        PoolStore,
        QuotaSlots,
        ShareStore,
        Targets,
        TemplateRepository,
        Workflow,
    )
    from chalicelib.services.read import ReadDemos
    from chalicelib.services.recorder import Recorder
    from chalicelib.services.request import RequestDemo
    from chalicelib.services.shares import Sharing
    from chalicelib.services.sweep import Sweep


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


class UseCases:
    """What the entry points call."""

    def __init__(self, ports: Ports, policy: Policy) -> None:
        self.ports = ports
        self.policy = policy

    @cached_property
    def offer(self) -> Offer:
        from chalicelib.services.offer import Offer

        return Offer(
            templates=self.ports.templates,
            policy=self.policy.request,
        )

    @cached_property
    def recorder(self) -> Recorder:
        from chalicelib.services.recorder import Recorder

        return Recorder(
            records=self.ports.records,
            watchdog=self.policy.watchdog,
        )

    @cached_property
    def wakeups(self) -> Wakeups:
        from chalicelib.services.loop import Wakeups

        return Wakeups(
            signals=self.ports.signals,
            workflow=self.ports.workflow,
        )

    @cached_property
    def loops(self) -> Loops:
        from chalicelib.services.loop import Loops

        return Loops(
            records=self.ports.records,
            recorder=self.recorder,
            wakeups=self.wakeups,
            workflow=self.ports.workflow,
            metrics=self.ports.metrics,
            clock=self.ports.clock,
        )

    @cached_property
    def read(self) -> ReadDemos:
        from chalicelib.services.read import ReadDemos

        return ReadDemos(
            records=self.ports.records,
            metrics=self.ports.metrics,
        )

    @cached_property
    def claims(self) -> ClaimDemo:
        from chalicelib.services.claims import ClaimDemo

        return ClaimDemo(
            pools=self.ports.pools,
            records=self.ports.records,
            recorder=self.recorder,
            loops=self.loops,
            offer=self.offer,
            metrics=self.ports.metrics,
            clock=self.ports.clock,
            quotas=self.policy.quotas,
        )

    @cached_property
    def pools(self) -> ManagePools:
        from chalicelib.services.pools import ManagePools

        return ManagePools(
            pools=self.ports.pools,
            records=self.ports.records,
            offer=self.offer,
            clock=self.ports.clock,
            quotas=self.policy.quotas,
        )

    @cached_property
    def fill_pools(self) -> FillPools:
        from chalicelib.core.pool import first_pool
        from chalicelib.services.pools import FillPools

        return FillPools(
            pools=self.ports.pools,
            records=self.ports.records,
            recorder=self.recorder,
            loops=self.loops,
            offer=self.offer,
            templates=self.ports.templates,
            metrics=self.ports.metrics,
            clock=self.ports.clock,
            new_id=self.ports.new_id,
            quotas=self.policy.quotas,
            first=first_pool(self.policy),
        )

    @cached_property
    def inspect(self) -> InspectComponent:
        from chalicelib.services.inspect import InspectComponent

        return InspectComponent(read=self.read, targets=self.ports.targets)

    @cached_property
    def overview(self) -> Overview:
        from chalicelib.services.overview import Overview

        return Overview(
            records=self.ports.records,
            quota_slots=self.ports.quota_slots,
            templates=self.ports.templates,
        )

    @cached_property
    def request(self) -> RequestDemo:
        from chalicelib.services.request import RequestDemo

        return RequestDemo(
            offer=self.offer,
            claims=self.claims,
            records=self.ports.records,
            recorder=self.recorder,
            loops=self.loops,
            metrics=self.ports.metrics,
            clock=self.ports.clock,
            new_id=self.ports.new_id,
            quotas=self.policy.quotas,
        )

    @cached_property
    def change(self) -> ChangeDemo:
        from chalicelib.services.change import ChangeDemo

        return ChangeDemo(
            records=self.ports.records,
            recorder=self.recorder,
            loops=self.loops,
            offer=self.offer,
            lease=self.policy.lease,
            clock=self.ports.clock,
        )

    @cached_property
    def sharing(self) -> Sharing:
        from chalicelib.services.shares import Sharing

        return Sharing(
            read=self.read,
            records=self.ports.records,
            shares=self.ports.shares,
            clock=self.ports.clock,
            new_id=self.ports.new_id,
            new_secret=self.ports.new_secret,
        )

    @cached_property
    def access(self) -> AccessRequests:
        from chalicelib.services.access import AccessRequests

        return AccessRequests(
            sharing=self.sharing,
            shares=self.ports.shares,
            read=self.read,
            change=self.change,
            clock=self.ports.clock,
        )

    @cached_property
    def credentials(self) -> ReadCredentials:
        from chalicelib.services.credentials import ReadCredentials

        return ReadCredentials(
            read=self.read,
            offer=self.offer,
            records=self.ports.records,
            targets=self.ports.targets,
            clock=self.ports.clock,
        )

    @cached_property
    def plan_step(self) -> PlanStep:
        from chalicelib.services.plan_step import PlanStep

        return PlanStep(
            records=self.ports.records,
            recorder=self.recorder,
            loops=self.loops,
            workflow=self.ports.workflow,
            targets=self.ports.targets,
            metrics=self.ports.metrics,
            clock=self.ports.clock,
            polling=self.policy.polling,
            home_region=self.policy.request.home_region,
        )

    @cached_property
    def apply(self) -> Apply:
        from chalicelib.services.apply import Apply

        return Apply(
            records=self.ports.records,
            targets=self.ports.targets,
            templates=self.ports.templates,
            permissions_boundary=self.policy.permissions_boundary,
            service=self.policy.service,
        )

    @cached_property
    def lease_removed(self) -> LeaseRemoved:
        from chalicelib.services.lease_removed import LeaseRemoved

        return LeaseRemoved(
            records=self.ports.records,
            leases=self.ports.leases,
            change=self.change,
            metrics=self.ports.metrics,
            clock=self.ports.clock,
        )

    @cached_property
    def sweep(self) -> Sweep:
        from chalicelib.services.sweep import Sweep

        return Sweep(
            records=self.ports.records,
            recorder=self.recorder,
            change=self.change,
            loops=self.loops,
            workflow=self.ports.workflow,
            metrics=self.ports.metrics,
            clock=self.ports.clock,
            watchdog=self.policy.watchdog,
        )

    @cached_property
    def adoption(self) -> Adoption:
        from chalicelib.services.adoption import Adoption

        return Adoption(
            records=self.ports.records,
            recorder=self.recorder,
            templates=self.ports.templates,
            workflow=self.ports.workflow,
            clock=self.ports.clock,
        )

    @cached_property
    def orphan_search(self) -> OrphanSearch:
        from chalicelib.services.orphans import OrphanSearch

        return OrphanSearch(
            records=self.ports.records,
            adoption=self.adoption,
            loops=self.loops,
            quota_slots=self.ports.quota_slots,
            notes=self.ports.orphan_notes,
            targets=self.ports.targets,
            metrics=self.ports.metrics,
            regions=self.policy.request.regions,
        )

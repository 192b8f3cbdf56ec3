"""The use cases, each made when it is first used, of the ports that it takes and no other.

A use case's fields say what it may touch; its module is imported with it, so that a function
loads what it does and nothing else.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from chalicelib.services.use_cases.people import ForPeople

if TYPE_CHECKING:
    from chalicelib.services.adoption import Adoption
    from chalicelib.services.apply import Apply
    from chalicelib.services.lease_removed import LeaseRemoved
    from chalicelib.services.orphans import OrphanSearch
    from chalicelib.services.plan_step import PlanStep
    from chalicelib.services.pools import FillPools
    from chalicelib.services.sweep import Sweep


class UseCases(ForPeople):
    """What the entry points call: those of people, of the loop, and of events and schedules."""

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

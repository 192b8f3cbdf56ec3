"""The use cases that people ask for, over HTTP and in Slack, and what these share."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.core.policy import Policy
    from chalicelib.services.access import AccessRequests
    from chalicelib.services.change import ChangeDemo
    from chalicelib.services.claims import ClaimDemo
    from chalicelib.services.credentials import ReadCredentials
    from chalicelib.services.handover import HandOver
    from chalicelib.services.inspect import InspectComponent
    from chalicelib.services.loop import Loops, Wakeups
    from chalicelib.services.offer import Offer
    from chalicelib.services.overview import Overview
    from chalicelib.services.pools import ManagePools
    from chalicelib.services.ports import Ports
    from chalicelib.services.read import ReadDemos
    from chalicelib.services.recorder import Recorder
    from chalicelib.services.request import RequestDemo
    from chalicelib.services.shares import Sharing


class ForPeople:
    """What the entry points of the API and of Slack call."""

    def __init__(self, ports: Ports, policy: Policy) -> None:
        self.ports = ports
        self.policy = policy

    @cached_property
    def offer(self) -> Offer:
        from chalicelib.services.offer import Offer

        return Offer(
            templates=self.ports.templates,
            policy=self.policy.request,
            clock=self.ports.clock,
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
            targets=self.ports.targets,
            clock=self.ports.clock,
            quotas=self.policy.quotas,
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
    def handover(self) -> HandOver:
        from chalicelib.services.handover import HandOver

        return HandOver(
            read=self.read,
            records=self.ports.records,
            recorder=self.recorder,
            loops=self.loops,
            clock=self.ports.clock,
            new_secret=self.ports.new_secret,
            quotas=self.policy.quotas,
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

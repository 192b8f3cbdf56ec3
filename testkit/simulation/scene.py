"""One run: the life of a demo or several, with everything around them that acts by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from chalicelib.core.demo import Demo
from chalicelib.core.naming import parse_stack_name, stack_name
from chalicelib.core.policy import PermissionsBoundary, Policy, Quotas, RequestPolicy
from chalicelib.core.pool import is_pooled
from chalicelib.core.stack_change import StackChange
from chalicelib.services.ports.targets import Target
from chalicelib.services.use_cases import UseCases
from testkit.fakes import (
    MemoryMetrics,
    MemoryPorts,
    MemoryTargets,
    MemoryTemplates,
    Obstacle,
    VirtualClock,
)
from testkit.simulation.delivery import Delivery, survives
from testkit.simulation.faults import Faults, faulty
from testkit.simulation.lagging import LaggingCloud, LaggingStore
from testkit.simulation.machine import Machine
from testkit.simulation.order import known_users
from testkit.simulation.people import People
from testkit.simulation.pools import Admin, WatchedPools
from testkit.simulation.script import Script

REGION: Final = "us-east-1"
EVENTS: Final = {
    "ready": "CREATE_COMPLETE",
    "failed": "CREATE_FAILED",
    "deleted": "DELETE_COMPLETE",
    "delete_failed": "DELETE_FAILED",
}
"""Our status for a stack to CloudFormation's event of it."""
PATIENCE: Final = timedelta(hours=40)
"""Longer than a quarantine and its retries; a run that has not ended by then is stuck."""
SWEEP, TTL, ORPHANS = (timedelta(minutes=n) for n in (5, 10, 15))
FOREIGN: Final = "stelligent-demo-a2345678-vpc"
"""A stack named as one of ours, without our tags: the service must not touch it."""


class Scene:
    """One run, with its clock, ports, people and processes."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.clock = VirtualClock()
        self.start = self.clock.now
        self.faults = Faults(
            script.outages, minute=self.minute, meanwhile=self.clock.hurry, later=self._linger
        )
        self.follow(script)
        self.store = LaggingStore(self.clock, lag=timedelta(minutes=script.index_lag))
        self.pools = WatchedPools(self.clock)
        self.templates = MemoryTemplates(script.components)
        self.region = REGION
        self.cloud = self._cloud()
        self.machine = Machine(self.clock, self.use_cases_of, deaths_retried=script.deaths_retried)
        self._ids = 0
        self._use_cases = self._by_clock()
        self.ready_at: datetime | None = None
        self.deleted_in_use: list[str] = []
        self._statuses: dict[str, str] = {}
        self._scripted = 0
        self._processes = 0
        self._events = Delivery(self.clock, self.faults)
        self._set_the_stage()

    def follow(self, script: Script) -> None:
        """Apply the script's faults from now on."""
        self.script = script
        self.faults.choose(script.calls, script.events)

    def _cloud(self) -> LaggingCloud:
        script = self.script
        cloud = LaggingCloud(
            script.components,
            self.clock,
            lag=timedelta(seconds=script.lag),
            slowness=script.slowness,
            stale_for=timedelta(minutes=script.stale_minutes),
        )
        cloud.fails = dict(script.fails)
        cloud.update_fails = dict(script.update_fails)
        cloud.network.obstacles = {n: Obstacle(*o) for n, o in script.obstacles.items()}
        cloud.listeners.append(self._on_status)
        if script.retained:
            cloud.retains = script.retained.component
        return cloud

    def _by_clock(self) -> dict[int, UseCases]:
        """Return the use cases of processes by the minutes that their clocks are off."""
        places, skew = self.script.places, self.script.skew
        policy = Policy(
            service="stelligent-demo-service",
            request=RequestPolicy(home_region=REGION, regions=(REGION,)),
            quotas=Quotas(per_owner=min(3, places), in_all=places),
            permissions_boundary=PermissionsBoundary(
                boundary_arn="arn:boundary", role_path="/stelligent-demo/"
            ),
        )
        ports = MemoryPorts(
            store=faulty(self.store, "store", self.faults),
            workflow=faulty(self.machine, "workflow", self.faults),
            targets=MemoryTargets({REGION: self.cloud}).wrapped(self._wrapped),
            pools=faulty(self.pools, "pools", self.faults) if self.script.pool else self.pools,
            templates=self.templates,
            metrics=faulty(MemoryMetrics(), "metrics", self.faults),
            clock=self.clock,
            new_id=self.new_id,
        )
        clocks = {
            off: partial(self._skewed_now, timedelta(minutes=off)) for off in {-skew, 0, skew}
        }
        return {off: UseCases(replace(ports, clock=c), policy) for off, c in clocks.items()}

    def new_id(self) -> str:
        """Return the next demo's id."""
        self._ids += 1
        return f"demo{self._ids:04d}"

    def _skewed_now(self, skew: timedelta) -> datetime:
        return self.clock.now + skew

    def _wrapped(self, target: Target) -> Target:
        return Target(
            stacks=faulty(target.stacks, "stacks", self.faults),
            buckets=faulty(target.buckets, "buckets", self.faults),
            network=faulty(target.network, "network", self.faults),
            databases=faulty(target.databases, "databases", self.faults),
            platforms=faulty(target.platforms, "platforms", self.faults),
            leftovers=faulty(target.leftovers, "leftovers", self.faults),
            secrets=target.secrets,
        )

    def use_cases_of(self, process: str) -> UseCases:
        """Return the use cases of a process, whose clock may be wrong."""
        self.faults.follow(process, self.clock.steps)
        turn = (len(process) + self._processes) % 3 - 1
        self._processes += 1
        return self._use_cases[turn * self.script.skew]

    def minute(self) -> float:
        """Return the minutes since the start."""
        return (self.clock.now - self.start) / timedelta(minutes=1)

    # The run ------------------------------------------------------------------------------

    def run(self) -> None:
        """Play the script until nothing is left to happen, or patience ends."""
        for _ in self.steps():
            pass

    def steps(self) -> Iterator[int]:
        """Play it so, and yield the number of each step after it."""
        end = self.start + PATIENCE
        while self.clock.now < end and not self.over():
            self.clock.step()
            yield self.clock.steps

    def over(self) -> bool:
        """Return whether the script is played out and nothing is going on any more."""
        return (
            self._scripted == 0
            and not self.store.slots()
            and not self.store.leases
            and not self.pools.all()
            and not self.cloud.buckets.made
            and not self.cloud.left
            and all(demo.ended for demo in self.store.records.values())
            and not any(e.status == "RUNNING" for e in self.machine.executions.values())
            and not (self.cloud.stacks and self.cloud.ours())
        )

    def _set_the_stage(self) -> None:
        script = self.script
        People(self).come()
        if script.pool:
            Admin(self, script.pool).come()
        if script.sweeps:
            self._every(SWEEP, self._sweep)
        if script.ttl:
            self._every(TTL, self._expire_items)
        if script.orphans:
            self._every(ORPHANS, self._search_orphans)
        if script.erase_at is not None:
            self.act(script.erase_at, self._erase)
        if script.unreadable:
            first, last = script.unreadable
            self.act(first, partial(self.store.unreadable.update, self.store.records))
            self.act(last, self.store.unreadable.clear)
        if script.lost:
            minute, component = script.lost
            self.act(minute, partial(self._lose, component))
        if script.retained:
            self.act(script.retained.removed_at, self.cloud.remove_what_was_left)

    def _sweep(self) -> None:
        use_cases = self.use_cases_of("sweep")
        use_cases.sweep.run(_ignore)
        if self.script.pool:
            use_cases.fill_pools.run(_ignore)

    def _search_orphans(self) -> None:
        self.use_cases_of("orphans").orphan_search.run(_ignore)

    def act(self, minute: float, what: Callable[[], object]) -> None:
        """Let something happen so many minutes from now; the run goes on until it has."""
        self._scripted += 1
        self.clock.later(timedelta(minutes=minute), partial(self._act, what))

    def _act(self, what: Callable[[], object]) -> None:
        what()
        self._scripted -= 1

    def _linger(self, call: Callable[[], object]) -> None:
        """Let a call whose sender has given up take effect after all."""
        self.act(6, partial(survives, call))

    def insist(self, what: Callable[[], object], tries: int) -> None:
        """Do something, repeated each minute until it has an answer."""
        if not survives(what) and tries:
            self.act(1, partial(self.insist, what, tries - 1))

    def _every(self, span: timedelta, what: Callable[[], object]) -> None:
        self.clock.later(span, partial(self._again, span, what))

    def _again(self, span: timedelta, what: Callable[[], object]) -> None:
        self._every(span, what)
        survives(what)

    # What happens to it ----------------------------------------------------------------------

    def first(self) -> Demo | None:
        """Return the record of the first demo that has an owner, if there is one."""
        return next((d for d in self.store.records.values() if not is_pooled(d.owner)), None)

    def _erase(self) -> None:
        """Delete the records by hand, as a person might in the DynamoDB console."""
        self.store.records.clear()
        self.store.entries.clear()

    def _lose(self, component: str) -> None:
        """Delete a stack by hand, as a person might in the CloudFormation console."""
        if demo := self.first():
            self.cloud.delete(stack_name(demo.demo_id, component))

    # What AWS does ------------------------------------------------------------------------

    def _on_status(self, name: str, status: str) -> None:
        if status == "ready" and self._all_ready():
            self.ready_at = self.ready_at or self.clock.now
        if status == "deleting":
            self.deleted_in_use += [
                f"{name} under {u}" for u in known_users(self.cloud, self.store, name)
            ]
        parsed = parse_stack_name(name)
        was = self._statuses.get(name)
        self._statuses[name] = status
        event = "UPDATE_COMPLETE" if was == "updating" else EVENTS.get(status)
        if event and parsed is not None:
            demo_id, change = parsed[0], StackChange(parsed[1], event)
            self._events.deliver(partial(self._wake, demo_id, change), retries=2)

    def _wake(self, demo_id: str, change: StackChange) -> None:
        self.use_cases_of("events").wakeups.wake(demo_id, change)

    def _all_ready(self) -> bool:
        stacks = self.cloud.stacks.values()
        return len(stacks) == len(self.script.components) * self.script.people and all(
            s.status.value == "ready" for s in stacks
        )

    def _expire_items(self) -> None:
        for demo_id, expires_at in list(self.store.leases.items()):
            if expires_at <= self.clock.now:
                del self.store.leases[demo_id]
                self._removed(demo_id)

    def _removed(self, demo_id: str) -> None:
        # A stream is never lost: its records wait until they are dealt with.
        removal = partial(self._handle_removal, demo_id)
        self._events.deliver(removal, retries=10_000, may_get_lost=False)

    def _handle_removal(self, demo_id: str) -> None:
        self.use_cases_of("stream").lease_removed.run(demo_id, by_ttl=True)


def _ignore(_what: str, _error: Exception) -> None:
    """Stand in for the log."""

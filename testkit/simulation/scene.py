"""One run: a demo's whole life, with everything around it that acts by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Final

from chalicelib.core.catalog import ALL, Component
from chalicelib.core.demo import parse_stack_name
from chalicelib.core.errors import DemoError
from chalicelib.core.inputs import PermissionsBoundary
from chalicelib.core.quotas import Quotas
from chalicelib.core.request import DemoRequest, RequestPolicy
from chalicelib.services import change, loop, orphans
from chalicelib.services.lease_removed import lease_removed
from chalicelib.services.ports import Target
from chalicelib.services.read import Caller, find, list_demos
from chalicelib.services.request import request_demo
from chalicelib.services.sweep import sweep
from chalicelib.services.world import Policy, World
from testkit.fakes import (
    MemoryCloud,
    MemoryMetrics,
    MemoryStore,
    MemoryTargets,
    MemoryTemplates,
    Obstacle,
    VirtualClock,
)
from testkit.simulation.components import SMALL
from testkit.simulation.faults import Died, EventFault, Fault, Faults, faulty
from testkit.simulation.machine import Machine

OWNER: Final = "ann@example.com"
REGION: Final = "us-east-1"
SETTLED: Final = frozenset({"ready", "failed", "deleted", "delete_failed"})
PATIENCE: Final = timedelta(hours=40)
"""Longer than a quarantine and its retries; a run that has not ended by then is stuck."""
REQUEST_TRIES: Final = 100
FOREIGN: Final = "stelligent-demo-a2345678-vpc"
"""A stack named as one of ours, without our tags: nobody may touch it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """What happens in a run; the moments are minutes from its start."""

    components: tuple[Component, ...] = SMALL
    lease: int = 60
    extend_at: int | None = 20
    delete_at: int | None = None
    erase_at: int | None = None
    sweeps: bool = True
    ttl: bool = False
    orphans: bool = False
    keep_on_failure: bool = False
    fails: Mapping[str, str] = field(default_factory=dict)
    obstacles: Mapping[str, tuple[str, int, str | None]] = field(default_factory=dict)
    protected: frozenset[str] = frozenset()
    uploads: int = 0
    stale_minutes: int = 0
    deaths_retried: bool = True
    calls: Mapping[int, Fault] = field(default_factory=dict)
    events: Mapping[int, EventFault] = field(default_factory=dict)


class Scene:
    """The world of one run."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.clock = VirtualClock()
        self.start = self.clock.now
        self.faults = Faults(
            script.calls, script.events, meanwhile=self.clock.component, later=self._much_later
        )
        self.store = MemoryStore()
        self.machine = Machine(self.clock, deaths_retried=script.deaths_retried)
        self.cloud = MemoryCloud(
            script.components,
            self.clock,
            stale_for=timedelta(minutes=script.stale_minutes),
        )
        self.cloud.fails = dict(script.fails)
        self.cloud.obstacles = {n: Obstacle(*o) for n, o in script.obstacles.items()}
        self.cloud.listeners.append(self._on_status)
        self.metrics = MemoryMetrics()
        self.world = self.machine.world = self._world()
        self.ready_at: datetime | None = None
        self._scripted = 0
        self._changes = count()

    def _world(self) -> World:
        ids = count(1)
        targets = MemoryTargets({REGION: self.cloud}).wrapped(self._wrapped)
        return World(
            store=faulty(self.store, "store", self.faults),
            workflow=faulty(self.machine, "workflow", self.faults),
            targets=targets,
            templates=MemoryTemplates(self.script.components),
            metrics=faulty(self.metrics, "meter", self.faults),
            clock=self.clock,
            new_id=lambda: f"demo{next(ids):04d}",
            policy=Policy(
                service="stelligent-demo-service",
                request=RequestPolicy(home_region=REGION, regions=(REGION,)),
                quotas=Quotas(),
                permissions_boundary=PermissionsBoundary(
                    boundary_arn="arn:boundary", role_path="/stelligent-demo/"
                ),
            ),
        )

    def _wrapped(self, target: Target) -> Target:
        return Target(
            stacks=faulty(target.stacks, "stacks", self.faults),
            buckets=faulty(target.buckets, "buckets", self.faults),
            network=faulty(target.network, "network", self.faults),
            platforms=faulty(target.platforms, "platforms", self.faults),
            leftovers=faulty(target.leftovers, "leftovers", self.faults),
        )

    # The run ------------------------------------------------------------------------------

    def run(self) -> None:
        """Play the script until nothing is left to happen, or patience ends."""
        self._set_the_stage()
        end = self.start + PATIENCE
        while self.clock.now < end and not self.over():
            self.clock.component()

    def _much_later(self, call: Callable[[], object]) -> None:
        self._act(6, lambda: survives(call))

    def over(self) -> bool:
        """Return whether the script is played out and nothing is going on any more."""
        return (
            self._scripted == 0
            and not self.cloud.ours()
            and not self.cloud.buckets.made
            and not self.store.leases
            and not self.store.slots()
            and all(demo.ended for demo in self.store.records.values())
            and not any(e.status == "RUNNING" for e in self.machine.executions.values())
        )

    def _set_the_stage(self) -> None:
        script = self.script
        self._act(0, lambda: self._request(REQUEST_TRIES))
        if script.extend_at is not None:
            self._act(script.extend_at, lambda: self._with_demo(self._extend, 3))
        if script.delete_at is not None:
            self._act(script.delete_at, lambda: self._with_demo(self._delete, 3))
        if script.erase_at is not None:
            self._act(script.erase_at, self._erase)
        if script.sweeps:
            self._every(timedelta(minutes=5), lambda: sweep(self.world, _ignore))
        if script.ttl:
            self._every(timedelta(minutes=10), self._expire_items)
        if script.orphans:
            self._every(timedelta(minutes=15), lambda: orphans.search(self.world, _ignore))

    def _act(self, minute: int, what: Callable[[], object]) -> None:
        self._scripted += 1

        def act() -> None:
            what()
            self._scripted -= 1

        self.clock.later(timedelta(minutes=minute), act)

    def _every(self, span: timedelta, what: Callable[[], object]) -> None:
        def again() -> None:
            self.clock.later(span, again)
            survives(what)

        self.clock.later(span, again)

    # People -------------------------------------------------------------------------------

    def _request(self, tries: int) -> None:
        """Ask for a demo until there is one, as somebody would whose request failed."""
        if not survives(self._ask_unless_there) and tries:
            self._act(1, lambda: self._request(tries - 1))

    def _ask_unless_there(self) -> None:
        mine = list_demos(self.world, Caller(owner=OWNER), everybody=False, limit=5, cursor=None)
        if mine.items:
            return
        wanted = DemoRequest(
            components=ALL,
            allowed_cidr=("203.0.113.0/24",),
            ttl=timedelta(minutes=self.script.lease),
            keep_on_failure=self.script.keep_on_failure,
        )
        demo = request_demo(self.world, OWNER, wanted)
        self._protect(demo.demo_id)

    def _protect(self, demo_id: str) -> None:
        names = {f"stelligent-demo-{demo_id}-{c}" for c in self.script.protected}
        self.cloud.listeners.append(
            lambda name, status: (
                self._shield(name) if name in names and status == "ready" else None
            )
        )

    def _shield(self, name: str) -> None:
        self.cloud.stacks[name].protected = True

    def _with_demo(self, what: Callable[[str], None], tries: int) -> None:
        """Do something to the demo, trying again as a client does that got a 5xx."""
        demo_id = next(iter(self.store.records), None)
        if demo_id is None or survives(lambda: what(demo_id)) or not tries:
            return
        self._act(1, lambda: self._with_demo(what, tries - 1))

    def _extend(self, demo_id: str) -> None:
        demo = find(self.world, Caller(owner=OWNER), demo_id)
        until = self.start + timedelta(minutes=self.script.lease + 30)
        if demo.expires_at < until:
            change.move_lease(self.world, demo, until, actor=OWNER)

    def _delete(self, demo_id: str) -> None:
        demo = find(self.world, Caller(owner=OWNER), demo_id)
        change.end(self.world, demo, actor=OWNER, why="asked for")

    def _erase(self) -> None:
        """Delete the record by hand, as somebody might in the DynamoDB console."""
        self.store.records.clear()
        self.store.entries.clear()

    # What AWS does ------------------------------------------------------------------------

    def _on_status(self, name: str, status: str) -> None:
        if status == "ready" and self._all_ready():
            self.ready_at = self.clock.now
        parsed = parse_stack_name(name)
        if status in SETTLED and parsed is not None:
            demo_id, component = parsed
            change_ = f"{component}#{next(self._changes)}"
            self._deliver(lambda: loop.wake(self.world, demo_id, change_), retries=2)

    def _all_ready(self) -> bool:
        stacks = self.cloud.stacks.values()
        return len(stacks) == len(self.script.components) and all(
            s.status.value == "ready" for s in stacks
        )

    def _expire_items(self) -> None:
        for demo_id, expires_at in list(self.store.leases.items()):
            if expires_at <= self.clock.now:
                del self.store.leases[demo_id]
                self._removed(demo_id)

    def _removed(self, demo_id: str) -> None:
        # A stream is never lost: its records wait until they are dealt with.
        self._deliver(
            lambda: lease_removed(self.world, demo_id, by_ttl=True),
            retries=100,
            may_get_lost=False,
        )

    def _deliver(
        self, handle: Callable[[], None], *, retries: int, may_get_lost: bool = True
    ) -> None:
        fault = self.faults.event()
        delay = timedelta(minutes=7) if fault is EventFault.LATE else timedelta(seconds=1)
        if fault is EventFault.LOST and may_get_lost:
            return
        for _ in range(2 if fault is EventFault.DOUBLED else 1):
            self.clock.later(delay, lambda: self._handle(handle, retries))

    def _handle(self, handle: Callable[[], None], retries: int) -> None:
        if not survives(handle) and retries:
            self.clock.later(timedelta(minutes=1), lambda: self._handle(handle, retries - 1))


def survives(process: Callable[[], object]) -> bool:
    """Run a process; False when it died or ended in an error."""
    try:
        process()
    except (DemoError, Died):
        return False
    return True


def _ignore(_what: str, error: Exception) -> None:
    """Stand in for the log, where an error that nobody foresaw would only be written down."""
    if not isinstance(error, DemoError):
        raise error

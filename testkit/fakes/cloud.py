"""CloudFormation and what its stacks make, in memory, as one region behind the Target's ports.

Stacks are asynchronous: asking starts them, and they come up or go after their typical time on
the virtual clock. What stands in a deletion's way on AWS stands in its way here: a full bucket,
a stack that still uses this one's outputs, termination protection, and what a test puts there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from chalicelib.core.catalog import GIVEN, Component
from chalicelib.core.demo import PREFIX, Status
from chalicelib.core.errors import Rejected, Unavailable
from chalicelib.core.observe import SLEEP, StackObservation
from chalicelib.core.platforms import newest
from chalicelib.services.ports import StackHistory, Target
from testkit.fakes.buckets import MemoryBuckets
from testkit.fakes.clock import VirtualClock
from testkit.fakes.history import MemoryHistory
from testkit.fakes.secrets import MemorySecrets

StatusEvent = Callable[[str, str], None]
"""Hears of a stack's name and the status it has come to, as EventBridge would."""

BUCKET: Final = "AWS::S3::Bucket"
DATABASE: Final = "AWS::RDS::DBInstance"


@dataclass(slots=True)
class Obstacle:
    """What makes a component's deletion fail: until it is cured, or so many times.

    `cure` is the port method that clears it (`release_interfaces` or `lift_protection`).
    """

    reason: str
    times: int = 1
    cure: str | None = None


@dataclass(slots=True)
class MemoryStack:
    """One stack; `turn` counts the operations begun on it, so that a later one cancels."""

    name: str
    component: Component
    parameters: Mapping[str, str]
    tags: Mapping[str, str]
    status: Status = Status.CREATING
    outputs: dict[str, str] = field(default_factory=dict)
    reason: str = ""
    rolled_back: bool = False
    asleep: Status = Status.READY
    turn: int = 0
    protected: bool = False
    token: str = ""


class MemoryCloud:
    """One region: the Stacks, Network, Platforms and Leftovers ports, and the buckets beside."""

    def __init__(
        self,
        components: Iterable[Component],
        clock: VirtualClock,
        *,
        service: str = "stelligent-demo-service",
        region: str = "us-east-1",
        stale_for: timedelta = timedelta(0),
    ) -> None:
        self.clock = clock
        self.stacks: dict[str, MemoryStack] = {}
        self.buckets = MemoryBuckets(service=service)
        self.secrets = MemorySecrets()
        self.created: list[str] = []
        self.held_up: list[str] = []
        self.dozed: list[tuple[str, Status]] = []
        self.updated: list[tuple[str, str]] = []
        self.fails: dict[str, str] = {}
        self.update_fails: dict[str, str] = {}
        self.obstacles: dict[str, Obstacle] = {}
        self.listeners: list[StatusEvent] = []
        self.solution_stacks = ["Linux v1.9.1 running Docker", "Linux v1.10.0 running Docker"]
        self._components = {c.name: c for c in components}
        self._service = service
        self._region = region
        self._stale_for = stale_for
        self._gone: list[tuple[datetime, str, Mapping[str, str]]] = []

    def target(self) -> Target:
        """Return this region as a Target."""
        return Target(
            stacks=self,
            buckets=self.buckets,
            network=self,
            databases=self,
            platforms=self,
            leftovers=self,
            secrets=self.secrets,
        )

    # Stacks -------------------------------------------------------------------------------

    def create(
        self,
        *,
        name: str,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        timeout_minutes: int,
        token: str,
    ) -> None:
        """Ask for a stack; asking again for the same stack is no error."""
        if name in self.stacks:
            return
        component = self._components[template.removeprefix("# ")]
        _check_parameters(component, parameters)
        stack = MemoryStack(name, component, dict(parameters), dict(tags), token=token)
        self.stacks[name] = stack
        self.created.append(name)
        minutes = min(component.typical_minutes, timeout_minutes)
        self._in(stack, timedelta(minutes=minutes), lambda: self._come_up(stack))

    def _come_up(self, stack: MemoryStack) -> None:
        component = stack.component
        if component.has_bucket:
            self.buckets.make(_bucket_name(stack), stack.tags)
        if (why := self.fails.get(component.name)) is not None:
            self._becomes(stack, Status.FAILED, why)
            return
        stack.outputs = {
            o: _bucket_name(stack) if o == "BucketName" else f"{o} of {stack.name}"
            for o in component.outputs
        }
        self._becomes(stack, Status.READY)

    def update(
        self,
        *,
        name: str,
        parameters: Mapping[str, str],
        previous: Iterable[str],
        token: str,
    ) -> bool:
        """Ask for a stack's update in place; asking again while it is updated is no error."""
        stack = self.stacks.get(name)
        if stack is None:
            raise Rejected(f"Stack [{name}] does not exist")
        if stack.status is Status.UPDATING:
            return True
        if stack.status is not Status.READY:
            raise Rejected(f"{name} is in {stack.status} state and can not be updated")
        kept = {k: v for k, v in stack.parameters.items() if k in set(previous)}
        wanted = {**kept, **parameters}
        _check_parameters(stack.component, wanted)
        if wanted == stack.parameters:
            return False
        self.updated.append((name, token))
        stack.rolled_back = False
        self._becomes(stack, Status.UPDATING)
        minutes = stack.component.typical_minutes / 2
        self._in(stack, timedelta(minutes=minutes), lambda: self._change(stack, wanted))
        return True

    def _change(self, stack: MemoryStack, parameters: Mapping[str, str]) -> None:
        if (why := self.update_fails.get(stack.component.name)) is not None:
            stack.rolled_back = True
            self._becomes(stack, Status.READY, why)
            return
        stack.parameters = dict(parameters)
        self._becomes(stack, Status.READY)

    def describe(self, name: str) -> StackObservation:
        """Look at a stack; one that does not exist is seen as `pending`."""
        stack = self.stacks.get(name)
        if stack is None:
            return StackObservation(status=Status.PENDING)
        return StackObservation(
            status=stack.status,
            outputs=dict(stack.outputs),
            parameters=dict(stack.parameters),
            rolled_back=stack.rolled_back,
            reason=stack.reason,
            resource="Thing" if stack.reason else None,
        )

    def delete(self, name: str) -> None:
        """Ask for a stack to go; asking for one that does not exist is no error."""
        stack = self.stacks.get(name)
        if stack is None or stack.status is Status.DELETING:
            return
        if stack.status is Status.UPDATING:
            raise Rejected(f"{name} is in UPDATE_IN_PROGRESS state and can not be deleted")
        if stack.protected:
            raise Rejected(f"{name} cannot be deleted while TerminationProtection is enabled")
        self._becomes(stack, Status.DELETING)
        minutes = stack.component.typical_minutes / 2
        self._in(stack, timedelta(minutes=minutes), lambda: self._go(stack))

    def _go(self, stack: MemoryStack) -> None:
        if (why := self._in_the_way(stack)) is not None:
            self._becomes(stack, Status.DELETE_FAILED, why)
            return
        if stack.component.has_bucket:
            self._bury(f"arn:aws:s3:::{_bucket_name(stack)}", stack.tags)
            self.buckets.remove(_bucket_name(stack))
        self._bury(self._arn(stack), stack.tags)
        del self.stacks[stack.name]
        self._tell(stack.name, Status.DELETED)

    def _in_the_way(self, stack: MemoryStack) -> str | None:
        obstacle = self.obstacles.get(stack.component.name)
        if obstacle is not None and obstacle.times > 0:
            obstacle.times -= 0 if obstacle.cure else 1
            return obstacle.reason
        if stack.component.has_bucket and self.buckets.holds(_bucket_name(stack)):
            return "The bucket you tried to delete is not empty (BucketNotEmpty)"
        users = [s.name for s in self.stacks.values() if _uses(s, stack)]
        if not users:
            return None
        self.held_up.append(stack.name)
        return f"DependencyViolation: in use by {', '.join(users)}"

    def resources(self, name: str, type_: str) -> tuple[str, ...]:
        """Return the physical ids of a stack's resources of a type; none when it is gone."""
        stack = self.stacks.get(name)
        if stack is None:
            return ()
        if type_ != BUCKET:
            return (f"{type_} of {name}",)
        return (_bucket_name(stack),) if stack.component.has_bucket else ()

    def unprotect(self, name: str) -> None:
        """Lift a stack's termination protection."""
        if name in self.stacks:
            self.stacks[name].protected = False

    def ours(self) -> Mapping[str, Mapping[str, str]]:
        """Return every stack that carries this service's tags."""
        key = f"{PREFIX}:service"
        return {n: s.tags for n, s in self.stacks.items() if s.tags.get(key) == self._service}

    # Network ------------------------------------------------------------------------------

    def release_interfaces(self, holders: Sequence[str]) -> None:
        """Clear every obstacle that lingering interfaces are."""
        self._cure("release_interfaces", holders)

    def lift_protection(self, *, databases: Sequence[str], balancers: Sequence[str]) -> None:
        """Clear every obstacle that deletion protection is."""
        self._cure("lift_protection", [*databases, *balancers])

    def _cure(self, how: str, resources: Sequence[str]) -> None:
        for component, obstacle in self.obstacles.items():
            if obstacle.cure == how and any(r.endswith(f"-{component}") for r in resources):
                obstacle.times = 0

    # Databases ----------------------------------------------------------------------------

    def status(self, ids: Sequence[str]) -> Status:
        """Return what these databases are together."""
        found = {stack.asleep for stack in self._with_databases(ids)}
        order = (Status.STARTING, Status.STOPPING, Status.READY, Status.STOPPED)
        return next((status for status in order if status in found), Status.READY)

    def stop(self, ids: Sequence[str]) -> None:
        """Ask for databases to stop; asking for one that does not run is no error."""
        for stack in self._with_databases(ids):
            if stack.asleep not in (Status.STOPPING, Status.STOPPED):
                self._doze(stack, Status.STOPPING, Status.STOPPED)

    def start(self, ids: Sequence[str]) -> None:
        """Ask for databases to start; asking for one that runs is no error."""
        for stack in self._with_databases(ids):
            if stack.asleep not in (Status.STARTING, Status.READY):
                self._doze(stack, Status.STARTING, Status.READY)

    def _doze(self, stack: MemoryStack, now: Status, then: Status) -> None:
        """Let a database come to another status: RDS starts one by itself after seven days."""
        if stack.asleep not in (Status.READY, Status.STOPPED):
            raise Unavailable(f"{stack.name} is {stack.asleep}")
        self.dozed.append((stack.name, now))
        stack.asleep = now

        def arrive() -> None:
            stack.asleep = then
            if then is Status.STOPPED:
                self.clock.later(SLEEP, wake)

        def wake() -> None:
            if stack.asleep is Status.STOPPED:
                self._doze(stack, Status.STARTING, Status.READY)

        self.clock.later(timedelta(minutes=5), arrive)

    def _with_databases(self, ids: Sequence[str]) -> list[MemoryStack]:
        return [s for s in self.stacks.values() if f"{DATABASE} of {s.name}" in ids]

    # Platforms ----------------------------------------------------------------------------

    def newest(self, pattern: str) -> str:
        """Return the newest platform whose name fits; raise Rejected where there is none."""
        found = newest(self.solution_stacks, pattern)
        if found is None:
            raise Rejected(f"Elastic Beanstalk has no platform '{pattern}' in {self._region}")
        return found

    # Leftovers ----------------------------------------------------------------------------

    def find(self, demo_id: str) -> tuple[str, ...]:
        """Return the ARN of everything with the demo's tag, and of what went lately."""
        key = f"{PREFIX}:demo-id"
        lately = self.clock.now - self._stale_for
        return (
            *(self._arn(s) for s in self.stacks.values() if s.tags.get(key) == demo_id),
            *(f"arn:aws:s3:::{b}" for b, t in self.buckets.ours().items() if t[key] == demo_id),
            *(arn for at, arn, t in self._gone if at > lately and t.get(key) == demo_id),
        )

    def _arn(self, stack: MemoryStack) -> str:
        return f"arn:aws:cloudformation:{self._region}:000000000000:stack/{stack.name}/1"

    def _bury(self, arn: str, tags: Mapping[str, str]) -> None:
        self._gone.append((self.clock.now, arn, tags))

    # Time ---------------------------------------------------------------------------------

    def _in(self, stack: MemoryStack, delay: timedelta, what: Callable[[], None]) -> None:
        stack.turn += 1
        turn = stack.turn

        def unless_overtaken() -> None:
            if stack.turn == turn:
                what()

        self.clock.later(delay, unless_overtaken)

    def _becomes(self, stack: MemoryStack, status: Status, reason: str = "") -> None:
        stack.status, stack.reason = status, reason
        self._tell(stack.name, status)

    def _tell(self, name: str, status: Status) -> None:
        for listener in self.listeners:
            listener(name, status.value)


class MemoryTargets:
    """Regions by name."""

    def __init__(self, clouds: Mapping[str, MemoryCloud]) -> None:
        self._targets = {region: cloud.target() for region, cloud in clouds.items()}

    def of(self, region: str) -> Target:
        """Return the ports of a region."""
        return self._targets[region]

    def history(self, region: str) -> StackHistory:
        """Return what looks at a region's stacks."""
        return MemoryHistory(self._targets[region].stacks)

    def wrapped(self, wrap: Callable[[Target], Target]) -> MemoryTargets:
        """Return the same regions with something between them and whoever uses them."""
        copy = MemoryTargets({})
        copy._targets = {region: wrap(replace(t)) for region, t in self._targets.items()}
        return copy


def _bucket_name(stack: MemoryStack) -> str:
    return f"{stack.name}-bucket"


def _uses(user: MemoryStack, stack: MemoryStack) -> bool:
    """Whether a resource of a stack is part of another's; what is only wanted is a mere value."""
    declared = user.component.parameters
    given = {v for k, v in user.parameters.items() if declared[k].default is None}
    return user is not stack and any(value in given for value in stack.outputs.values())


def _check_parameters(component: Component, parameters: Mapping[str, str]) -> None:
    needed = {p.name for p in component.parameters.values() if p.default is None} - GIVEN
    if missing := needed - set(parameters):
        raise Rejected(f"Parameters: {sorted(missing)} must have values")
    if unknown := set(parameters) - set(component.parameters):
        raise Rejected(f"Parameters: {sorted(unknown)} do not exist in the template")

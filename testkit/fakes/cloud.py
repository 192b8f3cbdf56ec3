"""CloudFormation and what its stacks make, in memory, as one region behind the Target's ports.

Stacks are asynchronous: a request starts them, and they come up or go after their typical time on
the virtual clock. What stands in a deletion's way on AWS stands in its way here: a full bucket,
a stack that still uses this one's outputs, termination protection, and what a test puts there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from chalicelib.core.catalog import Component
from chalicelib.core.component import Status
from chalicelib.core.errors import Rejected
from chalicelib.core.naming import PREFIX
from chalicelib.core.observe import ABSENT, StackObservation
from chalicelib.services.ports.targets import Target
from testkit.fakes.buckets import MemoryBuckets
from testkit.fakes.clock import VirtualClock
from testkit.fakes.databases import MemoryDatabases
from testkit.fakes.network import MemoryNetwork
from testkit.fakes.platforms import MemoryPlatforms
from testkit.fakes.secrets import MemorySecrets
from testkit.fakes.stack import MemoryStack, bucket_name, check_parameters, uses

StatusEvent = Callable[[str, str], None]
"""Hears of a stack's name and the status it has come to, as EventBridge would."""

BUCKET: Final = "AWS::S3::Bucket"


class MemoryCloud:
    """One region: the Stacks and Leftovers ports, and what has the others beside."""

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
        self.updated: list[tuple[str, str]] = []
        self.fails: dict[str, str] = {}
        self.update_fails: dict[str, str] = {}
        self.listeners: list[StatusEvent] = []
        self._components = {c.name: c for c in components}
        self._service = service
        self._region = region
        self.databases = MemoryDatabases(self.stacks, clock)
        self.network = MemoryNetwork(self.databases)
        self.platforms = MemoryPlatforms(region)
        self._stale_for = stale_for
        self._deleted_since: list[tuple[datetime, str, Mapping[str, str]]] = []

    def target(self) -> Target:
        """Return this region as a Target."""
        return Target(
            stacks=self,
            buckets=self.buckets,
            network=self.network,
            databases=self.databases,
            platforms=self.platforms,
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
        """Request a stack; requesting the same stack again is no error."""
        if name in self.stacks:
            return
        component = self._components[template.removeprefix("# ").partition("\n")[0]]
        check_parameters(component, parameters)
        stack = MemoryStack(name, component, dict(parameters), dict(tags), token=token)
        self.stacks[name] = stack
        self.created.append(name)
        minutes = min(component.typical_minutes, timeout_minutes)
        self._in(stack, timedelta(minutes=minutes), partial(self._come_up, stack))

    def _come_up(self, stack: MemoryStack) -> None:
        component = stack.component
        if component.has_bucket:
            self.buckets.make(bucket_name(stack), stack.tags)
        if (why := self.fails.get(component.name)) is not None:
            self._becomes(stack, Status.FAILED, why)
            return
        stack.outputs = {
            o: bucket_name(stack) if o == "BucketName" else f"{o} of {stack.name}"
            for o in component.outputs
        }
        self._becomes(stack, Status.READY)

    def update(
        self,
        *,
        name: str,
        parameters: Mapping[str, str],
        previous: Iterable[str],
        tags: Mapping[str, str] | None,
        token: str,
    ) -> bool:
        """Request a stack's update in place; requesting it again meanwhile is no error."""
        stack = self.stacks.get(name)
        if stack is None:
            raise Rejected(f"Stack [{name}] does not exist")
        if stack.status is Status.UPDATING:
            return True
        if stack.status is not Status.READY:
            raise Rejected(f"{name} is in {stack.status} state and can not be updated")
        kept = {k: v for k, v in stack.parameters.items() if k in set(previous)}
        wanted = {**kept, **parameters}
        check_parameters(stack.component, wanted)
        marked = stack.tags if tags is None else dict(tags)
        if (wanted, marked) == (stack.parameters, stack.tags):
            return False
        self.updated.append((name, token))
        stack.rolled_back = False
        self._becomes(stack, Status.UPDATING)
        minutes = stack.component.typical_minutes / 2
        self._in(stack, timedelta(minutes=minutes), partial(self._change, stack, wanted, marked))
        return True

    def _change(
        self, stack: MemoryStack, parameters: Mapping[str, str], tags: Mapping[str, str]
    ) -> None:
        if (why := self.update_fails.get(stack.component.name)) is not None:
            stack.rolled_back = True
            self._becomes(stack, Status.READY, why)
            return
        stack.parameters, stack.tags = dict(parameters), tags
        self._becomes(stack, Status.READY)

    def describe(self, name: str) -> StackObservation:
        """Look at a stack; one that does not exist is seen as ABSENT."""
        stack = self.stacks.get(name)
        if stack is None:
            return StackObservation(status=ABSENT)
        return StackObservation(
            status=stack.status,
            outputs=dict(stack.outputs),
            owner=stack.tags.get(f"{PREFIX}:owner", ""),
            parameters=dict(stack.parameters),
            rolled_back=stack.rolled_back,
            reason=stack.reason,
            resource="Thing" if stack.reason else None,
        )

    def delete(self, name: str) -> None:
        """Request a stack's deletion; requesting that of an absent one is no error."""
        stack = self.stacks.get(name)
        if stack is None or stack.status is Status.DELETING:
            return
        if stack.status is Status.UPDATING:
            raise Rejected(f"{name} is in UPDATE_IN_PROGRESS state and can not be deleted")
        if stack.protected:
            raise Rejected(f"{name} cannot be deleted while TerminationProtection is enabled")
        self._becomes(stack, Status.DELETING)
        minutes = stack.component.typical_minutes / 2
        self._in(stack, timedelta(minutes=minutes), partial(self._go, stack))

    def _go(self, stack: MemoryStack) -> None:
        if (why := self._obstacle_to(stack)) is not None:
            self._becomes(stack, Status.DELETE_FAILED, why)
            return
        if stack.component.has_bucket:
            self._note_deleted(f"arn:aws:s3:::{bucket_name(stack)}", stack.tags)
            self.buckets.remove(bucket_name(stack))
        self._note_deleted(self._arn(stack), stack.tags)
        del self.stacks[stack.name]
        self._notify(stack.name, Status.DELETED)

    def _obstacle_to(self, stack: MemoryStack) -> str | None:
        if (why := self.network.obstacle_to(stack.component.name)) is not None:
            return why
        if stack.component.has_bucket and self.buckets.holds(bucket_name(stack)):
            return "The bucket you tried to delete is not empty (BucketNotEmpty)"
        if users := self.users(stack.name):
            return f"DependencyViolation: in use by {', '.join(users)}"
        return None

    def users(self, name: str) -> list[str]:
        """Return the names of the stacks that use a stack's outputs."""
        return [s.name for s in self.stacks.values() if uses(s, self.stacks[name])]

    def resources(self, name: str, type_: str) -> tuple[str, ...]:
        """Return the physical ids of a stack's resources of a type; none when it is gone."""
        stack = self.stacks.get(name)
        if stack is None:
            return ()
        if type_ != BUCKET:
            return (f"{type_} of {name}",)
        return (bucket_name(stack),) if stack.component.has_bucket else ()

    def unprotect(self, name: str) -> None:
        """Lift a stack's termination protection."""
        if name in self.stacks:
            self.stacks[name].protected = False

    def ours(self) -> Mapping[str, Mapping[str, str]]:
        """Return every stack that carries this service's tags."""
        key = f"{PREFIX}:service"
        return {n: s.tags for n, s in self.stacks.items() if s.tags.get(key) == self._service}

    # Leftovers ----------------------------------------------------------------------------

    def find(self, demo_id: str) -> tuple[str, ...]:
        """Return the ARN of everything with the demo's tag, and of what went lately."""
        key = f"{PREFIX}:demo-id"
        lately = self.clock.now - self._stale_for
        return (
            *(self._arn(s) for s in self.stacks.values() if s.tags.get(key) == demo_id),
            *(f"arn:aws:s3:::{b}" for b, t in self.buckets.ours().items() if t[key] == demo_id),
            *(arn for at, arn, t in self._deleted_since if at > lately and t.get(key) == demo_id),
        )

    def _arn(self, stack: MemoryStack) -> str:
        return f"arn:aws:cloudformation:{self._region}:000000000000:stack/{stack.name}/1"

    def _note_deleted(self, arn: str, tags: Mapping[str, str]) -> None:
        self._deleted_since.append((self.clock.now, arn, tags))

    # Time ---------------------------------------------------------------------------------

    def _in(self, stack: MemoryStack, delay: timedelta, what: Callable[[], None]) -> None:
        stack.turn += 1
        self.clock.later(delay, partial(_unless_overtaken, stack, stack.turn, what))

    def _becomes(self, stack: MemoryStack, status: Status, reason: str = "") -> None:
        stack.status, stack.reason = status, reason
        self._notify(stack.name, status)

    def _notify(self, name: str, status: Status) -> None:
        for listener in self.listeners:
            listener(name, status.value)


def _unless_overtaken(stack: MemoryStack, turn: int, what: Callable[[], None]) -> None:
    if stack.turn == turn:
        what()

"""What the use cases need of the AWS services of a demo's region."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.core.component import Status
    from chalicelib.core.observe import StackObservation
    from chalicelib.core.stack_details import StackDetails


class Stacks(Protocol):
    """CloudFormation in a demo's target."""

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
        """Begin to create a stack; asking again for the same one is no error."""

    def update(
        self,
        *,
        name: str,
        parameters: Mapping[str, str],
        previous: Iterable[str],
        tags: Mapping[str, str] | None,
        token: str,
    ) -> bool:
        """Begin to update a stack in place, by the template it was made from.

        Those of its parameters that are named in `previous` keep their value, and those named
        nowhere take their default. Without `tags` it keeps those that it has. Says whether there
        was anything to change. Asking again while it is being updated is no error.
        """

    def describe(self, name: str) -> StackObservation:
        """Look at a stack; one that does not exist is seen as ABSENT.

        A failed one comes with its root cause: the first resource event that failed.
        """

    def delete(self, name: str) -> None:
        """Begin to delete a stack; asking for one that does not exist is no error."""

    def resources(self, name: str, type_: str) -> tuple[str, ...]:
        """Return the physical ids of a stack's resources of a type; none when it is gone."""

    def unprotect(self, name: str) -> None:
        """Lift a stack's termination protection."""

    def ours(self) -> Mapping[str, Mapping[str, str]]:
        """Return every stack that carries this service's tags: its name to its tags."""


class Buckets(Protocol):
    """S3 in a demo's target."""

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Store an object."""

    def empty(self, bucket: str) -> bool:
        """Delete a batch of versions, delete markers and uploads; True when all are gone.

        A bucket that does not exist is empty.
        """

    def remove(self, bucket: str) -> None:
        """Delete an empty bucket; one that does not exist is no error."""

    def ours(self) -> Mapping[str, Mapping[str, str]]:
        """Return every bucket that carries this service's tags: its name to its tags."""


class Network(Protocol):
    """EC2, RDS and ELB in a demo's target, for repairs only."""

    def release_interfaces(self, holders: Sequence[str]) -> None:
        """Delete unattached network interfaces in these groups, subnets or networks.

        Attached ones are left to whoever holds them; the deletion is tried again later anyway.
        """

    def lift_protection(self, *, databases: Sequence[str], balancers: Sequence[str]) -> None:
        """Take deletion protection off databases and load balancers."""


class Secrets(Protocol):
    """Secrets Manager in a demo's target."""

    def read(self, arn: str) -> str:
        """Return a secret's text as it is at this moment; raise NotFound for one that is gone."""


class Databases(Protocol):
    """RDS in a demo's target."""

    def status(self, ids: Sequence[str]) -> Status:
        """Return the status of these databases together: ready, starting, stopping or stopped.

        Those that do not exist do not count.
        """

    def stop(self, ids: Sequence[str]) -> None:
        """Begin to stop databases; asking for one that does not run is no error."""

    def start(self, ids: Sequence[str]) -> None:
        """Begin to start databases; asking for one that runs is no error."""


class Platforms(Protocol):
    """Elastic Beanstalk's platforms in a demo's target."""

    def newest(self, pattern: str) -> str:
        """Return the newest solution stack whose name fits, `*` being its version.

        Raises Rejected where there is none.
        """


class Leftovers(Protocol):
    """The search for what a deleted demo left behind, in its target."""

    def find(self, demo_id: str) -> tuple[str, ...]:
        """Return what is left: ARNs, with a reason beside what could not be looked up.

        Only an empty answer proves that nothing is left. What cannot be looked up counts as left.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a demo's stacks live: one client of each kind, made for its region."""

    stacks: Stacks
    buckets: Buckets
    network: Network
    databases: Databases
    platforms: Platforms
    leftovers: Leftovers
    secrets: Secrets


class StackHistory(Protocol):
    """The stacks of one region in detail, for a person who inspects them."""

    def of(self, name: str) -> StackDetails | None:
        """Return a stack with its resources and events; None when there is no such stack."""


class AccountQuotas(Protocol):
    """Service Quotas in a demo's target."""

    def value(self, service: str, code: str) -> float:
        """Return the value in force of a quota: the account's own, or else AWS's default."""


class Targets(Protocol):
    """Reaches the AWS services of a demo's region."""

    def quotas(self, region: str) -> AccountQuotas:
        """Return the account's quotas in a region; makes no other client."""

    def history(self, region: str) -> StackHistory:
        """Return the details of a region's stacks; makes no other client."""

    def of(self, region: str) -> Target:
        """Return the clients for a region."""

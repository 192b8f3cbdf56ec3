"""What the use cases need of the outside, as Protocols; adapters/ fills them, tests fake them.

Every port raises chalicelib.core.errors only: `RetryableError` when the same call may succeed
later, `FatalError` when it will not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.core.catalog import Catalog
    from chalicelib.core.demo import Demo, Status
    from chalicelib.core.listing import Listing
    from chalicelib.core.observe import StackObservation
    from chalicelib.core.pages import Page
    from chalicelib.core.policy import Quotas
    from chalicelib.core.pool import Pool
    from chalicelib.core.share import Share
    from chalicelib.core.stack_details import StackDetails
    from chalicelib.core.timeline import Entry

Clock = Callable[[], datetime]
"""The time now, with its zone (UTC)."""

NewId = Callable[[], str]
"""A fresh demo id: short, lower case, starting with a letter."""


class DemoRecords(Protocol):
    """The demos' records with their timelines."""

    def create(self, demo: Demo, entries: Sequence[Entry], quotas: Quotas) -> None:
        """Put record, lease and both quota slots in one transaction, or raise LimitReached."""

    def claim(
        self,
        before: Demo,
        after: Demo,
        entries: Sequence[Entry],
        quotas: Quotas,
        *,
        request_id: str | None = None,
    ) -> Demo:
        """Give a pool's demo to its new owner in one transaction, and return it as saved.

        Its own quota slot becomes the new owner's, its place among all demos stays its own, its
        lease item moves, and from now on `given_to(request_id)` is this demo. Raises
        LimitReached where the owner has no slot left, and StaleRecord where somebody else was
        quicker: with this demo, or with this request.
        """

    def given_to(self, request_id: str) -> str | None:
        """Return the demo that a request of this id claimed, if it claimed one."""

    def adopt(self, demo: Demo, entries: Sequence[Entry]) -> None:
        """Put the record of a demo found without one, taking no quota slot and no lease.

        Raises StaleRecord where there is a record.
        """

    def get(self, demo_id: str) -> Demo:
        """Read a record, strongly consistent; raise NotFound or UnreadableRecord."""

    def save(self, before: Demo, after: Demo, entries: Sequence[Entry]) -> Demo:
        """Write what changed and append the entries in one transaction.

        Raises StaleRecord unless the record's version is still that of `before`. Becoming
        `deleted` gives back the quota slots (which an adopted demo never took, and which may be
        given back twice) and the lease in the same transaction; a lease that moved takes its
        item along; an item that is gone is not put back by any other save. The changes
        named in `before` are taken off the record; those that came since stay. `wakes` is not
        written. Returns the record as saved, its version one up.
        """

    def list(self, listing: Listing, *, limit: int, cursor: str | None = None) -> Page[Demo]:
        """List demos; a page may have fewer than `limit`, even none, and lead on all the same."""

    def timeline(self, demo_id: str, *, limit: int, cursor: str | None = None) -> Page[Entry]:
        """List a demo's timeline, oldest first."""

    def append(self, demo: Demo, entry: Entry) -> None:
        """Append an entry that tells of no change of the record."""

    def due(self, now: datetime) -> Sequence[str]:
        """Return the ids of all demos whose `due_at` has come."""


class Leases(Protocol):
    """The lease items, whose removal ends their demos."""

    def restore(self, demo: Demo) -> None:
        """Put a live demo's lease item back as the record has it.

        Raises StaleRecord unless the record's version is still this one: its lease may have moved
        or ended meanwhile, and its item with it.
        """


class LoopSignals(Protocol):
    """What events leave on a demo's record for its loop, and the loop's parked task token."""

    def count_event(self, demo_id: str, change: str | None = None) -> str | None:
        """Count an event, note what it named, and take the parked task token if there is one.

        Does nothing and returns None for a record that is not there.
        """

    def park(self, demo_id: str, *, generation: int, seen: int, token: str) -> bool:
        """Leave a task token, unless an event came since `seen` or another loop took over."""


class QuotaSlots(Protocol):
    """The places in the quotas, each held by one demo from its creation to its end."""

    def slots(self) -> Mapping[str, str]:
        """Return who holds a slot, an owner's or everybody's: a demo's id to its owner."""

    def give_back(self, demo_id: str, owner: str) -> None:
        """Free the slots of a demo; freeing them twice is no error."""


class OrphanNotes(Protocol):
    """What one orphan search leaves for the next."""

    def suspects(self) -> frozenset[str]:
        """Return what the last orphan search noted."""

    def suspect(self, names: Iterable[str]) -> None:
        """Note what this orphan search found, in place of what the last one noted."""


class PoolStore(Protocol):
    """The pools' definitions, and how often they could and could not give what was wanted."""

    def all(self) -> Sequence[Pool]:
        """Return every pool, by name, strongly consistent."""

    def put(self, pool: Pool, *, before: Pool | None) -> None:
        """Write a pool's definition; raise StaleRecord unless the stored one is still `before`.

        The counts and the version are the store's own.
        """

    def remove(self, pool: Pool) -> None:
        """Forget a pool; raise StaleRecord when it was changed meanwhile."""

    def count(self, name: str, *, claimed: int = 0, missed: int = 0) -> None:
        """Add to a pool's counts; a pool that is not there has none."""


class ShareStore(Protocol):
    """Prospect links, kept beside the demo they show."""

    def made(self, demo_id: str) -> int:
        """Return how many links of a demo were ever made, strongly consistent."""

    def put(self, share: Share, entry: Entry, *, made: int) -> None:
        """Keep a new link with its timeline entry; raise StaleRecord unless so many were made."""

    def get(self, demo_id: str, share_id: str) -> Share | None:
        """Read a link, strongly consistent; None where there is none."""

    def of_demo(self, demo_id: str) -> Sequence[Share]:
        """Read every link of a demo, in no particular order."""

    def remove(self, share: Share, entry: Entry) -> bool:
        """Forget a link, with a timeline entry; say whether it was still there."""

    def count_visit(self, share: Share, now: datetime) -> bool:
        """Count a visit; say whether the link was still there to count it on."""

    def count_click(self, share: Share, title: str) -> bool:
        """Count that something was opened from a link; say whether the link was still there."""

    def add_waiting(self, share: Share, block: str, entry: Entry | None, *, most: int) -> bool:
        """Note that an address waits for an answer, with a timeline entry if there is one.

        Returns False, noting nothing, for a link that is gone, on which the address waits or was
        declined, or on which so many wait.
        """

    def take_waiting(
        self, share: Share, block: str, *, declined: bool, entry: Entry | None
    ) -> bool:
        """Note the answer to an address that waits; say whether it still waited."""


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
        """Ask for a stack; asking again for the same stack is no error."""

    def update(
        self,
        *,
        name: str,
        parameters: Mapping[str, str],
        previous: Iterable[str],
        token: str,
    ) -> bool:
        """Ask for a stack's update in place, by the template it was made from.

        Those of its parameters that are named in `previous` keep their value, and those named
        nowhere take their default. Says whether there was anything to change. Asking again while
        it is being updated is no error.
        """

    def describe(self, name: str) -> StackObservation:
        """Look at a stack; one that does not exist is seen as `pending`.

        A failed one comes with its root cause: the first resource event that failed.
        """

    def delete(self, name: str) -> None:
        """Ask for a stack to go; asking for one that does not exist is no error."""

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
        """Remove a bounded bite of versions, delete markers and uploads; True when all are gone.

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
        """Return what these databases are together: ready, starting, stopping or stopped.

        Those that are not there are as ready as they are stopped, and count as neither.
        """

    def stop(self, ids: Sequence[str]) -> None:
        """Ask for databases to stop; asking for one that does not run is no error."""

    def start(self, ids: Sequence[str]) -> None:
        """Ask for databases to start; asking for one that runs is no error."""


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

        Only an empty answer proves that nothing is left. What cannot be told counts as left.
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
    """The stacks of one region, for somebody who looks at them."""

    def of(self, name: str) -> StackDetails | None:
        """Return a stack with its resources and events; None when there is no such stack."""


class Targets(Protocol):
    """The one place that knows how to reach a demo's stacks."""

    def history(self, region: str) -> StackHistory:
        """Return what looks at the stacks of a region, and makes no other client."""

    def of(self, region: str) -> Target:
        """Return the clients for a region."""


class Workflow(Protocol):
    """The state machine."""

    def start(self, demo_id: str, generation: int) -> None:
        """Start a loop; starting the same generation again is no error."""

    def resume(self, token: str) -> None:
        """Let a parked loop go on; a token nobody waits for any more is no error."""

    def running(self, demo_id: str, generation: int) -> bool:
        """Return whether that loop is running now."""


class TemplateRepository(Protocol):
    """The templates and the image's build context, as they came with the package."""

    def catalog(self) -> Catalog:
        """Return the catalog of every usable template."""

    def template(self, component: str) -> str:
        """Return a template's body; raise Rejected when it is not there any more."""

    def bundle(self) -> bytes:
        """Return the bundle."""


class Metrics(Protocol):
    """Counts for the dashboard and the alarms."""

    def count(self, name: str, value: float = 1, *, unit: str = "Count") -> None:
        """Add to a metric of this service."""

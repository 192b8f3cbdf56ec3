"""What the use cases need of the demos' table: records, and what is kept beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from chalicelib.core.demo import Demo
    from chalicelib.core.listing import Listing
    from chalicelib.core.pages import Page
    from chalicelib.core.policy import Quotas
    from chalicelib.core.stack_change import StackChange
    from chalicelib.core.timeline import Entry


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
        """Give a demo, a pool's or a person's, to its new owner in one transaction.

        Its own quota slot becomes the new owner's, its place among all demos stays its own, its
        lease item moves, and from now on `given_to(request_id)` is this demo. Returns it as
        saved. Raises LimitReached where the owner has no slot left, and StaleRecord where
        somebody else was quicker: with this demo, or with this request.
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

    def count_event(self, demo_id: str, change: StackChange | None = None) -> str | None:
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

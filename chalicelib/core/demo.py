"""A demo: what its owner wants, where it is, and what is known of each of its components."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from chalicelib.core.component import ComponentStatus, Failure
from chalicelib.core.stack_change import StackChange
from chalicelib.core.values import replace

SERVICE_ACTOR: Final = "service"


class Desired(StrEnum):
    """What the owner wants."""

    RUNNING = "running"
    PAUSED = "paused"
    DELETED = "deleted"


class Phase(StrEnum):
    """Where a demo is."""

    REQUESTED = "requested"
    PROVISIONING = "provisioning"
    READY = "ready"
    CHANGING = "changing"
    PAUSING = "pausing"
    PAUSED = "paused"
    RESUMING = "resuming"
    DELETING = "deleting"
    DELETED = "deleted"
    FAILED = "failed"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """The part of a demo's spec that was last applied: a failed change returns to it."""

    requested_components: tuple[str, ...]
    parameters: Mapping[str, str]
    allowed_cidr: tuple[str, ...]

    @classmethod
    def of(cls, demo: Demo) -> Applied:
        """Return what a demo's spec says now."""
        return cls(
            requested_components=demo.requested_components,
            parameters=demo.parameters,
            allowed_cidr=demo.allowed_cidr,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """The search for what a deleted demo left behind: how often, and when again."""

    attempts: int = 0
    again_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """An owner's offer of a demo to whoever holds its code; `digest` is what is kept of that.

    `taken_by` is who has accepted it, which nobody else can from then on.
    """

    digest: str
    expires_at: datetime
    taken_by: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """One environment, requested by one owner.

    `generation` counts the loops started for it, `looping` says whether one should be running,
    and `version` guards every write. `wakes` counts events that arrived for it: a loop may park
    only if none came since it last looked. `applied` is None until it was ready. `failure` is why
    its creation or its last change failed; `trouble` is why it cannot be deleted, as long as it
    cannot. `due_at` is when the sweep next has anything to do for it (core/due.py), None for a
    deleted demo. `pool_digest` says what a pool's member was made of (core/pool.py),
    `from_pool` the pool it was claimed from. `handover` is its owner's last offer of it, and
    `first_owner` the one before all hand-overs, if it is another's now. `ready_by` is when it is
    to be ready, None for as soon as possible; `starts_at` when its making begins, None for at its
    creation (core/start.py).
    """

    demo_id: str
    name: str
    owner: str
    region: str
    requested_components: tuple[str, ...]
    components: Mapping[str, ComponentStatus]
    created_at: datetime
    expires_at: datetime
    allowed_cidr: tuple[str, ...] = ()
    parameters: Mapping[str, str] = field(default_factory=dict)
    keep_on_failure: bool = False
    desired_state: Desired = Desired.RUNNING
    phase: Phase = Phase.REQUESTED
    reason: str = ""
    applied: Applied | None = None
    ready_by: datetime | None = None
    starts_at: datetime | None = None
    failure: Failure | None = None
    trouble: Failure | None = None
    ready_at: datetime | None = None
    deleted_at: datetime | None = None
    planned_at: datetime | None = None
    warned: frozenset[int] = frozenset()
    search: Search = Search()
    quarantines: int = 0
    pool_digest: str = ""
    from_pool: str = ""
    handover: Handover | None = None
    first_owner: str = ""
    retry_at: datetime | None = None
    due_at: datetime | None = None
    generation: int = 1
    looping: bool = True
    version: int = 1
    wakes: int = 0
    changed: frozenset[StackChange] = frozenset()

    @property
    def ended(self) -> bool:
        """Whether the demo is deleted."""
        return self.phase is Phase.DELETED

    @property
    def waiting(self) -> bool:
        """Whether its making has not begun, since it is to be ready later."""
        held_back = self.phase is Phase.REQUESTED and not self.looping
        return held_back and self.desired_state is Desired.RUNNING and self.starts_at is not None

    @property
    def begins_at(self) -> datetime:
        """When its making begins, and it begins to cost something."""
        return self.starts_at or self.created_at

    @property
    def lease_begins(self) -> datetime:
        """When its lease begins: when it is to be ready, or else with its making."""
        return self.ready_by or self.begins_at

    @property
    def outputs(self) -> dict[str, str]:
        """Every output of every component, flat: names are unique over the catalog."""
        return {
            k: v for component in self.components.values() for k, v in component.outputs.items()
        }

    @property
    def links(self) -> dict[str, str]:
        """Addresses to open by their components' titles; none once the demo is to be deleted.

        A second address under one title is called by its output's name.
        """
        found: dict[str, str] = {}
        if self.desired_state is Desired.DELETED:
            return found
        for component in self.components.values():
            for name, url in component.links.items():
                titled = component.title and component.title not in found
                found[component.title if titled else name] = url
        return found

    def with_component(self, component: ComponentStatus) -> Demo:
        """Return the demo with one component replaced."""
        return replace(self, components={**self.components, component.name: component})

    def dependents(self, name: str) -> frozenset[str]:
        """Return every component that depends on this one, directly or through others."""
        found: set[str] = set()
        pending = [name]
        while pending:
            current = pending.pop()
            direct = {s.name for s in self.components.values() if current in s.depends_on} - found
            found |= direct
            pending.extend(direct)
        return frozenset(found)

    @property
    def members(self) -> frozenset[str]:
        """The components of its spec: those requested, with everything that they require."""
        if self.desired_state is Desired.DELETED:
            return frozenset()
        return self.closure(self.requested_components)

    def closure(self, names: Iterable[str]) -> frozenset[str]:
        """Return those of these components that exist, with everything that they require."""
        known = [name for name in names if name in self.components]
        return self.requirements(known).union(known)

    def requirements(self, names: Iterable[str]) -> frozenset[str]:
        """Return every component that these require, directly or through others."""
        found: set[str] = set()
        pending = list(names)
        while pending:
            direct = set(self.components[pending.pop()].requires) - found
            found |= direct
            pending.extend(direct)
        return frozenset(found)

"""A demo: what its owner wants, where it is, and what is known of each of its steps."""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from chalicelib.core.kinds import Kind, Pause

PREFIX: Final = "stelligent-demo"
DEMO_ID: Final = re.compile(r"[a-z][a-z0-9]{7,11}")

_LETTERS: Final = string.ascii_lowercase
_SIGNS: Final = string.ascii_lowercase + string.digits
_ID_LENGTH: Final = 8
_LINK: Final = "Url"

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


class Status(StrEnum):
    """Where a step is; CloudFormation's two dozen stack statuses collapse to these."""

    PENDING = "pending"
    CREATING = "creating"
    READY = "ready"
    UPDATING = "updating"
    STOPPING = "stopping"
    STOPPED = "stopped"
    STARTING = "starting"
    FAILED = "failed"
    DELETING = "deleting"
    DELETE_FAILED = "delete_failed"
    DELETED = "deleted"


GONE: Final = frozenset({Status.PENDING, Status.DELETED})
"""Statuses of a step that leaves nothing in the account."""
IN_FLIGHT: Final = frozenset(
    {Status.CREATING, Status.UPDATING, Status.STOPPING, Status.STARTING, Status.DELETING}
)
GOING: Final = frozenset({Status.DELETING, Status.DELETE_FAILED})
"""Statuses of a component that is no use to anybody until it is gone."""
STANDING: Final = frozenset({Status.READY, *IN_FLIGHT, Status.STOPPED}) - {
    Status.CREATING,
    Status.DELETING,
}
"""Statuses of a component whose outputs are there to be taken."""


class Cause(StrEnum):
    """Why a stack would not delete; each decides its repair (see core.trouble)."""

    FULL_BUCKET = "full_bucket"
    NETWORK_INTERFACE = "network_interface"
    PROTECTION = "protection"
    DEPENDENCY = "dependency"
    ACCESS_DENIED = "access_denied"
    THROTTLED = "throttled"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """The root cause of a failed step: the first resource that failed, and its reason."""

    component: str
    resource: str | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentStatus:
    """One node of a demo's graph, with what was last seen of it.

    The edges (`after`) live on the record and not only in the templates, so that a demo can
    be taken down after its template was changed or removed. `wants` names those among them
    that it can do without (whatever it takes of them has a default); the others it requires.

    `declares` are the parameters of the template it was made from, and `inputs` what the demo's
    spec and its providers gave it of them. While it is updated, `previous_inputs` are those to
    return to; `refused_inputs` are those of an update that failed, which is not tried again.
    `remake` says that it is to be deleted and made again.

    `asked_at` is when its creation (or update, stop or start) was last asked for, until that is
    answered or the stack is seen: while it stands, nobody knows whether it was begun. `moved_at`
    is when its last update, stop or start began, `look_at` when it is looked at although it rests.
    """

    name: str
    kind: Kind = Kind.STACK
    depends_on: tuple[str, ...] = ()
    wants: tuple[str, ...] = ()
    typical_minutes: float = 5
    has_bucket: bool = False
    pause: Pause = Pause.KEEP
    declares: tuple[str, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)
    previous_inputs: Mapping[str, str] | None = None
    refused_inputs: Mapping[str, str] | None = None
    remake: bool = False
    status: Status = Status.PENDING
    started_at: datetime | None = None
    finished_at: datetime | None = None
    removing_at: datetime | None = None
    removed_at: datetime | None = None
    observed_at: datetime | None = None
    asked_at: datetime | None = None
    moved_at: datetime | None = None
    look_at: datetime | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    failure: Failure | None = None
    cause: Cause | None = None
    prepared: bool = False
    attempts: int = 0
    retry_at: datetime | None = None

    @property
    def requires(self) -> tuple[str, ...]:
        """The steps it cannot be made without, and that cannot be deleted while it exists."""
        return tuple(name for name in self.depends_on if name not in self.wants)

    def due(self, now: datetime) -> bool:
        """Return whether the moment of its next attempt has come, if it waits for one."""
        return self.retry_at is None or self.retry_at <= now

    @property
    def gone(self) -> bool:
        """Whether nothing of this step is left in the account."""
        return self.status in GONE

    @property
    def links(self) -> dict[str, str]:
        """Addresses to open: each output whose name ends in `Url`, by the name without it."""
        if self.gone or self.status in GOING:
            return {}
        return {
            name.removesuffix(_LINK): value
            for name, value in self.outputs.items()
            if name.endswith(_LINK)
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Applied:
    """As much of a demo's spec as was last brought about: what a failed change returns to."""

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
class Demo:
    """One environment asked for by one owner.

    `generation` counts the loops started for it, `looping` says whether one should be running,
    `version` guards every write. `wakes` counts events that arrived for it: a loop may park
    only if none came since it last looked. `applied` is None until it was ready. `failure` is why
    it did not come up, or why its last change failed; `trouble` is why it will not go, while it
    will not. `due_at` is when the sweep next has anything to do for it (core/due.py), None for a
    demo that is gone. `pool_digest` says what a pool's member was made of (core/pool.py),
    `from_pool` the pool it was claimed from.
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
    retry_at: datetime | None = None
    due_at: datetime | None = None
    generation: int = 1
    looping: bool = True
    version: int = 1
    wakes: int = 0
    changed: frozenset[str] = frozenset()

    @property
    def ended(self) -> bool:
        """Whether the demo is gone for good."""
        return self.phase is Phase.DELETED

    @property
    def outputs(self) -> dict[str, str]:
        """Every output of every step, flat: names are unique over the catalog."""
        return {
            k: v for component in self.components.values() for k, v in component.outputs.items()
        }

    @property
    def links(self) -> dict[str, str]:
        """Addresses to open, of every step; none once the demo is to be deleted."""
        if self.desired_state is Desired.DELETED:
            return {}
        return {
            name: url
            for component in self.components.values()
            for name, url in component.links.items()
        }

    def with_component(self, component: ComponentStatus) -> Demo:
        """Return the demo with one step replaced."""
        return replace(self, components={**self.components, component.name: component})

    def dependents(self, name: str) -> frozenset[str]:
        """Return every step that waits for this one, directly or through others."""
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
        """What its spec is made of: what was requested, with everything that requires."""
        if self.desired_state is Desired.DELETED:
            return frozenset()
        return self.closure(self.requested_components)

    def closure(self, names: Iterable[str]) -> frozenset[str]:
        """Return those of these steps that there are, with everything that they require."""
        known = [name for name in names if name in self.components]
        return self.requirements(known).union(known)

    def requirements(self, names: Iterable[str]) -> frozenset[str]:
        """Return every step that these require, directly or through others."""
        found: set[str] = set()
        pending = list(names)
        while pending:
            direct = set(self.components[pending.pop()].requires) - found
            found |= direct
            pending.extend(direct)
        return frozenset(found)


def demo_id_from(seed: str) -> str:
    """Return the id that a seed always gives; another seed gives another."""
    number = int.from_bytes(hashlib.sha256(seed.encode()).digest())
    text = _LETTERS[number % len(_LETTERS)]
    for _ in range(_ID_LENGTH - 1):
        number //= len(_SIGNS)
        text += _SIGNS[number % len(_SIGNS)]
    return text


def stack_name(demo_id: str, component: str) -> str:
    """Return the name of the stack that is this component of this demo."""
    return f"{PREFIX}-{demo_id}-{component}"


def parse_stack_name(name: str) -> tuple[str, str] | None:
    """Return demo_id and component of a stack's name, or None when it is not one of ours."""
    head, _, rest = name.partition(f"{PREFIX}-")
    demo_id, _, component = rest.partition("-")
    if head or not component or not DEMO_ID.fullmatch(demo_id):
        return None
    return demo_id, component

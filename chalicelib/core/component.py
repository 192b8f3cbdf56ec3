"""One component of a demo: where it is, and what was last seen of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from chalicelib.core.kinds import Kind, Pause

_LINK: Final = "Url"


class Status(StrEnum):
    """Where a component is; CloudFormation's two dozen stack statuses collapse to these."""

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
"""Statuses of a component that leaves nothing in the AWS account."""
IN_FLIGHT: Final = frozenset(
    {Status.CREATING, Status.UPDATING, Status.STOPPING, Status.STARTING, Status.DELETING}
)
BEING_DELETED: Final = frozenset({Status.DELETING, Status.DELETE_FAILED})
"""Statuses of a component that nobody can use any more."""
STANDING: Final = frozenset({Status.READY, *IN_FLIGHT, Status.STOPPED}) - {
    Status.CREATING,
    Status.DELETING,
}
"""Statuses of a component whose outputs others may use."""


class Cause(StrEnum):
    """Why a stack would not delete; each decides its repair (see core/deletion_failures.py)."""

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
    """The root cause of a failed component: the first resource that failed, and its reason."""

    component: str
    resource: str | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentStatus:
    """One node of a demo's graph, with what was last seen of it.

    The edges (`depends_on`) are kept on the record and not only in the templates, so that a demo
    can be deleted after its template was changed or removed; so is its `title`. `wants` names
    those among them that it can do without (whatever it takes of them has a default); it requires
    the others.

    `declares` are the parameters of the template it was made from, and `inputs` what the demo's
    spec and its providers gave it of them. While it is updated, `previous_inputs` are those to
    return to; `refused_inputs` are those of an update that failed, which is not tried again.
    `tagged_for` is the owner that its stack's tags name, empty where an earlier release made it.
    `remake` says that it is to be deleted and made again.

    `asked_at` is when its creation (or update, stop or start) was last requested, until that is
    answered or the stack is seen: while it is set, nobody knows whether it was begun. `moved_at`
    is when its last update, stop, start or attempt to delete it began, `removing_at` when the
    first of those attempts did, `look_at` when it is described next although it is stopped.
    """

    name: str
    title: str = ""
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
    tagged_for: str = ""
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
        """The components it cannot be made without; none can be deleted while it exists."""
        if not self.wants:
            return self.depends_on
        return tuple(name for name in self.depends_on if name not in self.wants)

    def due(self, now: datetime) -> bool:
        """Return whether the moment of its next attempt has come, if it waits for one."""
        return self.retry_at is None or self.retry_at <= now

    @property
    def retagged(self) -> bool:
        """Whether an update is on its way that changes nothing but tags."""
        return self.status is Status.UPDATING and self.inputs == self.previous_inputs

    @property
    def stands(self) -> bool:
        """Whether others may be built upon it."""
        return (self.status is Status.READY or self.retagged) and not self.remake

    @property
    def gone(self) -> bool:
        """Whether nothing of this component is left in the AWS account."""
        return self.status in GONE

    @property
    def links(self) -> dict[str, str]:
        """Addresses to open: each output whose name ends in `Url`, by the name without it."""
        if self.gone or self.status in BEING_DELETED:
            return {}
        return {
            name.removesuffix(_LINK): value
            for name, value in self.outputs.items()
            if name.endswith(_LINK)
        }

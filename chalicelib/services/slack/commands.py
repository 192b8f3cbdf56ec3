"""What somebody in Slack can ask the service to do with demos, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.core.catalog import Selection

DEFAULT_EXTENSION: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """Create a demo; without addresses the operator's default holds."""

    components: Selection = ()
    name: str | None = None
    ttl: timedelta | None = None
    cidr: tuple[str, ...] = ()
    region: str | None = None
    kind: Literal["create"] = "create"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDemos:
    """List one's own demos, or everybody's."""

    everybody: bool = False
    kind: Literal["list"] = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDemo:
    """Show one demo."""

    demo_id: str
    kind: Literal["status"] = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """Extend a demo's lease.

    A button says which end it was `seen` with, so that pressing it twice extends once.
    """

    demo_id: str
    by: timedelta = DEFAULT_EXTENSION
    seen: datetime | None = None
    kind: Literal["extend"] = "extend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Delete a demo."""

    demo_id: str
    kind: Literal["delete"] = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Try the deletion of a quarantined demo again now."""

    demo_id: str
    kind: Literal["retry"] = "retry"


DemoCommand = Create | ListDemos | ShowDemo | Extend | Delete | Retry
"""Every command; `kind` names it in a stored request."""

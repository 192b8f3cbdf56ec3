"""What somebody in a chat can want: commands as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.core.catalog import Selection

DEFAULT_EXTENSION: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """Ask for a demo; no addresses mean the operator's default."""

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
class Status:
    """Show one demo."""

    demo_id: str
    kind: Literal["status"] = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """Let a demo live longer.

    A button says which end it was `seen` with, so that pressing it twice extends once.
    """

    demo_id: str
    by: timedelta = DEFAULT_EXTENSION
    seen: datetime | None = None
    kind: Literal["extend"] = "extend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Want a demo gone."""

    demo_id: str
    kind: Literal["delete"] = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Hurry a quarantined teardown."""

    demo_id: str
    kind: Literal["retry"] = "retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCatalog:
    """Show what can be asked for."""

    kind: Literal["catalog"] = "catalog"


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """Explain the commands."""

    kind: Literal["help"] = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenForm:
    """Show the form."""

    kind: Literal["form"] = "form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misunderstood:
    """What could not be read, a sentence for each thing."""

    problems: tuple[str, ...]
    kind: Literal["misunderstood"] = "misunderstood"


DemoCommand = Create | ListDemos | Status | Extend | Delete | Retry
"""What changes or looks at demos, and so needs to know who asks."""
Command = DemoCommand | ShowCatalog | Help | OpenForm | Misunderstood

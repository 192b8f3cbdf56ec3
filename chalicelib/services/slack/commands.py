"""Commands from Slack, and their results, as values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.core.catalog import Selection
from chalicelib.core.costs import Cost
from chalicelib.core.credentials import Credentials
from chalicelib.core.demo import Demo
from chalicelib.core.errors import FatalError
from chalicelib.core.local_time import LocalTime
from chalicelib.core.share import Share

DEFAULT_EXTENSION: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """Create a demo; without addresses the operator's default holds.

    Its lease is a duration, or ends at a time of day in the sender's time zone. It is to be ready
    as soon as possible, by such a time, or in a while.
    """

    components: Selection = ()
    name: str | None = None
    ttl: timedelta | None = None
    until: LocalTime | None = None
    cidr: tuple[str, ...] = ()
    region: str | None = None
    ready_by: LocalTime | None = None
    ready_in: timedelta | None = None
    kind: Literal["create"] = "create"

    @property
    def for_later(self) -> bool:
        """Whether it is to be ready by some moment."""
        return self.ready_by is not None or self.ready_in is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDemos:
    """List one's own demos, or everybody's."""

    everybody: bool = False
    kind: Literal["list"] = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class AboutOne:
    """A command about one demo: by its id, its name or a part of it, or the only one there is."""

    demo: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowDemo(AboutOne):
    """Show one demo."""

    kind: Literal["status"] = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend(AboutOne):
    """Extend a demo's lease by a duration, or to a time of day in the sender's time zone.

    A button says which end it was `seen` with, so that pressing it twice extends once.
    """

    by: timedelta = DEFAULT_EXTENSION
    until: LocalTime | None = None
    seen: datetime | None = None
    kind: Literal["extend"] = "extend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete(AboutOne):
    """Delete a demo, once it is confirmed; before that, ask."""

    confirmed: bool = False
    kind: Literal["delete"] = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry(AboutOne):
    """Try the deletion of a quarantined demo again now."""

    kind: Literal["retry"] = "retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareDemo(AboutOne):
    """Make a prospect link to a demo; the label is the owner's own word for it."""

    label: str = ""
    kind: Literal["share"] = "share"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause(AboutOne):
    """Pause a demo, once it is confirmed; before that, ask."""

    confirmed: bool = False
    kind: Literal["pause"] = "pause"


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin(AboutOne):
    """Begin a demo at once that waits for its start."""

    kind: Literal["begin"] = "begin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume(AboutOne):
    """Resume a paused demo."""

    kind: Literal["resume"] = "resume"


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow(AboutOne):
    """Let address blocks in, or keep them out from now on."""

    blocks: tuple[str, ...] = ()
    out: bool = False
    kind: Literal["allow"] = "allow"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerRequest(AboutOne):
    """Let in an address that asks to be, or decline it."""

    address: str
    let_in: bool
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCredentials(AboutOne):
    """Show the credentials of what a demo runs, to the sender alone."""

    kind: Literal["credentials"] = "credentials"


DemoCommand = (
    Create
    | ListDemos
    | ShowDemo
    | Extend
    | Delete
    | Retry
    | ShareDemo
    | Pause
    | Begin
    | Resume
    | Allow
    | AnswerRequest
    | ShowCredentials
)
"""Every command; `kind` names it in a stored request."""


class NotOwner(FatalError):
    """A button of somebody else's demo was pressed; `owner` is the owner's Slack id, if known."""

    def __init__(self, owner: str | None) -> None:
        super().__init__("only the demo's owner or an admin may do that")
        self.owner = owner


class NotOneDemo(FatalError):
    """A command could mean any of several demos, or none."""

    def __init__(self, named: str, demos: tuple[Demo, ...]) -> None:
        super().__init__(f"{len(demos)} demos are meant")
        self.named = named
        self.demos = demos


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """The demo as it is now; `shown` says that its status message shows the outcome by itself."""

    demo: Demo
    shown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListResult:
    """Live demos, newest first; `more` says that there are others."""

    demos: tuple[Demo, ...]
    everybody: bool
    more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareResult:
    """A prospect link that was just made, with its token, which nothing returns again."""

    demo: Demo
    share: Share
    token: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialsResult:
    """The credentials of what a demo runs, for the sender alone."""

    demo: Demo
    credentials: tuple[Credentials, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PauseQuestion:
    """What a pause would lose for good, in sentences, and the price an hour, now and paused."""

    demo: Demo
    loses: tuple[str, ...]
    cost: Cost


Result = DemoResult | ListResult | ShareResult | CredentialsResult | PauseQuestion

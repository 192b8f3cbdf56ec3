"""What the use cases and entry points for Slack need: items of the table, and Slack itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Any, Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chalicelib.core.errors import FatalError
from chalicelib.services.slack.commands import DemoCommand, Result

if TYPE_CHECKING:  # an annotation alone names it
    from chalicelib.services.ports.records import DemoRecords

Json = dict[str, Any]


class ChannelUnavailable(FatalError):
    """The channel or message cannot be written to: gone, archived, or we are not in it."""


class Unverified(FatalError):
    """A Slack user whose e-mail address nobody vouches for."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A Slack app's signing secret and bot token, and the one workspace it serves."""

    team_id: str
    signing_secret: str = field(repr=False)
    bot_token: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackRequest:
    """A command as it came from Slack; `key` is the same for every delivery of one press.

    `demo_id` is generated when the request is recorded, so that handling it twice creates one
    demo. `pressed` says that it came from a button, `page_url` where the web page is.
    """

    key: str
    command: DemoCommand
    user: str
    channel: str
    response_url: str
    demo_id: str
    at: datetime
    pressed: bool = False
    page_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRef:
    """Where a demo's status message is: its channel, and its time stamp once it is posted.

    `digest` names what it shows now, `notified` the notices that were posted under it, and
    `page_url` is where the web page is.
    """

    demo_id: str
    channel: str
    user: str
    response_url: str
    keep_until: datetime
    ts: str | None = None
    digest: str = ""
    notified: frozenset[str] = frozenset()
    page_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message: its blocks (Block Kit), and the text for notifications and screen readers."""

    text: str
    blocks: tuple[Json, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A person in Slack: their verified e-mail address, and where they are.

    `zone` is the name of a time zone (tz database), `offset` its seconds east of UTC just now.
    """

    email: str
    zone: str = ""
    offset: int = 0

    @property
    def time_zone(self) -> tzinfo:
        """The time zone; by its offset alone where its name is not known here."""
        try:
            return ZoneInfo(self.zone)
        except (ValueError, ZoneInfoNotFoundError, OSError):
            return timezone(timedelta(seconds=self.offset)) if self.offset else UTC


class RequestStore(Protocol):
    """The requests that came from Slack."""

    def add_request(self, request: SlackRequest) -> bool:
        """Record a request in one conditional write; False when it was recorded before."""

    def pending_request(self, key: str) -> SlackRequest | None:
        """Return a recorded request, or None when it was handled or is not there any more."""

    def mark_handled(self, key: str) -> None:
        """Record that a request was handled."""


class AccountStore(Protocol):
    """The people whom Slack was called about."""

    def account(self, user: str, now: datetime) -> Account | None:
        """Return what is known of a Slack user, or None when Slack must be called."""

    def keep_account(self, user: str, account: Account, now: datetime) -> None:
        """Keep what Slack said of a user for some hours."""


class MessageRefs(Protocol):
    """Where the demos' status messages are."""

    def message_ref(self, demo_id: str) -> MessageRef | None:
        """Return where a demo's status message is or is to be; None for a demo without one."""

    def add_message_ref(self, ref: MessageRef) -> None:
        """Record where a status message is to be; one that is recorded already stays as it is."""

    def mark_posted(self, ref: MessageRef) -> None:
        """Record where a status message was posted, and the digest of what it shows."""

    def mark_notified(self, demo_id: str, notice: str) -> None:
        """Record that a notice was posted."""


class Directory(Protocol):
    """The workspace's people."""

    def account(self, user: str) -> Account:
        """Return a user, the e-mail address verified and in lower case; raise Unverified.

        Raises RetryableError or another FatalError as well.
        """


class Chat(Protocol):
    """Slack's channels. Raises RetryableError, ChannelUnavailable or another FatalError."""

    def post(
        self, channel: str, message: Message, *, thread: str = "", broadcast: bool = False
    ) -> tuple[str, str]:
        """Post a message; return the channel it went to and its time stamp."""

    def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace a message."""

    def respond(self, response_url: str, message: Message) -> None:
        """Respond to a request so that only its sender sees it."""


class Forms(Protocol):
    """Slack's modals, opened while Slack waits for its call to be acknowledged."""

    def open_form(self, trigger_id: str, view: Json) -> None:
        """Open a modal; a trigger is good for three seconds."""

    def update_form(self, view_id: str, view_hash: str, view: Json) -> None:
        """Replace an open modal, unless it has changed since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackPolicy:
    """What the operator set for Slack.

    `admins` are e-mail addresses or Slack user ids in lower case, `owner_domains` the domains
    whose addresses may own demos (all when empty), `cidr` the addresses that a demo is opened to
    when its command names none.
    """

    admins: frozenset[str] = frozenset()
    owner_domains: frozenset[str] = frozenset()
    cidr: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Updates:
    """What the stream's function handles requests with, and shows demos.

    `handle` is what SlackRequests does; most events of the stream are changes of demos and never
    call it.
    """

    handle: Callable[[SlackRequest], Result]
    records: DemoRecords
    requests: RequestStore
    refs: MessageRefs
    chat: Chat

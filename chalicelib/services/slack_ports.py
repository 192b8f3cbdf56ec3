"""What the Slack use cases need besides the world: a place to write, and a chat to say it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.core.chat.blocks import Message
from chalicelib.core.chat.orders import DemoCommand
from chalicelib.core.errors import FatalError
from chalicelib.services.world import World


class ChannelUnavailable(FatalError):  # noqa: N818
    """The channel or message cannot be written to: gone, archived, or we are not in it."""


class Unverified(FatalError):  # noqa: N818
    """A Slack user whose e-mail address nobody vouches for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackRequest:
    """An order as it came from Slack; `key` is the same for every delivery of one press.

    `demo_id` is drawn when the ask is noted, so that carrying it out twice makes one demo.
    """

    key: str
    order: DemoCommand
    user: str
    channel: str
    response_url: str
    demo_id: str
    at: datetime
    pressed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageRef:
    """Where a demo is shown: channel and time stamp of its living message, once posted.

    `shown` is a digest of what it shows now, `told` the notices already given.
    """

    demo_id: str
    channel: str
    user: str
    response_url: str
    keep_until: datetime
    ts: str | None = None
    shown: str = ""
    told: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Notice:
    """News of a demo; what is urgent is shown in the channel too, with what can be done."""

    text: str
    urgent: bool


class SlackStore(Protocol):
    """The table's items for Slack."""

    def ask(self, ask: SlackRequest) -> bool:
        """Note an ask in one conditional write; False when it was noted before."""

    def finished(self, key: str) -> bool:
        """Return whether an ask was carried out."""

    def finish(self, key: str) -> None:
        """Note that an ask was carried out."""

    def person(self, user: str, now: datetime) -> str | None:
        """Return the e-mail address known for a Slack user, or None when it must be asked for."""

    def remember(self, user: str, email: str, now: datetime) -> None:
        """Keep a Slack user's e-mail address for a while."""

    def place(self, demo_id: str) -> MessageRef | None:
        """Return where a demo is shown, or None when it is not."""

    def found(self, place: MessageRef) -> None:
        """Note where a demo is to be shown; a place that is known stays as it is."""

    def posted(self, place: MessageRef) -> None:
        """Note what is shown where now."""

    def told(self, demo_id: str, notice: str) -> None:
        """Note that a notice was given."""


class Chat(Protocol):
    """Slack's Web API. Raises RetryableError, NoSuchPlace, Unverified or another FatalError."""

    def email(self, user: str) -> str:
        """Return a user's verified e-mail address in lower case; raise Unverified."""

    def post(
        self, channel: str, message: Message, *, thread: str = "", broadcast: bool = False
    ) -> tuple[str, str]:
        """Post a message; return the channel it went to and its time stamp."""

    def update(self, channel: str, ts: str, message: Message) -> None:
        """Put a message in place of an earlier one."""

    def answer(self, response_url: str, message: Message) -> None:
        """Answer an ask so that only who asked sees it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackWorld:
    """The world with its chat, and what the operator set for Slack.

    `admins` are e-mail addresses or Slack user ids in lower case, `owner_domains` the domains
    whose addresses may own demos (all when empty), `cidr` the addresses that a demo is opened to
    when the command names none.
    """

    world: World
    notes: SlackStore
    chat: Chat
    admins: frozenset[str] = frozenset()
    owner_domains: frozenset[str] = frozenset()
    cidr: tuple[str, ...] = ()

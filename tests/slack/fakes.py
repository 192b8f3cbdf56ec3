"""Slack in memory: its store, its chat, and a stage that has both."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chalicelib.core.errors import DemoError
from chalicelib.entrypoints.slack.stream import respond_to
from chalicelib.services.slack.commands import DemoCommand
from chalicelib.services.slack.ports import (
    Account,
    Json,
    Message,
    MessageRef,
    SlackPolicy,
    SlackRequest,
    Unverified,
    Updates,
)
from chalicelib.services.slack.requests import Intake, SlackRequests
from chalicelib.services.slack.spec import SpecCommands
from tests.unit.builders import HOME, NOW, OWNER, Stage

ANN, BOB, ADMIN = "U0ANN", "U0BOB", "U0ADMIN"
PEOPLE = {ANN: OWNER, BOB: "bob@example.com", ADMIN: "admin@example.com"}
ZONE = "Europe/Berlin"
CHANNEL = "C0DEMOS"


class MemorySlackStore:
    """The ports RequestStore, AccountStore and MessageRefs, in memory."""

    def __init__(self) -> None:
        self.requests: dict[str, SlackRequest] = {}
        self.handled: set[str] = set()
        self.accounts: dict[str, Account] = {}
        self.refs: dict[str, MessageRef] = {}

    def add_request(self, request: SlackRequest) -> bool:
        if request.key in self.requests:
            return False
        self.requests[request.key] = request
        return True

    def pending_request(self, key: str) -> SlackRequest | None:
        return None if key in self.handled else self.requests.get(key)

    def mark_handled(self, key: str) -> None:
        self.handled.add(key)

    def account(self, user: str, now: datetime) -> Account | None:
        return self.accounts.get(user)

    def keep_account(self, user: str, account: Account, now: datetime) -> None:
        self.accounts[user] = account

    def message_ref(self, demo_id: str) -> MessageRef | None:
        return self.refs.get(demo_id)

    def add_message_ref(self, ref: MessageRef) -> None:
        self.refs.setdefault(ref.demo_id, ref)

    def mark_posted(self, ref: MessageRef) -> None:
        known = self.refs[ref.demo_id]
        self.refs[ref.demo_id] = replace(known, channel=ref.channel, ts=ref.ts, digest=ref.digest)

    def mark_notified(self, demo_id: str, notice: str) -> None:
        known = self.refs[demo_id]
        self.refs[demo_id] = replace(known, notified=known.notified | {notice})


@dataclass
class MemoryChat:
    """The ports Chat, Directory and Forms, in memory.

    A method raises its `errors` first, one a call.
    """

    posts: list[tuple[str, Message, str, bool]] = field(default_factory=list)
    updates: list[Message] = field(default_factory=list)
    responses: list[Message] = field(default_factory=list)
    views: list[Json] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    errors: dict[str, list[DemoError]] = field(default_factory=dict)

    def _fail(self, method: str) -> None:
        if self.errors.get(method):
            raise self.errors[method].pop(0)

    def account(self, user: str) -> Account:
        self._fail("account")
        self.looked_up.append(user)
        if user not in PEOPLE:
            raise Unverified("your Slack e-mail address is not confirmed; confirm it in Slack")
        return Account(email=PEOPLE[user], zone=ZONE)

    def post(
        self, channel: str, message: Message, *, thread: str = "", broadcast: bool = False
    ) -> tuple[str, str]:
        self._fail("post")
        self.posts.append((channel, message, thread, broadcast))
        return channel, f"1.{len(self.posts)}"

    def update(self, channel: str, ts: str, message: Message) -> None:
        self._fail("update")
        self.updates.append(message)

    def respond(self, response_url: str, message: Message) -> None:
        self._fail("respond")
        self.responses.append(message)

    def open_form(self, trigger_id: str, view: Json) -> None:
        self._fail("open_form")
        self.views.append(view)

    def update_form(self, view_id: str, view_hash: str, view: Json) -> None:
        self._fail("update_form")
        self.views.append(view)


class SlackStage(Stage):
    """A world in memory with Slack at hand."""

    def __init__(self, **quotas: int) -> None:
        super().__init__(**quotas)
        self._requests = 0
        self.slack_store = MemorySlackStore()
        self.chat = MemoryChat()
        self.slack_policy = SlackPolicy(admins=frozenset({PEOPLE[ADMIN]}), cidr=(HOME,))

    @property
    def intake(self) -> Intake:
        """What the function that Slack calls works with."""
        return Intake(
            offer=self.offer,
            requests=self.slack_store,
            forms=self.chat,
            clock=self.clock,
            new_id=self.ports.new_id,
            policy=self.slack_policy,
        )

    @property
    def updates(self) -> Updates:
        """What the stream's function works with."""
        handling = SlackRequests(
            requests=self.slack_store,
            accounts=self.slack_store,
            directory=self.chat,
            refs=self.slack_store,
            read=self.read,
            request=self.request,
            change=self.change,
            sharing=self.sharing,
            spec=SpecCommands(
                change=self.change,
                access=self.access,
                credentials=self.credentials,
                offer=self.offer,
            ),
            clock=self.clock,
            policy=self.slack_policy,
        )
        return Updates(
            handle=handling.handle,
            records=self.store,
            requests=self.slack_store,
            refs=self.slack_store,
            chat=self.chat,
        )

    def slack_request(self, command: DemoCommand, user: str = ANN, **more: Any) -> SlackRequest:
        """Record a request, as Slack's function does."""
        self._requests += 1
        number = self._requests
        made = SlackRequest(
            key=f"key{number}",
            command=command,
            user=user,
            channel=CHANNEL,
            response_url="https://hooks.slack.com/x",
            demo_id=f"slack{number:04d}",
            at=NOW,
        )
        request = replace(made, **more)
        self.slack_store.add_request(request)
        return request

    def handle(self, command: DemoCommand, user: str = ANN, **more: Any) -> SlackRequest:
        """Record a request and handle it, as the stream's function does."""
        request = self.slack_request(command, user, **more)
        respond_to(self.updates, request.key)
        return request


def text_of(message: Message) -> str:
    """Return everything a message says, as one text."""
    parts = [message.text]
    for block in message.blocks:
        parts += [
            t["text"]
            for t in [block.get("text"), *block.get("elements", [])]
            if t and isinstance(t.get("text"), str)
        ]
    return "\n".join(parts)


def buttons(message: Message) -> dict[str, dict[str, Any]]:
    """Return a message's buttons by their action."""
    rows = [block["elements"] for block in message.blocks if block["type"] == "actions"]
    return {element["action_id"]: element for row in rows for element in row}

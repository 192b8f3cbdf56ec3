"""Slack in memory: its notes, its chat, and a stage that has both."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from chalicelib.core.chat.blocks import Message
from chalicelib.core.chat.orders import DemoCommand
from chalicelib.core.errors import DemoError
from chalicelib.services.slack_ports import MessageRef, SlackRequest, SlackWorld, Unverified
from tests.unit.builders import HOME, NOW, OWNER, Stage

ANN, BOB, ADMIN = "U0ANN", "U0BOB", "U0ADMIN"
PEOPLE = {ANN: OWNER, BOB: "bob@example.com", ADMIN: "admin@example.com"}
CHANNEL = "C0DEMOS"


class MemoryNotes:
    """The Notes port, in memory."""

    def __init__(self) -> None:
        self.asks: dict[str, SlackRequest] = {}
        self.done: set[str] = set()
        self.people: dict[str, str] = {}
        self.places: dict[str, MessageRef] = {}

    def ask(self, ask: SlackRequest) -> bool:
        if ask.key in self.asks:
            return False
        self.asks[ask.key] = ask
        return True

    def finished(self, key: str) -> bool:
        return key in self.done

    def finish(self, key: str) -> None:
        self.done.add(key)

    def person(self, user: str, now: datetime) -> str | None:
        return self.people.get(user)

    def remember(self, user: str, email: str, now: datetime) -> None:
        self.people[user] = email

    def place(self, demo_id: str) -> MessageRef | None:
        return self.places.get(demo_id)

    def found(self, place: MessageRef) -> None:
        self.places.setdefault(place.demo_id, place)

    def posted(self, place: MessageRef) -> None:
        known = self.places[place.demo_id]
        self.places[place.demo_id] = replace(
            known, channel=place.channel, ts=place.ts, shown=place.shown
        )

    def told(self, demo_id: str, notice: str) -> None:
        known = self.places[demo_id]
        self.places[demo_id] = replace(known, told=known.told | {notice})


@dataclass
class MemoryChat:
    """The Chat port, in memory; `errors` are raised by the next calls of a method, in turn."""

    posts: list[tuple[str, Message, str, bool]] = field(default_factory=list)
    updates: list[Message] = field(default_factory=list)
    answers: list[Message] = field(default_factory=list)
    looked_up: list[str] = field(default_factory=list)
    errors: dict[str, list[DemoError]] = field(default_factory=dict)

    def _fail(self, method: str) -> None:
        if self.errors.get(method):
            raise self.errors[method].pop(0)

    def email(self, user: str) -> str:
        self._fail("email")
        self.looked_up.append(user)
        if user not in PEOPLE:
            raise Unverified("your Slack e-mail address is not confirmed; confirm it in Slack")
        return PEOPLE[user]

    def post(
        self, channel: str, message: Message, *, thread: str = "", broadcast: bool = False
    ) -> tuple[str, str]:
        self._fail("post")
        self.posts.append((channel, message, thread, broadcast))
        return channel, f"1.{len(self.posts)}"

    def update(self, channel: str, ts: str, message: Message) -> None:
        self._fail("update")
        self.updates.append(message)

    def answer(self, response_url: str, message: Message) -> None:
        self._fail("answer")
        self.answers.append(message)


class SlackStage(Stage):
    """A world in memory with Slack at hand."""

    def __init__(self, **quotas: int) -> None:
        super().__init__(**quotas)
        self.notes = MemoryNotes()
        self.chat = MemoryChat()
        self.slack = SlackWorld(
            world=self.world,
            notes=self.notes,
            chat=self.chat,
            admins=frozenset({PEOPLE[ADMIN]}),
            cidr=(HOME,),
        )
        self._asked = 0

    def ask(self, order: DemoCommand, user: str = ANN, **more: Any) -> SlackRequest:
        self._asked += 1
        made = SlackRequest(
            key=f"key{self._asked}",
            order=order,
            user=user,
            channel=CHANNEL,
            response_url="https://hooks.slack.com/x",
            demo_id=f"slack{self._asked:04d}",
            at=NOW,
        )
        return replace(made, **more)


def said(message: Message) -> str:
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

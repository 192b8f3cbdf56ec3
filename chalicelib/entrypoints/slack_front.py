"""What Slack's commands, buttons and forms do: each listener notes what is asked, or answers.

Nothing here waits for the work: an order becomes one write, which the table's stream carries
to `slack_stream`. The one call to Slack on this path is for the form, whose trigger is good for
three seconds; it may take one, and when it does not come off the answer says so in words.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from slack_bolt import Ack, BoltContext, BoltResponse

from chalicelib.adapters.slack import SlackChat
from chalicelib.adapters.slack_secret import Credentials
from chalicelib.core.chat import form, messages
from chalicelib.core.chat.blocks import Block, Message, message
from chalicelib.core.chat.command import parse
from chalicelib.core.chat.orders import (
    Command,
    Create,
    Delete,
    DemoCommand,
    Extend,
    Help,
    Misunderstood,
    OpenForm,
    Retry,
    ShowCatalog,
)
from chalicelib.core.demo import DEMO_ID
from chalicelib.core.errors import DemoError, InvalidRequest
from chalicelib.entrypoints.logs import logger
from chalicelib.services.slack_ask import invalid, prechecked
from chalicelib.services.slack_ports import SlackRequest, SlackWorld
from chalicelib.wiring import settings

Payload = dict[str, Any]
_FORM_SECONDS: Final = 1


class Front:
    """The listeners: each answers at once, after one write at most."""

    def __init__(self, credentials: Credentials, slack: SlackWorld) -> None:
        self._team = credentials.team_id
        self._slack = slack
        self._forms = SlackChat(
            credentials.bot_token, settings().slack_api_url, timeout=_FORM_SECONDS, patience=0
        )

    def only_our_team(self, context: BoltContext, next: Any) -> Any:  # noqa: A002 - bolt's word
        """Refuse what another workspace signed: an app's secret is the same in all of them."""
        if context.team_id != self._team:
            logger.error("call from another workspace", extra={"team": context.team_id})
            return BoltResponse(status=HTTPStatus.FORBIDDEN)
        return next()

    def command(self, ack: Ack, command: Payload) -> None:
        """Read what was typed after the slash command."""
        there = self._catalog()
        understood: Command = parse(command.get("text") or "", there.components)
        match understood:
            case Help():
                _reply(ack, messages.usage())
            case ShowCatalog():
                _reply(ack, messages.catalog(there))
            case Misunderstood():
                _reply(ack, messages.misunderstood(understood.problems))
            case OpenForm():
                self._open(ack, command)
            case _:
                self._order(ack, command, understood)

    def _order(self, ack: Ack, command: Payload, order: DemoCommand) -> None:
        if isinstance(order, Create) and (problems := self._problems(order)):
            _reply(ack, messages.misunderstood([invalid(problems)]))
            return
        self._note(
            _key(command, command.get("trigger_id")),
            order,
            user=command["user_id"],
            channel=command.get("channel_id", ""),
            response_url=command.get("response_url", ""),
        )
        if isinstance(order, Create):
            named = () if isinstance(order.components, str) else order.components
            what = ", ".join(f"`{name}`" for name in named) or "everything"
            hello = f":wave: On it: a demo of {what}. It shows here in a moment."
            _reply(ack, messages.word(hello))
        else:
            ack()

    def _open(self, ack: Ack, command: Payload) -> None:
        origin = {
            "channel": command.get("channel_id", ""),
            "response_url": command.get("response_url", ""),
        }
        try:
            self._forms.open_form(command["trigger_id"], self._form(json.dumps(origin)))
        except DemoError as error:
            logger.error("the form could not be opened", extra={"why": str(error)})
            there = messages.catalog(self._catalog())
            excuse = messages.word(":grey_question: Slack would not open the form just now.")
            _reply(ack, message(there.text, [*excuse.blocks, *there.blocks]))
        else:
            ack()

    def press(self, ack: Ack, body: Payload, action: Payload) -> None:
        """Note a button of a demo."""
        order = pressed(action["action_id"], action.get("value", ""))
        if order is not None:
            self._note(
                _key(body, body.get("trigger_id")),
                order,
                user=body["user"]["id"],
                channel=(body.get("channel") or {}).get("id", ""),
                response_url=body.get("response_url", ""),
                pressed=True,
            )
        ack()

    def opened(self, ack: Ack) -> None:
        """Acknowledge the button that opens a link, which Slack tells of as well."""
        ack()

    def pick(self, ack: Ack, body: Payload) -> None:
        """Show in an open form what the components picked bring, and how long they take."""
        view = body["view"]
        chosen = form.picked(view["state"]["values"])
        try:
            self._forms.update_form(
                view["id"], view["hash"], self._form(view["private_metadata"], chosen)
            )
        except DemoError as error:
            logger.error("the form could not be updated", extra={"why": str(error)})
        ack()

    def submit(self, ack: Ack, body: Payload, view: Payload) -> None:
        """Take a form that was sent, or say at each field what is wrong with it."""
        order = form.read(view["state"]["values"])
        if isinstance(order, dict):
            ack(response_action="errors", errors=order)
            return
        if problems := self._problems(order):
            ack(response_action="errors", errors=form.errors(problems.problems))
            return
        origin = json.loads(view["private_metadata"] or "{}")
        self._note(
            # A view is sent once: a second press of its button brings the same id.
            _key(body, view["id"]),
            order,
            user=body["user"]["id"],
            channel=origin.get("channel", ""),
            response_url=origin.get("response_url", ""),
        )
        ack()

    def _note(self, key: str, order: DemoCommand, **of: Any) -> None:
        world = self._slack.world
        ask = SlackRequest(key=key, order=order, demo_id=world.new_id(), at=world.clock(), **of)
        new = self._slack.notes.ask(ask)
        logger.info("asked in Slack", extra={"order": order.kind, "user": ask.user, "new": new})

    def _problems(self, order: Create) -> InvalidRequest | None:
        try:
            prechecked(self._slack, order)
        except InvalidRequest as error:
            return error
        return None

    def _form(self, metadata: str, chosen: tuple[str, ...] = ()) -> Block:
        return form.form(
            self._catalog(),
            self._slack.world.policy.lease,
            cidr=self._slack.cidr,
            metadata=metadata,
            picked=chosen,
        )

    def _catalog(self) -> Any:
        return self._slack.world.templates.catalog()


def pressed(action_id: str, value: str) -> DemoCommand | None:
    """Return the order behind a button of ours; None for one that makes no sense."""
    demo_id, _, seen = value.partition(" ")
    if not DEMO_ID.fullmatch(demo_id):
        return None
    match action_id:
        case messages.EXTEND:
            end = _moment(seen)
            return Extend(demo_id=demo_id, seen=end) if end else None
        case messages.DELETE:
            return Delete(demo_id=demo_id)
        case messages.RETRY:
            return Retry(demo_id=demo_id)
        case _:
            return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _key(body: Payload, of: str | None) -> str:
    """Return the name of one press, however often it is delivered."""
    identity = of or json.dumps(body, sort_keys=True)
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def _reply(ack: Ack, said: Message) -> None:
    ack(text=said.text, blocks=list(said.blocks), response_type="ephemeral")

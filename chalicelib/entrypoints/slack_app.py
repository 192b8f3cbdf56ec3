"""What Slack calls: slack-bolt speaks the protocol, and each listener notes or answers.

Nothing here waits for the work: an order becomes one write, which the table's stream carries
to `slack_stream`. The one call to Slack on this path is for the form, whose trigger is good for
three seconds; it may take one, and when it does not come off the answer says so in words.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, Final

from chalice.app import Request
from slack_bolt import Ack, App, BoltContext, BoltResponse
from slack_bolt.adapter.aws_lambda.chalice_handler import ChaliceSlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

from chalicelib.adapters.slack import SlackChat
from chalicelib.adapters.slack_secret import Credentials
from chalicelib.core.chat import form, messages
from chalicelib.core.chat.blocks import Block, Message, message
from chalicelib.core.chat.command import parse
from chalicelib.core.chat.orders import (
    Command,
    Create,
    Delete,
    Extend,
    Help,
    Misunderstood,
    OpenForm,
    Order,
    Retry,
    ShowCatalog,
)
from chalicelib.core.demo import DEMO_ID
from chalicelib.core.errors import DemoError, InvalidRequest, RetryableError
from chalicelib.entrypoints.logs import logger
from chalicelib.services.slack_ask import invalid, prechecked
from chalicelib.services.slack_ports import Ask, SlackWorld
from chalicelib.wiring import settings, slack_credentials, slack_world

Payload = dict[str, Any]
_FORM_SECONDS: Final = 1
_PRESSES: Final = re.compile(f"{messages.EXTEND}|{messages.DELETE}|{messages.RETRY}")


def respond(event: Payload, context: Any) -> Payload:
    """Answer a call of Slack's, in API Gateway's form; 404 where Slack is not set up."""
    try:
        credentials = slack_credentials()
    except RetryableError as error:
        logger.error("Slack's secret cannot be read just now", extra={"why": str(error)})
        return _problem(HTTPStatus.SERVICE_UNAVAILABLE, "try again in a moment")
    except DemoError as error:
        logger.error("Slack is off", extra={"why": str(error)})
        return _problem(HTTPStatus.NOT_FOUND, "Slack is not set up here")
    if not _readable(event.get("headers") or {}):
        return _problem(HTTPStatus.UNAUTHORIZED, _DETAILS[401])
    handler = ChaliceSlackRequestHandler(
        app=_bolt(credentials), chalice=SimpleNamespace(lambda_context=context)
    )
    try:
        answer = handler.handle(Request(event, context))
    except Exception as error:  # noqa: BLE001 - bolt reads a body before it verifies it, and
        # fails in many ways over odd ones; what our listeners raise goes to `failed` instead.
        logger.warning("unreadable", extra={"why": repr(error)[:200]})
        return _problem(HTTPStatus.BAD_REQUEST, "the body cannot be read")
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        logger.info("Slack's call refused", extra={"status": answer.status_code})
        return _problem(HTTPStatus(answer.status_code), _DETAILS.get(answer.status_code, ""))
    return {
        "statusCode": answer.status_code,
        "headers": answer.headers,
        "body": answer.body or "",
    }


_DETAILS: Final = {
    401: "the signature does not verify, or is older than five minutes",
    403: "this workspace is not the one that the service is set up for",
    404: "there is nothing here for such a request",
}


_SHAPES: Final = {
    "x-slack-request-timestamp": re.compile(r"[0-9]{1,12}"),
    "x-slack-signature": re.compile(r"[!-~]{1,100}"),
}


def _readable(headers: Mapping[str, str]) -> bool:
    """Whether the headers of a signature, where there are any, are such as bolt can compare."""
    return all(
        _SHAPES[name.lower()].fullmatch(value)
        for name, value in headers.items()
        if name.lower() in _SHAPES
    )


def _problem(status: HTTPStatus, detail: str) -> Payload:
    body = {"type": "about:blank", "title": status.phrase, "status": int(status)}
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": "application/problem+json"},
        "body": json.dumps(body | {"detail": detail or "something went wrong on our side"}),
    }


@functools.lru_cache(maxsize=1)
def _bolt(credentials: Credentials) -> App:
    """Return the application for these credentials; it asks Slack nothing by itself."""

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(
            enterprise_id=enterprise_id, team_id=team_id, bot_token=credentials.bot_token
        )

    front = Front(credentials, slack_world())
    app = App(
        signing_secret=credentials.signing_secret,
        authorize=authorize,
        process_before_response=True,
    )
    app.use(front.only_our_team)
    app.command(re.compile("/.+"))(front.command)
    app.action(_PRESSES)(front.press)
    app.action(form.PICK)(front.pick)
    app.action(messages.OPEN)(front.opened)
    app.view(form.FORM)(front.submit)
    app.error(failed)
    return app


def failed(error: Exception, body: Payload) -> BoltResponse | None:
    """Say that something went wrong where Slack shows words; a button gets its warning sign."""
    logger.error("a Slack call failed", exc_info=error)
    sorry = "Something went wrong on our side; try again in a moment."
    if "command" in body:
        return _json({"response_type": "ephemeral", "text": sorry})
    if body.get("type") == "view_submission":
        return _json({"response_action": "errors", "errors": {"components": sorry}})
    return None


def _json(body: Payload) -> BoltResponse:
    return BoltResponse(
        status=200, body=json.dumps(body), headers={"content-type": "application/json"}
    )


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

    def _order(self, ack: Ack, command: Payload, order: Order) -> None:
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

    def _note(self, key: str, order: Order, **of: Any) -> None:
        world = self._slack.world
        ask = Ask(key=key, order=order, demo_id=world.new_id(), at=world.clock(), **of)
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
            self._slack.world.rules.lease,
            cidr=self._slack.cidr,
            metadata=metadata,
            picked=chosen,
        )

    def _catalog(self) -> Any:
        return self._slack.world.shelf.catalog()


def pressed(action_id: str, value: str) -> Order | None:
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

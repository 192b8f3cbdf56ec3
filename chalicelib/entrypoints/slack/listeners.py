"""What Slack's commands, buttons and forms do: each listener records a request, or answers.

Nothing here waits for the work: a command becomes one write, which the table's stream carries
to `stream`. The one call to Slack on this path is for the form, whose trigger is good for three
seconds; it may take one, and when it fails the answer says so in words.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from http import HTTPStatus
from typing import Any

from slack_bolt import Ack, BoltContext, BoltResponse

from chalicelib.core.catalog import Catalog
from chalicelib.core.demo import DEMO_ID
from chalicelib.core.errors import DemoError, InvalidRequest
from chalicelib.entrypoints.logs import logger
from chalicelib.entrypoints.slack import form, responses, status_message
from chalicelib.entrypoints.slack.command import Help, OpenForm, ShowCatalog, parse
from chalicelib.entrypoints.slack.create import Misunderstood
from chalicelib.services.slack.commands import Create, Delete, DemoCommand, Extend, Retry
from chalicelib.services.slack.ports import Json, Message, SlackContext, SlackRequest
from chalicelib.services.slack.requests import check_create


class Listeners:
    """The listeners: each answers at once, after one write at most."""

    def __init__(self, team_id: str, slack: SlackContext) -> None:
        self._team_id = team_id
        self._slack = slack

    def only_our_team(self, context: BoltContext, next: Any) -> Any:  # noqa: A002 - bolt's word
        """Refuse what another workspace signed: an app's secret is the same in all of them."""
        if context.team_id != self._team_id:
            logger.error("call from another workspace", extra={"team": context.team_id})
            return BoltResponse(status=HTTPStatus.FORBIDDEN)
        return next()

    def command(self, ack: Ack, command: Json) -> None:
        """Read what was typed after the slash command."""
        catalog = self._catalog()
        understood = parse(command.get("text") or "", catalog.components)
        match understood:
            case Help():
                _answer(ack, responses.usage())
            case ShowCatalog():
                _answer(ack, responses.catalog(catalog))
            case Misunderstood():
                _answer(ack, responses.misunderstood(understood.problems))
            case OpenForm():
                self._open(ack, command)
            case Create() if problem := self._problem(understood):
                _answer(ack, responses.misunderstood([responses.explained(problem)]))
            case _:
                self._record(
                    _key(command, command.get("trigger_id")),
                    understood,
                    user=command["user_id"],
                    channel=command.get("channel_id", ""),
                    response_url=command.get("response_url", ""),
                )
                if isinstance(understood, Create):
                    _answer(ack, responses.accepted(understood))
                else:
                    ack()

    def _open(self, ack: Ack, command: Json) -> None:
        origin = {
            "channel": command.get("channel_id", ""),
            "response_url": command.get("response_url", ""),
        }
        try:
            self._slack.forms.open_form(command["trigger_id"], self._form(json.dumps(origin)))
        except DemoError as error:
            logger.error("the form could not be opened", extra={"why": str(error)})
            _answer(ack, responses.no_form(self._catalog()))
        else:
            ack()

    def press(self, ack: Ack, body: Json, action: Json) -> None:
        """Record the command of a demo's button."""
        command = command_of(action["action_id"], action.get("value", ""))
        if command is not None:
            self._record(
                _key(body, body.get("trigger_id")),
                command,
                user=body["user"]["id"],
                channel=(body.get("channel") or {}).get("id", ""),
                response_url=body.get("response_url", ""),
                pressed=True,
            )
        ack()

    def opened(self, ack: Ack) -> None:
        """Acknowledge the button that opens a link, which Slack reports as well."""
        ack()

    def pick(self, ack: Ack, body: Json) -> None:
        """Show in an open form what the components picked bring, and how long they take."""
        view = body["view"]
        chosen = form.picked(view["state"]["values"])
        try:
            self._slack.forms.update_form(
                view["id"], view["hash"], self._form(view["private_metadata"], chosen)
            )
        except DemoError as error:
            logger.error("the form could not be updated", extra={"why": str(error)})
        ack()

    def submit(self, ack: Ack, body: Json, view: Json) -> None:
        """Take a form that was sent, or say at each field what is wrong with it."""
        command = form.read(view["state"]["values"])
        if isinstance(command, dict):
            ack(response_action="errors", errors=command)
            return
        if problem := self._problem(command):
            ack(response_action="errors", errors=form.errors(problem.problems))
            return
        origin = json.loads(view["private_metadata"] or "{}")
        self._record(
            # A view is sent once: a second press of its button brings the same id.
            _key(body, view["id"]),
            command,
            user=body["user"]["id"],
            channel=origin.get("channel", ""),
            response_url=origin.get("response_url", ""),
        )
        ack()

    def _record(self, key: str, command: DemoCommand, **of: Any) -> None:
        ports = self._slack.use_cases.ports
        request = SlackRequest(
            key=key, command=command, demo_id=ports.new_id(), at=ports.clock(), **of
        )
        new = self._slack.store.add_request(request)
        logger.info(
            "requested in Slack",
            extra={"command": command.kind, "user": request.user, "new": new},
        )

    def _problem(self, command: Create) -> InvalidRequest | None:
        try:
            check_create(self._slack, command)
        except InvalidRequest as error:
            return error
        return None

    def _form(self, metadata: str, chosen: tuple[str, ...] = ()) -> Json:
        return form.form(
            self._catalog(),
            self._slack.use_cases.policy.lease,
            region=self._slack.use_cases.policy.request.home_region,
            cidr=self._slack.policy.cidr,
            metadata=metadata,
            picked=chosen,
        )

    def _catalog(self) -> Catalog:
        return self._slack.use_cases.offer.catalog()


def command_of(action_id: str, value: str) -> DemoCommand | None:
    """Return the command of a button of ours; None for one that makes no sense."""
    demo_id, _, seen = value.partition(" ")
    if not DEMO_ID.fullmatch(demo_id):
        return None
    match action_id:
        case status_message.EXTEND:
            end = _moment(seen)
            return Extend(demo_id=demo_id, seen=end) if end else None
        case status_message.DELETE:
            return Delete(demo_id=demo_id)
        case status_message.RETRY:
            return Retry(demo_id=demo_id)
        case _:
            return None


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _key(body: Json, of: str | None) -> str:
    """Return the name of one press, however often it is delivered."""
    identity = of or json.dumps(body, sort_keys=True)
    return hashlib.sha256(identity.encode()).hexdigest()[:32]


def _answer(ack: Ack, message: Message) -> None:
    ack(text=message.text, blocks=list(message.blocks), response_type="ephemeral")

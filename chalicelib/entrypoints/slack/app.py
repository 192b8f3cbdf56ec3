"""What Slack calls: slack-bolt speaks the protocol, and a listener does what each call is for.

Nothing here waits for the work: a command becomes one write, which the table's stream carries
to `stream`. The one call to Slack on this path is for the form, whose trigger is good for three
seconds; it may take one, and when it fails the answer says so in words.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, Final

from chalice.app import Request
from slack_bolt import Ack, App, BoltContext, BoltRequest, BoltResponse
from slack_bolt.adapter.aws_lambda.chalice_handler import ChaliceSlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

from chalicelib.core.catalog import ALL
from chalicelib.core.errors import DemoError, InvalidRequest, RetryableError
from chalicelib.entrypoints.logs import logger
from chalicelib.entrypoints.own_address import own_address
from chalicelib.entrypoints.slack import form, responses, spec, status_message
from chalicelib.entrypoints.slack.command import Help, OpenForm, ShowCatalog, parse
from chalicelib.entrypoints.slack.create import Misunderstood
from chalicelib.entrypoints.slack.words import component_words
from chalicelib.services.slack.commands import (
    Create,
    DemoCommand,
)
from chalicelib.services.slack.ports import Credentials, Message
from chalicelib.services.slack.requests import Intake
from chalicelib.wiring import slack_credentials, slack_intake

Payload = dict[str, Any]
_COMMAND_BUTTONS: Final = re.compile(
    "|".join([*status_message.COMMANDS, *spec.BUTTONS, responses.RUN])
)
_PAGE_HEADER: Final = "x-stelligent-demo-page"


def acknowledge(event: Payload, context: Any) -> Payload:
    """Answer a call of Slack's, in API Gateway's form; 404 where Slack is not set up."""
    try:
        credentials = slack_credentials()
    except RetryableError as error:
        logger().error("Slack's secret cannot be read just now", extra={"why": str(error)})
        return _problem(HTTPStatus.SERVICE_UNAVAILABLE, "try again in a moment")
    except DemoError as error:
        logger().error("Slack is off", extra={"why": str(error)})
        return _problem(HTTPStatus.NOT_FOUND, "Slack is not set up here")
    headers = event.get("headers") or {}
    if not _readable(headers):
        return _problem(HTTPStatus.UNAUTHORIZED, _DETAILS[401])
    event = event | {"headers": headers | {_PAGE_HEADER: _page_url(event, headers)}}
    handler = ChaliceSlackRequestHandler(
        app=_bolt(credentials), chalice=SimpleNamespace(lambda_context=context)
    )
    try:
        answer = handler.handle(Request(event, context))
    except Exception as error:  # noqa: BLE001 - bolt reads a body before it verifies it, and
        # fails in many ways over odd ones; what our listeners raise goes to `failed` instead.
        logger().warning("unreadable", extra={"why": repr(error)[:200]})
        return _problem(HTTPStatus.BAD_REQUEST, "the body cannot be read")
    if answer.status_code >= HTTPStatus.BAD_REQUEST:
        logger().info("Slack's call refused", extra={"status": answer.status_code})
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

    listeners = Listeners(credentials.team_id, slack_intake())
    app = App(
        signing_secret=credentials.signing_secret,
        authorize=authorize,
        process_before_response=True,
    )
    app.use(listeners.only_our_team)
    app.command(re.compile("/.+"))(listeners.command)
    app.action(_COMMAND_BUTTONS)(listeners.press)
    app.action(form.PICK)(listeners.pick)
    app.action(re.compile(f"{status_message.OPEN}.*"))(listeners.opened)
    app.view(form.FORM)(listeners.submit)
    app.error(failed)
    return app


class Listeners:
    """What is done for each call: each answers at once, after one write at most."""

    def __init__(self, team_id: str, intake: Intake) -> None:
        self._team_id = team_id
        self._intake = intake

    def only_our_team(self, context: BoltContext, next: Any) -> Any:  # noqa: A002 - bolt's word
        """Refuse what another workspace signed: an app's secret is the same in all of them."""
        if context.team_id != self._team_id:
            logger().error("call from another workspace", extra={"team": context.team_id})
            return BoltResponse(status=HTTPStatus.FORBIDDEN)
        return next()

    def command(self, ack: Ack, command: Payload, request: BoltRequest) -> None:
        """Do what was typed after the slash command."""
        text = command.get("text") or ""
        if answer := self._do(text, command, request):
            ack(text=answer.text, blocks=list(answer.blocks), response_type="ephemeral")
        else:
            ack()

    def _do(self, text: str, command: Payload, request: BoltRequest) -> Message | None:
        """Return the answer to a text, or None where more than words follow."""
        catalog = self._intake.offer.catalog()
        match parse(text, component_words(catalog)):
            case Help():
                return responses.usage()
            case ShowCatalog():
                return responses.catalog(catalog)
            case Misunderstood() as unclear:
                return responses.misunderstood(unclear.problems)
            case OpenForm():
                opened = form.opened(self._intake, command)
                return None if opened else responses.no_form(catalog)
            case Create() as wanted:
                return self._create(text, wanted, command, request)
            case understood:
                self._record(understood, command, request)
                return None

    def _create(
        self, text: str, wanted: Create, command: Payload, request: BoltRequest
    ) -> Message:
        try:
            if not wanted.components:
                everything = replace(wanted, components=ALL)
                return responses.everything(text, self._intake.preview(everything))
            preview = self._intake.preview(wanted)
        except InvalidRequest as error:
            return responses.misunderstood([responses.explained(error)])
        self._record(wanted, command, request)
        return responses.accepted(wanted, preview)

    def press(self, ack: Ack, body: Payload, action: Payload, request: BoltRequest) -> None:
        """Record the command of a button."""
        command = self._command_of(action["action_id"], action.get("value", ""))
        if command is not None:
            self._record(command, body, request, pressed=True)
        ack()

    def _command_of(self, action_id: str, value: str) -> DemoCommand | None:
        if action_id != responses.RUN:
            return status_message.command_of(action_id, value)
        command = parse(value, component_words(self._intake.offer.catalog()))
        return command if isinstance(command, Create) else None

    def opened(self, ack: Ack) -> None:
        """Acknowledge the button that opens a link, which Slack reports as well."""
        ack()

    def pick(self, ack: Ack, body: Payload) -> None:
        """Show in an open form what the components picked bring, and how long they take."""
        form.update(self._intake, body["view"])
        ack()

    def submit(self, ack: Ack, body: Payload, view: Payload, request: BoltRequest) -> None:
        """Take a form that was sent, or say at each field what is wrong with it."""
        command = form.checked(self._intake, view["state"]["values"])
        if isinstance(command, Create):
            self._record(command, body | json.loads(view["private_metadata"] or "{}"), request)
            ack()
        else:
            ack(response_action="errors", errors=command)

    def _record(
        self, command: DemoCommand, body: Payload, request: BoltRequest, *, pressed: bool = False
    ) -> None:
        user = body.get("user_id") or body["user"]["id"]
        new = self._intake.record(
            _press(body),
            command,
            user=user,
            channel=body.get("channel_id") or (body.get("channel") or {}).get("id", ""),
            response_url=body.get("response_url", ""),
            pressed=pressed,
            page_url="".join(request.headers.get(_PAGE_HEADER, [])),
        )
        extra = {"command": command.kind, "user": user, "new": new}
        logger().info("requested in Slack", extra=extra)


def _press(body: Payload) -> str:
    """Return what names one press, however often it is delivered.

    A form is sent once and a question is answered once: a second press brings the same id.
    """
    action = (body.get("actions") or [{}])[0]
    if action.get("action_id") == responses.RUN:
        container = body.get("container") or {}
        return f"{container.get('message_ts') or body.get('trigger_id')} {action.get('value')}"
    view = body.get("view") or {}
    return view.get("id") or body.get("trigger_id") or json.dumps(body, sort_keys=True)


def _page_url(event: Payload, headers: Mapping[str, str]) -> str:
    """Return where the web page is: beside the address that Slack called."""
    path = event["requestContext"].get("path", "")
    host = next((value for name, value in headers.items() if name.lower() == "host"), "")
    service = own_address(host, path, "/slack/events")
    return f"{service}/app" if service else ""


def failed(error: Exception, body: Payload) -> BoltResponse | None:
    """Say that something went wrong where Slack shows words; a button gets its warning sign."""
    logger().error("a Slack call failed", exc_info=error)
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

"""What Slack calls: slack-bolt speaks the protocol, `listeners` has what each call does."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from http import HTTPStatus
from types import SimpleNamespace
from typing import Any, Final

from chalice.app import Request
from slack_bolt import App, BoltResponse
from slack_bolt.adapter.aws_lambda.chalice_handler import ChaliceSlackRequestHandler
from slack_bolt.authorization import AuthorizeResult

from chalicelib.core.errors import DemoError, RetryableError
from chalicelib.entrypoints.logs import logger
from chalicelib.entrypoints.slack import form, status_message
from chalicelib.entrypoints.slack.listeners import Listeners
from chalicelib.services.slack.ports import Credentials
from chalicelib.wiring import slack_context, slack_credentials

Payload = dict[str, Any]
_COMMAND_BUTTONS: Final = re.compile(
    f"{status_message.EXTEND}|{status_message.DELETE}|{status_message.RETRY}"
)


def acknowledge(event: Payload, context: Any) -> Payload:
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

    listeners = Listeners(credentials.team_id, slack_context())
    app = App(
        signing_secret=credentials.signing_secret,
        authorize=authorize,
        process_before_response=True,
    )
    app.use(listeners.only_our_team)
    app.command(re.compile("/.+"))(listeners.command)
    app.action(_COMMAND_BUTTONS)(listeners.press)
    app.action(form.PICK)(listeners.pick)
    app.action(status_message.OPEN)(listeners.opened)
    app.view(form.FORM)(listeners.submit)
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

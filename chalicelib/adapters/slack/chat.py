"""Slack's Web API behind the ports Chat, Directory and Forms, its errors turned into ours.

After a 429 a short wait is spent here; a longer one is raised as Throttled, and no call is made
before it is over. So however many batches of the stream follow, Slack is called at most once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.client import HTTPException
from typing import Any, Final
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.webhook import WebhookClient

from chalicelib.core.errors import AccessDenied, DemoError, Rejected, Throttled, Unavailable
from chalicelib.core.identity import owner_from
from chalicelib.services.slack.ports import (
    Account,
    ChannelUnavailable,
    Json,
    Message,
    Unverified,
)

API_URL: Final = "https://slack.com/api/"
_RESPONSE_HOSTS: Final = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})
_LATER: Final = frozenset(
    {"internal_error", "fatal_error", "service_unavailable", "request_timeout", "ratelimited"}
)
_UNAVAILABLE: Final = frozenset(
    {
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "restricted_action",
        "message_not_found",
        "cant_update_message",
        "edit_window_closed",
        "thread_not_found",
        "cannot_reply_to_message",
    }
)
_DENIED: Final = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "account_inactive",
        "token_expired",
        "token_revoked",
        "missing_scope",
        "no_permission",
    }
)
_OUTSIDE: Final = ("deleted", "is_bot", "is_stranger")
_GUEST: Final = ("is_restricted", "is_ultra_restricted")
"""The fields that mark an account without a person, and a guest's (Slack API, "User object")."""
_DEFAULT_RETRY_AFTER: Final = 30.0
_DAY: Final = 24 * 3600
_RESPONSE: Final = "response_url"


class SlackChat:
    """One workspace's Slack, by the id of its team; `guests` says whether those count as members.

    `timeout` is in seconds for one call; `patience` is how many seconds a call may wait for
    Slack's rate limit to let it through.
    """

    def __init__(
        self,
        token: str,
        api_url: str = API_URL,
        *,
        team_id: str = "",
        guests: bool = False,
        timeout: int = 5,
        patience: float = 20,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = WebClient(token=token, base_url=api_url, timeout=timeout, retry_handlers=[])
        self._team_id = team_id
        self._guests = guests
        self._timeout = timeout
        self._patience = patience
        self._clock = clock
        self._sleep = sleep
        self._held: dict[str, float] = {}
        self._own_host = "" if api_url == API_URL else urlsplit(api_url).netloc

    def account(self, user: str) -> Account:
        """Return a user, the e-mail address verified and in lower case; raise Unverified."""
        account: Mapping[str, Any] = self._call("users.info", user=user)["user"]
        if not self._is_member(account):
            raise Unverified("this Slack account is no member of the workspace")
        if not self._guests and any(account.get(mark) for mark in _GUEST):
            raise Unverified("guests of the workspace may not ask for demos here")
        email = (account.get("profile") or {}).get("email")
        if not email:
            raise Unverified("your Slack profile shows no e-mail address")
        if account.get("is_email_confirmed") is not True:
            raise Unverified("your Slack e-mail address is not confirmed; confirm it in Slack")
        try:
            owner = owner_from(str(email))
        except ValueError as error:
            raise Unverified(str(error)) from error
        offset = account.get("tz_offset")
        return Account(
            email=owner,
            zone=str(account.get("tz") or ""),
            offset=offset if isinstance(offset, int) and abs(offset) < _DAY else 0,
        )

    def _is_member(self, account: Mapping[str, Any]) -> bool:
        """Whether an account is of our workspace; on Enterprise Grid one may be of several.

        People of another organisation whom a channel is shared with have an account too, whose
        address is their own administrators' to set.
        """
        if any(account.get(mark) for mark in _OUTSIDE):
            return False
        teams = (account.get("enterprise_user") or {}).get("teams") or []
        return bool(self._team_id) and self._team_id in {account.get("team_id"), *teams}

    def post(
        self, channel: str, message: Message, *, thread: str = "", broadcast: bool = False
    ) -> tuple[str, str]:
        """Post a message; return the channel it went to and its time stamp."""
        reply: dict[str, Any] = {"thread_ts": thread, "reply_broadcast": broadcast}
        answer = self._call(
            "chat.postMessage", channel=channel, **_content(message), **(reply if thread else {})
        )
        return str(answer["channel"]), str(answer["ts"])

    def update(self, channel: str, ts: str, message: Message) -> None:
        """Replace a message."""
        self._call("chat.update", channel=channel, ts=ts, **_content(message))

    def respond(self, response_url: str, message: Message) -> None:
        """Respond to a request so that only its sender sees it."""
        if urlsplit(response_url).netloc not in {*_RESPONSE_HOSTS, self._own_host} - {""}:
            raise Rejected("the response's address is not Slack's")
        self._wait(_RESPONSE)
        try:
            # Without `replace_original` a response to a button would take its message's place.
            answer = WebhookClient(response_url, timeout=self._timeout, retry_handlers=[]).send(
                text=message.text,
                blocks=list(message.blocks),
                response_type="ephemeral",
                replace_original=False,
            )
        except (OSError, HTTPException, SlackClientError) as error:
            raise Unavailable(f"{_RESPONSE}: {error}") from error
        self._raise_for(_RESPONSE, answer.status_code, answer.headers, "", answer.body)

    def open_form(self, trigger_id: str, view: Json) -> None:
        """Open a modal; a trigger is good for three seconds."""
        self._call("views.open", trigger_id=trigger_id, view=view)

    def update_form(self, view_id: str, view_hash: str, view: Json) -> None:
        """Replace an open modal, unless it has changed since."""
        self._call("views.update", view_id=view_id, hash=view_hash, view=view)

    def _call(self, method: str, **arguments: Any) -> Any:
        self._wait(method)
        try:
            return self._client.api_call(method, json=arguments).data
        except SlackApiError as error:
            status, headers, code = _answer_of(error)
            self._raise_for(method, status, headers, code, code or str(error))
            raise Rejected(f"{method}: {error}") from error
        except (OSError, HTTPException, SlackClientError) as error:
            raise Unavailable(f"{method}: {error}") from error

    def _raise_for(
        self, method: str, status: int, headers: Mapping[str, Any], code: str, text: str
    ) -> None:
        """Raise our error for an answer that says no."""
        if status == HTTPStatus.TOO_MANY_REQUESTS or code == "ratelimited":
            self._held[method] = self._clock() + _retry_after(headers)
        if error := _error(status, code, f"{method}: {text}"):
            raise error

    def _wait(self, method: str) -> None:
        """Wait until a method's rate limit lets a call pass; raise Throttled when that is long."""
        until = self._held.get(method, 0.0)
        left = until - self._clock()
        if left > 0:
            self._sleep(min(left, self._patience))
        if until - self._clock() > 0:
            raise Throttled(f"{method}: Slack wants a wait of {left:.0f} s more")


def _content(message: Message) -> dict[str, Any]:
    # No previews of links: a demo's page would be fetched, and the message would jump.
    return {
        "text": message.text,
        "blocks": list(message.blocks),
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _answer_of(error: SlackApiError) -> tuple[int, Mapping[str, Any], str]:
    response = error.response
    if isinstance(response, Mapping):
        return 0, {}, str(response.get("error", ""))
    data = response.data if isinstance(response.data, Mapping) else {}
    return int(response.status_code), response.headers, str(data.get("error", ""))


def _error(status: int, code: str, text: str) -> DemoError | None:
    if status == HTTPStatus.TOO_MANY_REQUESTS or code == "ratelimited":
        return Throttled(text)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or code in _LATER:
        return Unavailable(text)
    if code in _UNAVAILABLE:
        return ChannelUnavailable(text)
    if code in _DENIED:
        return AccessDenied(text)
    return Rejected(text) if code or status != HTTPStatus.OK else None


def _retry_after(headers: Mapping[str, Any]) -> float:
    for name, value in headers.items():
        if name.lower() == "retry-after":
            text = str(value[0] if isinstance(value, list) else value)
            return float(text) if text.isdecimal() else _DEFAULT_RETRY_AFTER
    return _DEFAULT_RETRY_AFTER

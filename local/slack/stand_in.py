"""A stand-in for Slack's Web API on loopback: keeps what is posted, and checks every payload.

It knows the four people in `PEOPLE`, and is in every channel but those in `CLOSED`. A fault that
is injected (`POST /_stand-in/fault`) comes before anything else: an error, a 429, or a slow
response. It is for this machine: who reaches the port can read everything.
"""

import threading
import time
from dataclasses import asdict, dataclass, field
from http import HTTPStatus
from itertools import count
from typing import Any

from flask import Flask, request

from local import servers
from local.identity import ADMIN, OTHER, OWNER
from local.slack.limits import message_problems, view_problems

TOKEN = "xoxb-local-stand-in"  # noqa: S105 - opens this stand-in and nothing else
TEAM = "T0LOCAL"
CHANNEL = "C0DEMOS"
CLOSED = ("C0CLOSED",)
CHANNEL_NAMES = {CHANNEL: "demos", CLOSED[0]: "closed"}
U_OWNER, U_OTHER, U_ADMIN, U_NOBODY = "U0OWNER", "U0OTHER", "U0ADMIN", "U0NOBODY"
PEOPLE: dict[str, dict[str, Any]] = {
    user: {"team_id": TEAM, "profile": {"email": email}, "is_email_confirmed": user != U_NOBODY}
    for user, email in (
        (U_OWNER, OWNER),
        (U_OTHER, OTHER.title()),
        (U_ADMIN, ADMIN),
        (U_NOBODY, OWNER),
    )
}
Json = dict[str, Any]
Response = tuple[Json, int, dict[str, str]]
"""Body, status and headers."""
_OK: Json = {"ok": True}


@dataclass
class Message:
    """A message in a channel, as it is now."""

    channel: str
    ts: str
    text: str
    blocks: list[Json]
    thread_ts: str = ""
    broadcast: bool = False
    edits: int = 0


@dataclass
class Fault:
    """What goes wrong with the next `times` calls of a method (`*` is any)."""

    method: str = "*"
    times: int = 1
    error: str = ""
    status: int = 200
    retry_after: int = 0
    seconds: float = 0.0

    def response(self) -> Response | None:
        """Return what is answered in place of the usual; None for what is only slow."""
        if not self.error and self.status == HTTPStatus.OK:
            return None
        limited = self.status == HTTPStatus.TOO_MANY_REQUESTS
        error = self.error or ("ratelimited" if limited else "internal_error")
        return _no(error), self.status, {"Retry-After": str(self.retry_after)}


@dataclass
class Received:
    """Everything the stand-in was sent, in order, and what Slack would refuse of it."""

    calls: list[Json] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)
    views: list[Json] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class StandIn:
    """The stand-in itself, behind its application."""

    def __init__(self) -> None:
        """Start out with nothing received."""
        self._lock = threading.Lock()
        self._numbers = count(1)
        self.reset()

    def reset(self) -> None:
        """Start again, without faults."""
        self.received = Received()
        self.faults: list[Fault] = []

    def call(self, method: str, token: str, given: Json) -> Response:
        """Answer one call."""
        with self._lock:
            call: Json = {"method": method, "at": time.time(), "given": given}
            self.received.calls.append(call)
            fault = self._next_fault(method)
            response = fault.response() or (self._answer(method, token, given), 200, {})
            call["answer"] = response[0].get("error", "ok")
        time.sleep(fault.seconds)
        return response

    def _next_fault(self, method: str) -> Fault:
        for fault in self.faults:
            if fault.times and fault.method in ("*", method):
                fault.times -= 1
                return fault
        return Fault()

    def _answer(self, method: str, token: str, given: Json) -> Json:
        if method == "answer":
            return self._refused(message_problems(given)) or _keep(self.received.answers, given)
        if token != f"Bearer {TOKEN}":
            return _no("invalid_auth")
        match method:
            case "users.info":
                person = PEOPLE.get(given["user"])
                return _OK | {"user": person} if person else _no("user_not_found")
            case "chat.postMessage":
                return self._refused(message_problems(given)) or self._post(given)
            case "chat.update":
                return self._refused(message_problems(given)) or self._update(given)
            case "views.open" | "views.update":
                view = given["view"]
                return self._refused(view_problems(view)) or _keep(self.received.views, view)
            case _:
                return _no("unknown_method")

    def _refused(self, problems: list[str]) -> Json | None:
        self.received.problems += problems
        if not problems:
            return None
        return _no("invalid_blocks") | {"response_metadata": {"messages": problems}}

    def _post(self, given: Json) -> Json:
        channel = str(given["channel"])
        if channel in CLOSED:
            return _no("not_in_channel")
        if channel.startswith("U"):
            channel = f"D{channel[1:]}"
        message = Message(
            channel=channel,
            ts=f"{int(time.time())}.{next(self._numbers):06d}",
            text=given.get("text", ""),
            blocks=given.get("blocks", []),
            thread_ts=given.get("thread_ts", ""),
            broadcast=bool(given.get("reply_broadcast")),
        )
        self.received.messages.append(message)
        return _OK | {"channel": channel, "ts": message.ts}

    def _update(self, given: Json) -> Json:
        for message in self.received.messages:
            if (message.channel, message.ts) == (given["channel"], given["ts"]):
                message.text, message.blocks = given.get("text", ""), given.get("blocks", [])
                message.edits += 1
                return _OK | {"channel": message.channel, "ts": message.ts}
        return _no("message_not_found")


def _keep(where: list[Json], given: Json) -> Json:
    where.append(given)
    return _OK


def _no(error: str) -> Json:
    return {"ok": False, "error": error}


def application(stand_in: StandIn) -> Flask:
    """Make the WSGI application of a stand-in."""
    app = Flask(__name__)

    @app.post("/api/<method>")
    def call(method: str) -> Response:
        given = request.get_json(silent=True) or request.form.to_dict()
        return stand_in.call(method, request.headers.get("Authorization", ""), given)

    @app.post("/answers/<_name>")
    def answer(_name: str) -> Response:
        return stand_in.call("answer", "", request.get_json())

    @app.get("/_stand-in/received")
    def received() -> Json:
        return asdict(stand_in.received)

    @app.post("/_stand-in/fault")
    def inject() -> Json:
        stand_in.faults.append(Fault(**request.get_json()))
        return _OK

    @app.post("/_stand-in/reset")
    def reset() -> Json:
        stand_in.reset()
        return _OK

    return app


if __name__ == "__main__":
    servers.main(lambda _: application(StandIn()))

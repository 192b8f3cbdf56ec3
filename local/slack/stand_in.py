"""A stand-in for Slack's Web API on loopback: keeps what is posted, and judges every payload.

It knows the four people in `PEOPLE`, and is in every channel but those in `CLOSED`. What it
was instructed to do wrong (`POST /_stand-in/behave`) it does before anything else: answer an error
or a 429, or take its time. It is for this machine: who reaches the port can read everything.
"""

import json
import threading
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from werkzeug.wrappers import Request, Response

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
_OK = {"ok": True}
Json = dict[str, Any]


@dataclass
class Posted:
    """A message in a channel, as it is now."""

    channel: str
    ts: str
    text: str
    blocks: list[Json]
    thread_ts: str = ""
    broadcast: bool = False
    edits: int = 0


@dataclass
class Behaviour:
    """What to do wrong with the next `times` calls of a method (`*` is any)."""

    method: str = "*"
    times: int = 1
    error: str = ""
    status: int = 200
    retry_after: int = 0
    seconds: float = 0.0


@dataclass
class Seen:
    """Everything the stand-in was sent: calls in order, messages, answers, views, faults."""

    calls: list[Json] = field(default_factory=list)
    messages: list[Posted] = field(default_factory=list)
    answers: list[Json] = field(default_factory=list)
    views: list[Json] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


class StandIn:
    """The stand-in itself, behind its application."""

    def __init__(self) -> None:
        """Start out with nothing seen."""
        self._lock = threading.Lock()
        self._count = 0
        self.seen = Seen()
        self.wrong: list[Behaviour] = []

    def call(self, method: str, token: str, given: Json) -> tuple[int, Json, float]:
        """Answer one call: status, body, and seconds to take over it."""
        with self._lock:
            wrong = self._wrong(method)
            call: Json = {"method": method, "at": time.time(), "given": given}
            self.seen.calls.append(call)
            if wrong and (wrong.status != 200 or wrong.error):  # noqa: PLR2004
                call["answer"] = wrong.error or wrong.status
                usual = "ratelimited" if wrong.status == 429 else "internal_error"  # noqa: PLR2004
                body: Json = {"ok": False, "error": wrong.error or usual}
                return wrong.status, body | {"_retry_after": wrong.retry_after}, wrong.seconds
            body = self._answer(method, token, given)
            call["answer"] = body.get("error", "ok")
            return 200, body, wrong.seconds if wrong else 0.0

    def _wrong(self, method: str) -> Behaviour | None:
        for wrong in self.wrong:
            if wrong.times and wrong.method in ("*", method):
                wrong.times -= 1
                return wrong
        return None

    def _answer(self, method: str, token: str, given: Json) -> Json:
        if method == "answer":
            return self._judged(message_problems(given)) or self._keep(self.seen.answers, given)
        if token != f"Bearer {TOKEN}":
            return _no("invalid_auth")
        match method:
            case "users.info":
                return (
                    _OK | {"user": PEOPLE[given["user"]]}
                    if given["user"] in PEOPLE
                    else _no("user_not_found")
                )
            case "chat.postMessage":
                return self._judged(message_problems(given)) or self._post(given)
            case "chat.update":
                return self._judged(message_problems(given)) or self._update(given)
            case "views.open" | "views.update":
                view = given["view"]
                return self._judged(view_problems(view)) or self._keep(self.seen.views, view)
            case _:
                return _no("unknown_method")

    def _judged(self, problems: list[str]) -> Json | None:
        self.seen.faults += problems
        if not problems:
            return None
        return _no("invalid_blocks") | {"response_metadata": {"messages": problems}}

    def _keep(self, where: list[Json], given: Json) -> Json:
        where.append(given)
        return dict(_OK)

    def _post(self, given: Json) -> Json:
        channel = str(given["channel"])
        if channel in CLOSED:
            return _no("not_in_channel")
        if channel.startswith("U"):
            channel = f"D{channel[1:]}"
        self._count += 1
        ts = f"{int(time.time())}.{self._count:06d}"
        self.seen.messages.append(
            Posted(
                channel=channel,
                ts=ts,
                text=given.get("text", ""),
                blocks=given.get("blocks", []),
                thread_ts=given.get("thread_ts", ""),
                broadcast=bool(given.get("reply_broadcast")),
            )
        )
        return _OK | {"channel": channel, "ts": ts}

    def _update(self, given: Json) -> Json:
        for message in self.seen.messages:
            if (message.channel, message.ts) == (given["channel"], given["ts"]):
                message.text, message.blocks = given.get("text", ""), given.get("blocks", [])
                message.edits += 1
                return _OK | {"channel": message.channel, "ts": message.ts}
        return _no("message_not_found")

    def as_json(self) -> Json:
        """Return everything seen so far."""
        with self._lock:
            return asdict(self.seen)

    def behave(self, wrong: Json) -> None:
        """Do something wrong from now on; nothing given takes all of it back."""
        with self._lock:
            self.wrong = [*self.wrong, Behaviour(**wrong)] if wrong else []

    def forget(self) -> None:
        """Start again."""
        with self._lock:
            self.seen, self.wrong = Seen(), []

    def remove(self, ts: str) -> None:
        """Delete a message, as anybody in the channel may."""
        with self._lock:
            self.seen.messages = [m for m in self.seen.messages if m.ts != ts]


def _no(error: str) -> Json:
    return {"ok": False, "error": error}


def application(stand_in: StandIn) -> Any:
    """Make the WSGI application of a stand-in."""

    @Request.application
    def answer(request: Request) -> Response:
        given = _given(request)
        match request.path.strip("/").split("/"):
            case ["_stand-in", "seen"]:
                return _say(stand_in.as_json())
            case ["_stand-in", "behave"]:
                stand_in.behave(given)
                return _say(_OK)
            case ["_stand-in", "forget"]:
                stand_in.forget()
                return _say(_OK)
            case ["api", method]:
                token = request.headers.get("Authorization", "")
                return _called(*stand_in.call(method, token, given))
            case ["answers", name]:
                return _called(*stand_in.call("answer", "", given | {"name": name}))
            case _:
                return _say(_no("unknown_method"), 404)

    return answer


def _given(request: Request) -> Json:
    if request.is_json:
        read: Json = json.loads(request.get_data() or b"{}")
        return read
    return request.form.to_dict()


def _called(status: int, body: Json, seconds: float) -> Response:
    time.sleep(seconds)
    content = dict(body)
    retry_after = content.pop("_retry_after", 0)
    return _say(content, status, {"Retry-After": str(retry_after)} if retry_after else None)


def _say(body: Json, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, headers, mimetype="application/json")


if __name__ == "__main__":
    servers.main(lambda _: application(StandIn()))

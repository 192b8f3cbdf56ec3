"""The emulator's front door: `/_local/…` steers it, the rest is MiniStack's.

Only requests with the header `x-local-control` are listened to, which a web page in a
browser cannot send across origins: that path answers no preflight.
"""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from local.emulator import beanstalk, calls, inventory, kept_controls, operations, ttl
from local.emulator.controls import Failure, controls
from local.patching import wrap

PREFIX = "/_local/"
HEADER = b"x-local-control"
_Answer = dict[str, Any]


def install() -> None:
    """Wrap MiniStack's ASGI application."""
    wrap("ministack.app.app", _with_controls)


def _with_controls(inner: Any) -> Any:
    async def outer(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await inner(scope, _saving(receive), send)
        elif scope["type"] == "http" and scope["path"].startswith(PREFIX):
            await _control(scope, receive, send)
        elif scope["type"] == "http" and _is_for_beanstalk(scope):
            status, body = beanstalk.answer(await _body(receive))
            await _respond(send, status, b"text/xml", body)
        else:
            await inner(scope, receive, send)

    return outer


def _saving(receive: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[Any]]:
    """Pass MiniStack's start and stop on, loading and saving what is ours."""

    async def watched() -> Any:
        message = await receive()
        if message["type"] == "lifespan.startup":
            beanstalk.load()
            kept_controls.load()
        elif message["type"] == "lifespan.shutdown":
            operations.hold()
            beanstalk.save()
            kept_controls.save()
        return message

    return watched


def _is_for_beanstalk(scope: Any) -> bool:
    return any(
        name == b"authorization" and b"/elasticbeanstalk/aws4_request" in value
        for name, value in scope["headers"]
    )


async def _control(scope: Any, receive: Any, send: Any) -> None:
    body = await _body(receive)
    verb = scope["path"].removeprefix(PREFIX)
    if not any(name == HEADER for name, _ in scope["headers"]):
        status, answer = 403, {"error": "the header x-local-control is missing"}
    elif verb not in _VERBS:
        status, answer = 404, {"error": f"no such control: {verb}"}
    else:
        try:
            status, answer = 200, _VERBS[verb](json.loads(body or b"{}"))
        except (KeyError, TypeError, ValueError) as error:
            status, answer = 400, {"error": f"{type(error).__name__}: {error}"}
    await _respond(send, status, b"application/json", json.dumps(answer).encode())


async def _body(receive: Any) -> bytes:
    chunks = []
    more = True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)


async def _respond(send: Any, status: int, content_type: bytes, body: bytes) -> None:
    headers = [(b"content-type", content_type), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _state(_: _Answer) -> _Answer:
    failures = [vars(failure) for failure in controls.failures]
    return {**vars(controls), "failures": failures}


def _pace(asked: _Answer) -> _Answer:
    controls.pace = float(asked["seconds_per_minute"])
    controls.delete_share = float(asked.get("delete_share", controls.delete_share))
    return {}


def _fail(asked: _Answer) -> _Answer:
    failure = Failure(**asked)
    controls.failures.append(failure)
    return {"failure_id": failure.failure_id}


def _heal(asked: _Answer) -> _Answer:
    wanted = asked.get("failure_id")
    controls.failures = [
        failure
        for failure in controls.failures
        if wanted is not None and failure.failure_id != wanted
    ]
    return {}


def _events(asked: _Answer) -> _Answer:
    controls.events = bool(asked["on"])
    return {}


def _ttl(asked: _Answer) -> _Answer:
    controls.ttl = bool(asked.get("on", controls.ttl))
    controls.ttl_interval = float(asked.get("interval", controls.ttl_interval))
    return {}


def _clear(_: _Answer) -> _Answer:
    controls.clear()
    return {}


def _reset_calls(_: _Answer) -> _Answer:
    calls.reset()
    return {}


_VERBS: dict[str, Callable[[_Answer], _Answer]] = {
    "state": _state,
    "pace": _pace,
    "fail": _fail,
    "heal": _heal,
    "events": _events,
    "ttl": _ttl,
    "reap": lambda _: {"removed": ttl.remove_expired()},
    "calls": lambda _: {"calls": calls.counted()},
    "reset-calls": _reset_calls,
    "survey": lambda _: {"items": inventory.everything()},
    "clear": _clear,
}

"""The emulator's front door: who may come in, and where a request goes.

A request must name this machine as its host and may come from no other web origin, so a
page on another site reaches nothing, not even by a name that it lets point here. Users'
requests to an API or a load balancer then pass, as on AWS. Everything else has to be signed
with credentials of this run (`credentials`), the steering behind `/_local/` with its key.
"""

import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.control import HEADER, PREFIX
from local.emulator import (
    beanstalk,
    compression,
    control_http,
    controls,
    credentials,
    local_run,
    operations,
)
from local.instances import balancers, fleet, supervisor
from local.patching import pinned, wrap

_Scope = dict[str, Any]
_Send = Callable[[dict[str, Any]], Awaitable[None]]
_Receive = Callable[[], Awaitable[dict[str, Any]]]
_FORBIDDEN = 403
_OF_THIS_MACHINE = ("127.0.0.1", "::1", "localhost")
_READY = "/_ministack/ready"
_MINISTACKS_OWN = "/_ministack/"


def install() -> None:
    """Wrap MiniStack's ASGI application; call it last, so that nothing goes round it."""
    wrap("ministack.app.app", _guarding)


def _guarding(inner: Any) -> Any:
    async def guarded(scope: _Scope, receive: _Receive, send: _Send) -> None:
        if scope["type"] == "lifespan":
            await inner(scope, _saving(receive), send)
        elif scope["type"] == "http":
            await _enter(inner, scope, receive, _without_wildcard(send))
        else:
            await send({"type": "websocket.close", "code": 1008})

    return guarded


async def _enter(inner: Any, scope: _Scope, receive: _Receive, send: _Send) -> None:
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    if why := _foreign(headers):
        await _answer_json(send, _FORBIDDEN, {"message": why})
    elif scope["path"] == _READY:
        await inner(scope, receive, send)
    elif api := _api_of(scope["path"], headers):
        compressing = compression.compressing(send, api, headers)
        await inner(scope, receive, local_run.describing(compressing, scope["path"]))
    elif _is_load_balancers(scope["path"], headers):
        await inner(scope, receive, send)
    elif scope["path"].startswith(fleet.PREFIX) and not balancers.is_here(headers["host"]):
        body = await _body(receive)
        await _respond(send, *fleet.answer(scope["method"], scope["path"], headers, body))
    elif scope["path"].startswith(PREFIX):
        await _steer(scope["path"], headers, await _body(receive), send)
    else:
        await _serve_signed(inner, scope, headers, receive, send)


def _foreign(headers: dict[str, str]) -> str:
    """Say why a request is another site's; empty if it is not."""
    host, origin = headers.get("host", ""), headers.get("origin")
    name = urlsplit(f"//{host}").hostname or ""
    if name not in _OF_THIS_MACHINE and not name.endswith(".localhost"):
        return f"{host!r} is not a name of this machine"
    if origin is not None and origin != f"http://{host}":
        return f"pages of {origin!r} may not call this machine"
    return ""


def _api_of(path: str, headers: dict[str, str]) -> str:
    """Return the id of the deployed API that a request is for; empty where it is for none."""
    if path.startswith(_MINISTACKS_OWN):
        return ""
    parsed = pinned("ministack.app._parse_execute_api_url")(headers.get("host", ""), path)
    return str(parsed[0]) if parsed else ""


def _is_load_balancers(path: str, headers: dict[str, str]) -> bool:
    """Whether a request is a user's, to a load balancer."""
    potential = pinned("ministack.app._is_potential_alb_request")
    return not path.startswith(_MINISTACKS_OWN) and bool(potential(headers.get("host", ""), path))


async def _steer(path: str, headers: dict[str, str], body: bytes, send: _Send) -> None:
    if not hmac.compare_digest(headers.get(HEADER, "").encode(), credentials.steering_key()):
        await _answer_json(send, _FORBIDDEN, {"error": f"the header {HEADER} is not this run's"})
    else:
        await _answer_json(send, *control_http.answer(path.removeprefix(PREFIX), body))


async def _serve_signed(
    inner: Any, scope: _Scope, headers: dict[str, str], receive: _Receive, send: _Send
) -> None:
    body = await _body(receive)
    query = parse_qs(scope["query_string"].decode(), keep_blank_values=True)
    refused = credentials.failure(scope, headers, query, body)
    if "/elasticbeanstalk/aws4_request" in headers.get("authorization", ""):
        status, answered, content = beanstalk.answer(body, refused)
        await _respond(send, status, answered["Content-Type"], content)
    elif refused:
        await _respond(send, *credentials.refusal(scope, headers, query, body, refused))
    else:
        await inner(scope, _again(body, receive), send)


def _saving(receive: _Receive) -> _Receive:
    """Pass MiniStack's start and stop on, loading and saving what is ours."""

    async def watched() -> Any:
        message = await receive()
        if message["type"] == "lifespan.startup":
            beanstalk.load()
            controls.load()
            supervisor.start()
        elif message["type"] == "lifespan.shutdown":
            operations.hold()
            await supervisor.stop()
            beanstalk.save()
            controls.save()
        return message

    return watched


def _without_wildcard(send: _Send) -> _Send:
    """Take out the header by which MiniStack lets every site read its answers."""

    async def narrowed(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            wildcard = (b"access-control-allow-origin", b"*")
            kept = [(n, v) for n, v in message["headers"] if (n.lower(), v) != wildcard]
            message = {**message, "headers": kept}
        await send(message)

    return narrowed


async def _body(receive: _Receive) -> bytes:
    chunks = []
    more = True
    while more:
        message = await receive()
        chunks.append(message.get("body", b""))
        more = message.get("more_body", False)
    return b"".join(chunks)


def _again(body: bytes, receive: _Receive) -> _Receive:
    """Let a body that was read be read once more."""
    left = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> dict[str, Any]:
        return left.pop() if left else await receive()

    return next_message


async def _answer_json(send: _Send, status: int, answer: dict[str, Any]) -> None:
    await _respond(send, status, "application/json", json.dumps(answer).encode())


async def _respond(send: _Send, status: int, content_type: str, body: bytes) -> None:
    headers = [
        (b"content-type", content_type.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

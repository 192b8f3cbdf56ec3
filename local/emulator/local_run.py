"""The page's configuration says that the run is a local one: here alone, never on AWS.

The service answers `/config.json` without it; what is said is added on the way out.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

from local import words
from local.emulator.controls import controls
from local.instances import fleet

_Send = Callable[[dict[str, Any]], Awaitable[None]]
_CONFIGURATION = "/config.json"
_OK = 200
# What the service said of its own answer.
_OUTDATED = (b"content-length", b"etag")


def telling(send: _Send, path: str) -> _Send:
    """Return what sends an API's answer on, with the words about this run if it is that one."""
    if not path.endswith(_CONFIGURATION):
        return send
    started: list[dict[str, Any]] = []
    body = bytearray()

    async def collected(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
            return
        body.extend(message.get("body", b""))
        if not message.get("more_body", False):
            head, whole = _told(started.pop(), bytes(body))
            await send(head)
            await send({"type": "http.response.body", "body": whole})

    return collected


def _told(head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    if head["status"] != _OK:
        return head, body
    said = words.local_run(controls.pace, instances=fleet.is_on())
    whole = json.dumps({**json.loads(body), "local": said}).encode()
    kept = [(name, value) for name, value in head["headers"] if name.lower() not in _OUTDATED]
    tag = f'"{hashlib.sha256(whole).hexdigest()[:16]}"'
    ours = [(b"content-length", str(len(whole)).encode()), (b"etag", tag.encode())]
    return {**head, "headers": [*kept, *ours]}, whole

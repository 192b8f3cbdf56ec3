"""An answer of an API as a whole: its parts are collected, changed and sent on."""

from collections.abc import Awaitable, Callable
from typing import Any

Send = Callable[[dict[str, Any]], Awaitable[None]]
Change = Callable[[dict[str, Any], bytes], tuple[dict[str, Any], bytes]]


def changing(send: Send, change: Change) -> Send:
    """Return what sends an answer on once it is whole, as `change` gives its head and body."""
    started: list[dict[str, Any]] = []
    body = bytearray()

    async def collected(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            started.append(message)
            return
        body.extend(message.get("body", b""))
        if not message.get("more_body", False):
            head, whole = change(started.pop(), bytes(body))
            await send(head)
            await send({"type": "http.response.body", "body": whole})

    return collected

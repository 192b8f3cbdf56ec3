"""Answers of an API are compressed as its setting says (`MinimumCompressionSize`).

API Gateway compresses a payload of at least so many bytes for a caller that accepts gzip (Amazon
API Gateway Developer Guide, "Payload compression for REST APIs"); MiniStack keeps the setting and
does not act on it.
"""

import gzip
from typing import Any

from local.emulator.whole_answers import Send, changing
from local.patching import pinned

_LEVEL = 6


def compressing(send: Send, api_id: str, headers: dict[str, str]) -> Send:
    """Return what sends an answer of this API on, compressed where its caller takes that."""
    least = _least_bytes(api_id)
    if least is None or "gzip" not in headers.get("accept-encoding", ""):
        return send
    return changing(send, lambda head, body: _compressed(head, body, least))


def _least_bytes(api_id: str) -> int | None:
    """Return the least bytes that an API compresses; None where it compresses nothing."""
    for (_, _, known), api in pinned("ministack.services.apigateway_v1._rest_apis").all_items():
        if known == api_id:
            least: int | None = api.get("minimumCompressionSize")
            return least
    return None


def _compressed(head: dict[str, Any], body: bytes, least: int) -> tuple[dict[str, Any], bytes]:
    names = {name.lower() for name, _ in head["headers"]}
    if len(body) < least or b"content-encoding" in names:
        return head, body
    whole = gzip.compress(body, _LEVEL, mtime=0)
    kept = [(name, value) for name, value in head["headers"] if name.lower() != b"content-length"]
    added = [(b"content-encoding", b"gzip"), (b"content-length", str(len(whole)).encode())]
    return {**head, "headers": [*kept, *added]}, whole

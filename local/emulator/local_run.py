"""The page's configuration says that the run is a local one: here alone, never on AWS.

The service answers `/config.json` without it; the description is added on the way out.
"""

import hashlib
import json
from typing import Any

from local import words
from local.emulator.controls import controls
from local.emulator.whole_answers import Send, changing
from local.instances import fleet

_CONFIGURATION = "/config.json"
_OK = 200
# What the service's headers say of its own answer.
_OUTDATED = (b"content-length", b"etag")


def describing(send: Send, path: str) -> Send:
    """Return what sends an API's answer on, with a description of this run if it is that one."""
    if not path.endswith(_CONFIGURATION):
        return send
    return changing(send, _described)


def _described(head: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
    if head["status"] != _OK:
        return head, body
    description = words.local_run(controls.pace, instances=fleet.is_on())
    whole = json.dumps({**json.loads(body), "local": description}).encode()
    kept = [(name, value) for name, value in head["headers"] if name.lower() not in _OUTDATED]
    tag = f'"{hashlib.sha256(whole).hexdigest()[:16]}"'
    ours = [(b"content-length", str(len(whole)).encode()), (b"etag", tag.encode())]
    return {**head, "headers": [*kept, *ours]}, whole

"""An instance's metadata service, version 2: nothing is answered without a token.

It is reached at an address that holds a key which the instance alone knows. The role's
credentials are those of a session that the emulator registers, so that every call with them is
decided by the role's policies ("Retrieve instance metadata", Amazon EC2 User Guide).
"""

import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

_TOKEN = "x-aws-ec2-metadata-token"  # noqa: S105 - the name of a header
_TTL = "x-aws-ec2-metadata-token-ttl-seconds"
_LONGEST = 21600  # seconds
_PATHS = {
    "ami-id": "image_id",
    "instance-id": "instance_id",
    "instance-type": "instance_type",
    "local-ipv4": "local_ipv4",
    "placement/availability-zone": "availability_zone",
    "placement/region": "region",
}
_ROLE = "iam/security-credentials"


@dataclass
class MetadataService:
    """What one instance is told about itself; `credentials` makes those of its role."""

    data: Mapping[str, str]
    credentials: Callable[[], dict[str, str]]
    _tokens: dict[str, float] = field(default_factory=dict)

    def answer(self, method: str, path: str, headers: Mapping[str, str]) -> tuple[int, str]:
        """Answer one request: status and text."""
        if path == "latest/api/token":
            return self._token(method, headers)
        if self._tokens.get(headers.get(_TOKEN, ""), 0.0) < time.monotonic():
            return 401, "Unauthorized"
        if method != "GET":
            return 405, "Method Not Allowed"
        text = self._text(path.rstrip("/"))
        return (404, "Not Found") if text is None else (200, text)

    def _token(self, method: str, headers: Mapping[str, str]) -> tuple[int, str]:
        seconds = headers.get(_TTL, "")
        if method != "PUT":
            return 405, "Method Not Allowed"
        if not seconds.isdigit() or not 1 <= int(seconds) <= _LONGEST:
            return 400, "Bad Request"
        token = secrets.token_urlsafe(40)
        self._tokens[token] = time.monotonic() + int(seconds)
        return 200, token

    def _text(self, path: str) -> str | None:
        if path == "latest/dynamic/instance-identity/document":
            return json.dumps({_camel(key): value for key, value in self.data.items()})
        if not path.startswith("latest/meta-data"):
            return None
        name = path.removeprefix("latest/meta-data").lstrip("/")
        role = self.data.get("role", "")
        if name == _ROLE and role:
            return role
        if name == f"{_ROLE}/{role}" and role:
            return json.dumps(self.credentials())
        return self.data.get(_PATHS[name]) if name in _PATHS else None


def _camel(key: str) -> str:
    first, *rest = key.split("_")
    return first + "".join(word.title() for word in rest)

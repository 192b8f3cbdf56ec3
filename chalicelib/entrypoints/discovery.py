"""What an OIDC issuer says of itself (OpenID Connect Discovery 1.0), read once a container."""

from __future__ import annotations

import functools
import json
from typing import Any, Final

DISCOVERY_SECONDS: Final = 3
_SAFE: Final = ("https://", "http://127.0.0.1:", "http://localhost:")


@functools.cache
def discover(issuer: str) -> dict[str, Any]:
    """Return the issuer's metadata; raise OSError or ValueError, which is not remembered."""
    import urllib.request  # noqa: PLC0415 - most requests never ask the issuer anything

    if not issuer.startswith(_SAFE):
        raise ValueError("the issuer's address is not https")
    url = issuer.rstrip("/") + "/.well-known/openid-configuration"
    with urllib.request.urlopen(url, timeout=DISCOVERY_SECONDS) as answer:  # noqa: S310
        told: dict[str, Any] = json.load(answer)
    return told

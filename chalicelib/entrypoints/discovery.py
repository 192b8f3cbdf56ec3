"""An OIDC issuer's metadata (OpenID Connect Discovery 1.0), read once a container."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final

from chalicelib.core.errors import Unavailable
from chalicelib.settings import is_safe_url

DISCOVERY_SECONDS: Final = 3
MAX_DOCUMENT: Final = 256 * 1024
_ENDPOINTS: Final = (
    "authorization_endpoint",
    "token_endpoint",
    "end_session_endpoint",
    "jwks_uri",
)


@functools.cache
def discover(issuer: str) -> Mapping[str, Any]:
    """Return the issuer's metadata; raise Unavailable, which is not remembered.

    The document must name the very issuer whose it is (section 4.3), and nothing in it may
    lead to an address that is not https.
    """
    url = issuer.rstrip("/") + "/.well-known/openid-configuration"
    document = _fetched(url)
    if document.get("issuer") != issuer:
        raise Unavailable(f"{url} speaks for {document.get('issuer')!r}")
    for name in _ENDPOINTS:
        if name in document and not is_safe_url(str(document[name])):
            raise Unavailable(f"{url}: {name} is not https")
    return document


def _fetched(url: str) -> dict[str, Any]:
    import urllib.request  # noqa: PLC0415 - most requests never ask the issuer anything

    class Stay(urllib.request.HTTPRedirectHandler):
        """A redirect is an error: it could lead away from https, or from the issuer."""

        def redirect_request(self, *_: Any) -> None:
            return None

    try:
        opener = urllib.request.build_opener(Stay())
        with opener.open(url, timeout=DISCOVERY_SECONDS) as answer:
            document = json.loads(answer.read(MAX_DOCUMENT))
    except (OSError, ValueError, RecursionError, HTTPException) as error:
        raise Unavailable(f"{url}: {error}") from error
    if not isinstance(document, dict):
        raise Unavailable(f"{url} is no JSON object")
    return document

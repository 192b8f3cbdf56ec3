"""The web page: files of chalicelib/web as they are, under a policy that lets in nothing else.

All links in it are relative, so that it works under any base path. `/app` and `/share`
have no trailing slash: what is beside them is found whatever their address is. Files lie under
a folder named by a digest of them all and may be kept for ever; only the two pages are
requested again.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from chalice import Blueprint

from chalicelib.core.errors import NotFound, Unavailable
from chalicelib.entrypoints.discovery import discover
from chalicelib.entrypoints.logs import logger
from chalicelib.entrypoints.rest.http import HttpError, Request, Response, endpoint
from chalicelib.wiring import settings

if TYPE_CHECKING:
    from chalicelib.entrypoints.rest.offers import SignIn

bp = Blueprint(__name__)

WEB: Final = Path(__file__).resolve().parents[1] / "web"
SCOPES: Final = "openid email profile"
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}
_FOR_EVER: Final = "public, max-age=31536000, immutable"


@functools.cache
def files() -> dict[str, str]:
    """Return every file of the page by its name."""
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(WEB.iterdir())
        if path.suffix in _TYPES
    }


@functools.cache
def version() -> str:
    """Return the name of the folder that the files are served under; it changes with them."""
    whole = "".join(f"{name}\n{text}\n" for name, text in files().items())
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def policy(*also: str) -> str:
    """Return the Content-Security-Policy; scripts may connect to the origins in `also`."""
    return "; ".join(
        [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            " ".join(["connect-src 'self'", *filter(None, also)]),
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        ]
    )


def _page(name: str, *origins: str) -> Response:
    return Response(
        body=files()[name].replace("{version}", version()),
        headers={
            "Content-Type": _TYPES[".html"],
            "Content-Security-Policy": policy(*origins),
            "Referrer-Policy": "no-referrer",
            "X-Frame-Options": "DENY",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
        },
    )


@endpoint(bp, "GET", "/", public=True)
def front(call: Request) -> Response:
    """Redirect the service's own address to the page, with a slash at its end or not."""
    location = f"{call.path.rstrip('/')}/app"
    return Response(body="", status=HTTPStatus.FOUND, headers={"Location": location})


@endpoint(bp, "GET", "/app", public=True)
def application(call: Request) -> Response:  # noqa: ARG001
    """Serve the page; it may speak with the issuer's token endpoint besides this service."""
    return _page("index.html", _origin(_provider().get("token_endpoint", "")))


@endpoint(bp, "GET", "/share", public=True)
def shared(call: Request) -> Response:  # noqa: ARG001
    """Serve a prospect's page; no request has the link's token, which is in the fragment."""
    return _page("share.html")


@endpoint(bp, "GET", "/web/{folder}/{file}", public=True)
def static(call: Request, folder: str, file: str) -> Response:  # noqa: ARG001
    """Serve a file; under another version's folder as it is now, not to be kept."""
    if file not in files() or file.endswith(".html"):
        raise NotFound(f"there is no {file}")
    keep = _FOR_EVER if folder == version() else "no-cache"
    kind = _TYPES[Path(file).suffix]
    return Response(body=files()[file], headers={"Content-Type": kind, "Cache-Control": keep})


@endpoint(bp, "GET", "/config.json", public=True)
def configuration(call: Request) -> Response:  # noqa: ARG001
    """Return where the page signs in, and as which client."""
    configured = settings()
    provider = _provider()
    if "token_endpoint" not in provider:
        raise HttpError(HTTPStatus.SERVICE_UNAVAILABLE, "the issuer cannot be reached just now")
    body: SignIn = {
        "issuer": configured.oidc_issuer,
        "client_id": configured.oidc_audience,
        "scopes": SCOPES,
        "authorization_endpoint": provider["authorization_endpoint"],
        "token_endpoint": provider["token_endpoint"],
    }
    if "end_session_endpoint" in provider:
        body["end_session_endpoint"] = provider["end_session_endpoint"]
    return Response(body=body)


def _provider() -> Mapping[str, str]:
    """Return the issuer's endpoints, or None while it does not answer; the page says so."""
    try:
        return discover(settings().oidc_issuer)
    except Unavailable as error:
        logger().warning("the issuer does not answer", extra={"why": str(error)})
        return {}


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""

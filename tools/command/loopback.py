"""Sign-in by this machine's browser: code flow with PKCE and a loopback redirect (RFC 8252)."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from .failures import CommandError, TimedOut
from .oauth import GrantRefused, Issuer, claims

_PATH: Final = "/signed-in"
_PATIENCE: Final = 300.0
"""Seconds for a person to sign in."""
_PAGE: Final = b"<!doctype html><title>demo</title><p>Done. The terminal says how it went.</p>"


def sign_in(issuer: Issuer, tell: Callable[[str], None], port: int = 0) -> Mapping[str, Any]:
    """Have somebody sign in at an address that `tell` shows them; return the tokens."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    with _listening(port, state) as server:
        redirect = f"http://127.0.0.1:{server.server_port}{_PATH}"
        tell(_question(issuer, redirect, state, nonce, verifier))
        answer = _answer(server, redirect, issuer)
    if "code" not in answer:
        raise GrantRefused(answer.get("error", "no code"), answer.get("error_description", ""))
    tokens = issuer.grant(
        grant_type="authorization_code",
        code=answer["code"],
        redirect_uri=redirect,
        code_verifier=verifier,
    )
    if claims(str(tokens.get("id_token", ""))).get("nonce") != nonce:
        raise CommandError("the issuer answered another sign-in: run `demo login` again")
    return tokens


def _question(issuer: Issuer, redirect: str, state: str, nonce: str, verifier: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    query = {
        "response_type": "code",
        "client_id": issuer.client_id,
        "redirect_uri": redirect,
        "scope": issuer.wanted_scopes,
        "state": state,
        "nonce": nonce,
        "code_challenge": digest.decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    endpoint = issuer.endpoint("authorization_endpoint")
    return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(query)}"


class _Server(HTTPServer):
    """Takes one answer; `answer` is its query."""

    answer: Mapping[str, str] | None = None
    state = ""

    def is_answer(self, path: str, query: Mapping[str, str]) -> bool:
        """Whether this sign-in is meant; some issuers tell of a refusal without its state."""
        ours = secrets.compare_digest(query.get("state", "").encode(), self.state.encode())
        return path == _PATH and (ours or ("error" in query and "state" not in query))

    def handle_error(self, *_: object) -> None:
        """Go on: what came is noted before it is answered, and whoever hung up needs no answer."""


class _Handler(BaseHTTPRequestHandler):
    """Takes the issuer's redirect, and knows nothing else (a browser asks for an icon)."""

    server: _Server
    timeout = 5  # seconds; a connection that says nothing holds nobody up

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        ours = self.server.is_answer(parts.path, query)
        if ours:
            self.server.answer = query
        self.send_response(HTTPStatus.OK if ours else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(_PAGE if ours else b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's names
        """Write nothing: the code is in the path."""


def _listening(port: int, state: str) -> _Server:
    try:
        server = _Server(("127.0.0.1", port), _Handler)
    except (OSError, OverflowError) as error:
        raise CommandError(f"port {port} of this machine cannot be used: {error}") from error
    server.state = state
    return server


def _answer(server: _Server, redirect: str, issuer: Issuer) -> Mapping[str, str]:
    until = time.monotonic() + _PATIENCE
    while server.answer is None:
        server.timeout = until - time.monotonic()
        if server.timeout <= 0:
            raise TimedOut(
                f"nobody signed in; if the issuer refused: it must allow {issuer.client_id} the "
                f"redirect {redirect} (with any port, or --port); or set DEMO_TOKEN"
            )
        server.handle_request()
    return server.answer

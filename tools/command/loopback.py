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
    with _listening(port) as server:
        redirect = f"http://127.0.0.1:{server.server_port}{_PATH}"
        tell(_question(issuer, redirect, state, nonce, verifier))
        answer = _answer(server, redirect, issuer)
    if answer.get("state") != state:
        raise CommandError("what came back was not begun here: run `demo login` again")
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


class _Handler(BaseHTTPRequestHandler):
    """Takes the issuer's redirect, and knows nothing else (a browser asks for an icon)."""

    server: _Server
    timeout = 5  # seconds; a connection that says nothing holds nobody up

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        ours = parts.path == _PATH
        if ours:
            self.server.answer = {k: v[0] for k, v in parse_qs(parts.query).items()}
        self.send_response(HTTPStatus.OK if ours else HTTPStatus.NOT_FOUND)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(_PAGE if ours else b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's names
        """Write nothing: the code is in the path."""


def _listening(port: int) -> _Server:
    try:
        return _Server(("127.0.0.1", port), _Handler)
    except (OSError, OverflowError) as error:
        raise CommandError(f"port {port} of this machine cannot be used: {error}") from error


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

"""An OpenID Connect issuer: its metadata, and tokens from its token endpoint."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from .api import no_answer
from .failures import CommandError

_ENDPOINTS: Final = (
    "authorization_endpoint",
    "token_endpoint",
    "device_authorization_endpoint",
    "revocation_endpoint",
)


class GrantRefused(CommandError):
    """The issuer gave no token; `code` is its error (RFC 6749, 5.2)."""

    def __init__(self, code: str, description: str) -> None:
        super().__init__(f"the issuer gave no token: {description or code}")
        self.code = code


def is_safe(url: str) -> bool:
    """Whether a token may be sent to an address: https, or this machine's own."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (
        parts.scheme == "https" or (parts.scheme == "http" and is_this_machine(url))
    )


def is_this_machine(url: str) -> bool:
    """Whether an address is a loopback one."""
    return (urlsplit(url).hostname or "") in ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Issuer:
    """An issuer as a public client of this id sees it."""

    name: str
    client_id: str
    scopes: str
    metadata: Mapping[str, Any]
    client: httpx.Client

    @classmethod
    def discover(cls, config: Mapping[str, Any], client: httpx.Client) -> Issuer:
        """Read the metadata of the issuer that a service names (OpenID Connect Discovery 1.0)."""
        name = str(config["issuer"])
        url = name.rstrip("/") + "/.well-known/openid-configuration"
        if not is_safe(url):
            raise CommandError(f"the service's issuer is {name}, which is not https")
        metadata = _json(_sent(client, "GET", url), url)
        if metadata.get("issuer") != name:
            raise CommandError(f"{url} speaks for another issuer: {metadata.get('issuer')}")
        for each in _ENDPOINTS:
            if each in metadata and not is_safe(str(metadata[each])):
                raise CommandError(f"{url}: {each} is not https")
        return cls(name, str(config["client_id"]), str(config["scopes"]), metadata, client)

    def endpoint(self, name: str) -> str:
        """Return an endpoint's address; empty where the issuer has none."""
        return str(self.metadata.get(name, ""))

    @property
    def wanted_scopes(self) -> str:
        """What the service's page asks for, and a refresh token where one is offered."""
        offered = self.metadata.get("scopes_supported", [])
        return self.scopes + (" offline_access" if "offline_access" in offered else "")

    def grant(self, **form: str) -> Mapping[str, Any]:
        """Return the tokens for a grant; raise GrantRefused."""
        return grant(self.client, self.endpoint("token_endpoint"), self.client_id, **form)


def grant(client: httpx.Client, url: str, client_id: str, **form: str) -> Mapping[str, Any]:
    """Return what a token endpoint answers a public client; raise GrantRefused."""
    answer = _sent(client, "POST", url, {**form, "client_id": client_id})
    body = _json(answer, url)
    if answer.is_error or "error" in body:
        code = str(body.get("error", f"{url} answered {answer.status_code}"))
        raise GrantRefused(code, str(body.get("error_description", "")))
    return body


def claims(id_token: str) -> Mapping[str, Any]:
    """Return what an ID token says; the service, which it is for, checks its signature."""
    try:
        part = id_token.split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (IndexError, ValueError) as error:
        raise CommandError("the issuer answered with no ID token") from error
    return found if isinstance(found, dict) else {}


def _sent(
    client: httpx.Client, method: str, url: str, form: Mapping[str, str] | None = None
) -> httpx.Response:
    try:
        return client.request(method, url, data=form)
    except httpx.RequestError as error:
        raise no_answer(url, error) from error


def _json(answer: httpx.Response, url: str) -> Mapping[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise CommandError(f"{url} answered {answer.status_code} and no JSON object")
    return body

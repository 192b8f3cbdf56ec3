"""`demo login` and `demo logout`."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from . import device, loopback, oauth, sign_ins
from .failures import CommandError
from .oauth import Issuer
from .sign_ins import SignIn


def sign_in(
    issuer: Issuer,
    tell: Callable[[str], None],
    open_page: Callable[[str], object],
    pause: Callable[[float], None],
    port: int,
) -> Mapping[str, Any]:
    """Return tokens by the way that the issuer offers; raise CommandError where it offers none."""

    def show(address: str) -> None:
        tell(f"Sign in here: {address}")
        # Some browsers keep whoever opened them waiting until they are closed.
        threading.Thread(target=open_page, args=(address,), daemon=True).start()

    if issuer.endpoint("device_authorization_endpoint"):
        return device.sign_in(issuer, tell, pause)
    responses = issuer.metadata.get("response_types_supported", ["code"])
    if issuer.endpoint("authorization_endpoint") and "code" in responses:
        return loopback.sign_in(issuer, show, port)
    raise CommandError(
        f"{issuer.name} offers neither device authorization nor the code flow: "
        "set DEMO_TOKEN to an ID token of yours"
    )


def kept(api: str, issuer: Issuer, tokens: Mapping[str, Any]) -> SignIn:
    """Return what is kept of a sign-in; raise CommandError where there is no ID token."""
    token = str(tokens.get("id_token", ""))
    return SignIn(
        api=api,
        issuer=issuer.name,
        client_id=issuer.client_id,
        token_endpoint=issuer.endpoint("token_endpoint"),
        revocation_endpoint=issuer.endpoint("revocation_endpoint"),
        id_token=token,
        refresh_token=str(tokens.get("refresh_token", "")),
        expires=float(oauth.claims(token).get("exp", 0)),
    )


def sign_out(file: Path, client: httpx.Client) -> str:
    """Forget the sign-in, and have the issuer forget its refresh token (RFC 7009); say so."""
    found = sign_ins.read(file)
    if found is None:
        return "You were not signed in."
    file.unlink(missing_ok=True)
    if found.refresh_token and found.revocation_endpoint:
        form = {"token": found.refresh_token, "client_id": found.client_id}
        try:
            client.post(found.revocation_endpoint, data=form).raise_for_status()
        except httpx.HTTPError as error:
            return f"Signed out here; the issuer did not revoke the refresh token: {error}"
    return f"Signed out of {found.api}."

"""ID tokens for the local run: by signing in as a browser would, or minted for a test."""

import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from local.identity import AUDIENCE, OWNER, signing_key

_REDIRECT = "http://127.0.0.1/signed-in"


class SignInError(RuntimeError):
    """The identity provider gave no token; the message is its answer."""


def sign_in(issuer: str, email: str = OWNER, audience: str = AUDIENCE) -> str:
    """Get an ID token by the authorization code flow with PKCE (RFC 7636)."""
    import httpx  # noqa: PLC0415 - minting needs no HTTP
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415

    verifier = secrets.token_urlsafe(48)
    parameters = {
        "response_type": "code",
        "client_id": audience,
        "redirect_uri": _REDIRECT,
        "scope": "openid email profile",
        "state": secrets.token_urlsafe(16),
        "nonce": secrets.token_urlsafe(16),
        "code_challenge": create_s256_code_challenge(verifier),
        "code_challenge_method": "S256",
    }
    with httpx.Client(base_url=issuer, timeout=10, trust_env=False) as browser:
        signed = browser.post("/oauth2/authorize", params=parameters, data={"sub": email})
        answer = parse_qs(urlsplit(signed.headers.get("location", "")).query)
        if answer.get("state") != [parameters["state"]] or "code" not in answer:
            raise SignInError(f"{email} was not signed in: {signed.status_code} {signed.text}")
        traded = browser.post(
            "/oauth2/token",
            data={
                "grant_type": "authorization_code",
                "code": answer["code"][0],
                "redirect_uri": _REDIRECT,
                "client_id": audience,
                "code_verifier": verifier,
            },
        )
    if traded.is_error:
        raise SignInError(f"no token for {email}: {traded.text}")
    token: str = traded.json()["id_token"]
    return token


def mint(
    key_folder: Path,
    issuer: str,
    email: str = OWNER,
    *,
    audience: str = AUDIENCE,
    expires_in: float = 3600,
    **claims: Any,
) -> str:
    """Sign a token of one's own choosing with the provider's key: expired, for another audience.

    `expires_in` is in seconds from now and may be negative. With a `key_folder` other
    than the provider's the token is foreign: well formed, and signed with an unknown key.
    """
    import jwt  # noqa: PLC0415 - signing in needs no JWT library

    now = time.time()
    payload = {
        "iss": issuer,
        "sub": email,
        "aud": audience,
        "iat": int(now),
        "exp": int(now + expires_in),
        "email": email,
        "email_verified": True,
        **claims,
    }
    return jwt.encode(
        payload, signing_key(key_folder), algorithm="RS256", headers={"kid": "local"}
    )

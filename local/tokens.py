"""ID tokens for the local run: by signing in as a browser would, or minted for a test."""

import secrets
import time
from pathlib import Path
from typing import Any

from local.identity import AUDIENCE, OWNER, signing_key

_REDIRECT = "http://127.0.0.1/signed-in"


class SignInError(RuntimeError):
    """The identity provider gave no token; the message is its answer."""


def sign_in(issuer: str, email: str = OWNER, audience: str = AUDIENCE) -> str:
    """Get an ID token by the authorization code flow with PKCE (RFC 7636)."""
    from authlib.integrations.requests_client import (  # noqa: PLC0415 - minting needs no HTTP
        OAuth2Session,
        OAuthError,
    )

    browser = OAuth2Session(
        client_id=audience,
        token_endpoint_auth_method="none",  # noqa: S106 - a browser's client has no secret
        code_challenge_method="S256",
        redirect_uri=_REDIRECT,
        scope="openid email profile",
        default_timeout=10,
        trust_env=False,
    )
    verifier = secrets.token_urlsafe(48)
    address, state = browser.create_authorization_url(
        f"{issuer}/oauth2/authorize", code_verifier=verifier, nonce=secrets.token_urlsafe(16)
    )
    signed = browser.post(address, data={"sub": email}, allow_redirects=False, withhold_token=True)
    try:
        token = browser.fetch_token(
            f"{issuer}/oauth2/token",
            authorization_response=signed.headers.get("location"),
            state=state,
            code_verifier=verifier,
        )
    except OAuthError as error:
        raise SignInError(f"{email} was not signed in: {error} {signed.text}") from error
    return str(token["id_token"])


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

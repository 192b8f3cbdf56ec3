"""Who calls: a bearer JWT of the configured OIDC issuer, checked by an authorizer of its own.

A token that fails is not answered by the gateway, which could not say why. The authorizer lets
the call through with the reason in its context and with no owner, and `rest.http` turns every
call without an owner into a 401 that names the reason (docs/adr/0004). A call with no token at
all never gets this far: the gateway answers it (GatewayResponses in .chalice/resources.yaml).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from chalice import Blueprint

from chalicelib.core.errors import FatalError, NotAllowed, Unavailable
from chalicelib.core.identity import may_own, owner_from
from chalicelib.entrypoints.discovery import DISCOVERY_SECONDS, discover
from chalicelib.entrypoints.logs import logger
from chalicelib.settings import NO_CLAIM, Settings
from chalicelib.wiring import settings

if TYPE_CHECKING:
    from chalice.app import AuthRequest
    from jwt import PyJWK, PyJWKClient

bp = Blueprint(__name__)

ALGORITHMS: Final = ["RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "EdDSA"]
"""Public-key algorithms only: with the others, a public key would be accepted as the secret."""


@bp.authorizer(ttl_seconds=60)  # type: ignore[untyped-decorator]
def authorizer(request: AuthRequest) -> dict[str, Any]:
    """Return who the token's owner is, or why that is not known.

    Raises Unavailable while the issuer cannot be reached: the gateway answers 503 and, unlike
    an answer, remembers no failure (docs/adr/0004).
    """
    try:
        context = identify(request.token, settings())
    except TokenRefused as error:
        logger().info("token refused", extra={"why": str(error)})
        context = {"problem": str(error)}
    except NotAllowed as error:
        logger().info("person refused", extra={"why": str(error)})
        context = {"refused": str(error)}
    return _let_through(request.method_arn, context)


def _let_through(method_arn: str, context: Mapping[str, str]) -> dict[str, Any]:
    stage = "/".join(method_arn.split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{stage}/*"}
    return {
        "principalId": context.get("owner", "nobody"),
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }


class TokenRefused(FatalError):
    """A token that identifies nobody, and why not."""


def identify(header: str, settings: Settings) -> dict[str, str]:
    """Return owner and role of a bearer token; raise TokenRefused, NotAllowed or Unavailable."""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise TokenRefused("the Authorization header must read: Bearer <token>")
    return _identity(_claims(token, settings), settings)


def _claims(token: str, settings: Settings) -> Mapping[str, Any]:
    import jwt  # noqa: PLC0415 - the API function imports this module and never checks a token

    try:
        key_id = jwt.get_unverified_header(token).get("kid", "")
        claims: Mapping[str, Any] = jwt.decode(
            token,
            # The algorithm is the key's; a token cannot choose another.
            _signing_key(settings.oidc_issuer, key_id),
            algorithms=ALGORITHMS,
            issuer=settings.oidc_issuer,
            audience=settings.oidc_audience,
            options={"require": ["exp", "iss", "aud", "sub"]},
            leeway=5,
        )
    except (jwt.PyJWTError, ValueError) as error:
        raise TokenRefused(_plain(error)) from error
    return claims


def _signing_key(issuer: str, key_id: str) -> PyJWK:
    import jwt  # noqa: PLC0415

    try:
        return _keys(issuer).get_signing_key(key_id)
    except (jwt.PyJWKClientConnectionError, jwt.PyJWKSetError, json.JSONDecodeError) as error:
        raise Unavailable(f"the keys of {issuer}: {error}") from error


@functools.cache
def _keys(issuer: str) -> PyJWKClient:
    from jwt import PyJWKClient  # noqa: PLC0415

    metadata = discover(issuer)
    if "jwks_uri" not in metadata:
        raise Unavailable(f"{issuer} names no jwks_uri")
    return PyJWKClient(metadata["jwks_uri"], timeout=DISCOVERY_SECONDS)


def _identity(claims: Mapping[str, Any], settings: Settings) -> dict[str, str]:
    email = claims.get("email")
    if not isinstance(email, str) or not _verified(claims, settings.oidc_verified_claim):
        raise TokenRefused("the token carries no verified e-mail address")
    try:
        owner = owner_from(email)
    except ValueError as error:
        raise TokenRefused(str(error)) from error
    admin = _holds(claims, settings.oidc_admin_claim, settings.oidc_admin_value)
    user = not settings.oidc_user_claim or _holds(
        claims, settings.oidc_user_claim, settings.oidc_user_value
    )
    if not admin and not (user and may_own(owner, settings.owner_domains)):
        raise NotAllowed(f"{owner} may not have demos here; ask the service's operator")
    expires = str(int(claims["exp"]))
    return {"owner": owner, "admin": "yes" if admin else "no", "expires": expires}


def _verified(claims: Mapping[str, Any], claim: str) -> bool:
    return claim == NO_CLAIM or str(claims.get(claim)).lower() in ("true", "1")


def _holds(claims: Mapping[str, Any], claim: str, value: str) -> bool:
    held = claims.get(claim, [])
    return value in (held if isinstance(held, list) else [held])


def _plain(error: Exception) -> str:
    import jwt  # noqa: PLC0415

    match error:
        case jwt.InvalidAlgorithmError():
            return "the token is signed in a way that its key is not for"
        case jwt.ExpiredSignatureError():
            return "the token has expired"
        case jwt.InvalidIssuerError():
            return "the token is from another issuer"
        case jwt.InvalidAudienceError():
            return "the token is meant for another audience"
        case jwt.PyJWKClientError():
            return "the token is signed with a key that the issuer does not publish"
        case jwt.PyJWTError():
            return f"the token is not valid: {error}"
        case _:
            return "the token is not valid"

"""Who calls: a bearer JWT of the configured OIDC issuer, checked by an authorizer of its own.

A token that fails is not answered by the gateway, which could not say why. The authorizer lets
the call through with the reason in its context and with no owner, and `rest.http` turns every
call without an owner into a 401 that names the reason (docs/adr/0004). A call with no token at
all never gets this far: the gateway answers it (GatewayResponses in .chalice/resources.yaml).
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from chalice import Blueprint

from chalicelib.entrypoints.discovery import DISCOVERY_SECONDS, discover
from chalicelib.entrypoints.logs import logger

if TYPE_CHECKING:
    from chalice.app import AuthRequest
    from jwt import PyJWKClient

bp = Blueprint(__name__)

ALGORITHMS: Final = ["RS256", "RS384", "RS512", "ES256", "ES384", "PS256", "EdDSA"]
"""Public-key algorithms only: with a shared secret, our own public key would do as one."""


@bp.authorizer(ttl_seconds=60)  # type: ignore[untyped-decorator]
def authorizer(request: AuthRequest) -> dict[str, Any]:
    """Return who the token's owner is, or why nobody can say."""
    import jwt  # noqa: PLC0415 - the API function imports this module and never checks a token

    try:
        context = identify(request.token)
    except (jwt.PyJWTError, ValueError) as error:
        logger.info("token refused", extra={"why": str(error)})
        context = {"problem": _plain(error)}
    stage = "/".join(request.method_arn.split("/")[:2])
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": f"{stage}/*"}
    return {
        "principalId": context.get("owner", "nobody"),
        "policyDocument": {"Version": "2012-10-17", "Statement": [statement]},
        "context": context,
    }


def identify(header: str) -> dict[str, str]:
    """Return the owner and role of a bearer token; raise PyJWTError or ValueError."""
    import jwt  # noqa: PLC0415

    from chalicelib.wiring import settings  # noqa: PLC0415

    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise ValueError("the Authorization header must read: Bearer <token>")
    told = settings()
    claims = jwt.decode(
        token,
        _keys(told.oidc_issuer).get_signing_key_from_jwt(token).key,
        algorithms=ALGORITHMS,
        issuer=told.oidc_issuer,
        audience=told.oidc_audience,
        options={"require": ["exp", "iss", "aud", "sub"]},
        leeway=5,
    )
    return _identity(claims, told.oidc_admin_claim, told.oidc_admin_value)


def _identity(claims: Mapping[str, Any], admin_claim: str, admin_value: str) -> dict[str, str]:
    email = claims.get("email")
    if not isinstance(email, str) or claims.get("email_verified") is not True:
        raise ValueError("the token carries no verified e-mail address")
    roles = claims.get(admin_claim, [])
    admin = admin_value in (roles if isinstance(roles, list) else [roles])
    expires = str(int(claims["exp"]))
    return {"owner": email.lower(), "admin": "yes" if admin else "no", "expires": expires}


@functools.cache
def _keys(issuer: str) -> PyJWKClient:
    from jwt import PyJWKClient  # noqa: PLC0415

    return PyJWKClient(discover(issuer)["jwks_uri"], timeout=DISCOVERY_SECONDS)


def _plain(error: Exception) -> str:
    import jwt  # noqa: PLC0415

    match error:
        case jwt.ExpiredSignatureError():
            return "the token has expired"
        case jwt.InvalidIssuerError():
            return "the token is from another issuer"
        case jwt.InvalidAudienceError():
            return "the token is meant for another audience"
        case jwt.PyJWKClientConnectionError():
            return "the issuer's keys cannot be fetched just now"
        case jwt.PyJWKClientError():
            return "the token is signed with a key that the issuer does not publish"
        case _:
            return f"the token is not valid: {error}"

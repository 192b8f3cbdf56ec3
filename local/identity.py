"""The identity provider of the local run: OpenID Connect on loopback, with three users.

`oidc-provider-mock` does the protocol. Its signing key is kept in the state folder, so a
token stays good over a restart. Anyone on this machine can sign in as anyone: it is for
the local run alone.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

from local import identity_browser, pin, servers
from local.patching import around, pinned, wrap

OWNER = "owner@example.com"
OTHER = "other@example.com"
ADMIN = "admin@example.com"
ADMIN_GROUP = "demo-admins"
AUDIENCE = "stelligent-demo-local"
_TOKENS_LAST = timedelta(days=2)
_KEY_BITS = 2048
_KEY_ID = "local"


def users() -> dict[str, dict[str, object]]:
    """Give the claims of each user, by subject."""
    people: dict[str, dict[str, object]] = {
        mail: {"email": mail, "email_verified": True} for mail in (OWNER, OTHER, ADMIN)
    }
    people[ADMIN]["groups"] = [ADMIN_GROUP]
    return people


def signing_key(folder: Path) -> bytes:
    """Read the private key kept in `folder` as PEM, making one on the first call."""
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415 - slow import
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    file = folder / "signing-key.pem"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        key = rsa.generate_private_key(public_exponent=65537, key_size=_KEY_BITS)
        pem = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        file.touch(mode=0o600)
        file.write_bytes(pem)
    return file.read_bytes()


def _keep_key(pem: bytes) -> None:
    """Let the package sign with this key: it draws one at every start and has no setting."""
    key = pinned("oidc_provider_mock._app.jose").RSAKey.import_key(
        pem, {"use": "sig", "kid": _KEY_ID}
    )

    def keeping(make: Any, storage: Any) -> None:
        make(storage)
        storage.jwk = key

    around("oidc_provider_mock._app.Storage.__init__", keeping)


def application(folder: Path) -> Any:
    """Make the provider as a WSGI application that signs with the key kept in `folder`."""
    pin.check("oidc-provider-mock")
    _keep_key(signing_key(folder))
    # It leaves the key's id out of the token's header; verifiers look the key up by it.
    wrap(
        "oidc_provider_mock._app.OpenIDCode.get_encode_header",
        lambda _: lambda _self, _client: {"alg": "RS256", "kid": _KEY_ID},
    )
    # A browser's client keeps no secret: it proves itself by PKCE.
    wrap(
        "oidc_provider_mock._app.AuthorizationCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS",
        lambda methods: ["none", *methods],
    )
    identity_browser.check_pkce()
    user = pinned("oidc_provider_mock.User")
    provider = pinned("oidc_provider_mock.app")(
        user_claims=[user(sub=sub, claims=claims) for sub, claims in users().items()],
        access_token_max_age=_TOKENS_LAST,
    )
    # Without the debugger it comes with: that runs code sent by whoever reaches the port.
    provider.wsgi_app = provider.wsgi_app.app
    provider.debug = False
    identity_browser.open_to_pages(provider)
    identity_browser.ask_nothing_needless(provider, users())
    return provider


if __name__ == "__main__":
    servers.main(application)

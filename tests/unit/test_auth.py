"""Who a token says its bearer is: told, refused with the reason, or not known just now.

Against an issuer of the tests' own, which answers over HTTP.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.errors import NotAllowed, Unavailable
from chalicelib.entrypoints import auth
from chalicelib.entrypoints.auth import TokenRefused, identify
from chalicelib.entrypoints.discovery import discover
from chalicelib.settings import Settings

from .test_settings import WHOLE

METADATA = "/.well-known/openid-configuration"
RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())


def public(key_id: str, algorithm: Any, key: Any) -> dict[str, Any]:
    return {**algorithm.to_jwk(key.public_key(), as_dict=True), "kid": key_id, "use": "sig"}


KEYS = {
    "keys": [
        public("rsa", jwt.algorithms.RSAAlgorithm, RSA),
        public("curve", jwt.algorithms.ECAlgorithm, CURVE),
    ]
}


@dataclass
class Issuer:
    """An issuer on loopback: what it answers at a path, with which status."""

    url: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)

    def restore(self) -> None:
        ends = {"token_endpoint": "/token", "jwks_uri": "/keys"}
        metadata = {"issuer": self.url, **{k: self.url + v for k, v in ends.items()}}
        self.answers = {METADATA: (200, metadata), "/keys": (200, KEYS)}
        self.answers |= {"/moved": (200, metadata), "/moved-keys": (200, KEYS)}

    def settings(self, **changed: Any) -> Settings:
        read = Settings.from_env(WHOLE | {"DEMO_OIDC_ISSUER": self.url})
        return replace(read, **changed)


@pytest.fixture(scope="module")
def listening() -> Iterator[Issuer]:
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = issuer.answers.get(self.path, (404, {}))
            self.send_response(status)
            if status == 302:
                self.send_header("Location", body)
            self.end_headers()
            self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield issuer
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def issuer(listening: Issuer) -> Issuer:
    """Lend the issuer well, with nothing remembered of it."""
    listening.restore()
    discover.cache_clear()
    auth._keys.cache_clear()
    return listening


def token(issuer: Issuer, *, kid: str = "rsa", alg: str = "RS256", **changed: Any) -> str:
    claims = {
        "iss": issuer.url,
        "aud": "client",
        "sub": "1",
        "exp": int(time.time()) + 600,
        "email": "Ann@Example.com",
        "email_verified": True,
        **changed,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    key: Any = RSA if kid == "rsa" else CURVE
    return f"Bearer {jwt.encode(kept, key, alg, {'kid': kid})}"


def encoded(value: Any) -> str:
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@pytest.mark.parametrize(("kid", "alg"), [("rsa", "RS256"), ("curve", "ES256")])
def test_a_good_token_has_an_owner(issuer: Issuer, kid: str, alg: str) -> None:
    """In lower case, and no admin."""
    identity = identify(token(issuer, kid=kid, alg=alg), issuer.settings())
    assert {"owner": "ann@example.com", "admin": "no"}.items() <= identity.items()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"exp": 1}, "expired"),
        ({"iss": "https://elsewhere.example"}, "another issuer"),
        ({"aud": "other"}, "another audience"),
        ({"sub": None}, "sub"),
        ({"exp": 1e400}, "not valid"),
        ({"email": None}, "no verified e-mail"),
        ({"email": ["ann@example.com"]}, "no verified e-mail"),
        ({"email_verified": None}, "no verified e-mail"),
        ({"email_verified": False}, "no verified e-mail"),
        ({"email_verified": "false"}, "no verified e-mail"),
        ({"email": "\u212aelvin@example.com"}, "ASCII"),
        ({"email": "ann@example.com\n"}, "ASCII"),
        ({"email": " ann@example.com"}, "ASCII"),
        ({"email": "ann\u0000@example.com"}, "ASCII"),
        ({"email": "ann"}, "ASCII"),
        ({"email": "ann@a.example@example.com"}, "ASCII"),
        ({"email": "a" * 250 + "@example.com"}, "ASCII"),
    ],
)
def test_a_token_that_says_of_nobody_who_they_are(
    issuer: Issuer, changed: dict[str, Any], words: str
) -> None:
    """It is refused, with the reason."""
    with pytest.raises(TokenRefused, match=words):
        identify(token(issuer, **changed), issuer.settings())


HEADERS = st.fixed_dictionaries(
    {"alg": st.sampled_from([*auth.ALGORITHMS, "none", "HS256", "ES512", "", 7, None, ["RS256"]])},
    optional={
        "kid": st.sampled_from(["rsa", "curve", "unknown", "", 1, None, "../x", "\u0000"]),
        "crit": st.sampled_from([["b64"], [], "b64", 1]),
        "b64": st.sampled_from([False, "no"]),
        "typ": st.text(max_size=5),
    },
)
PARTS = st.text(max_size=30) | HEADERS.map(encoded) | st.binary(max_size=30).map(encoded)
TOKENS = st.lists(PARTS, max_size=5).map(".".join) | st.builds(
    lambda head, rest, sign: f"{encoded(head)}.{rest}.{sign}",
    HEADERS,
    st.sampled_from(
        [encoded({"sub": "1"}), encoded(b"[" * 3000), encoded(b"9" * 5000), "", "e30"]
    ),
    PARTS,
)


@given(bearer=TOKENS, scheme=st.sampled_from(["Bearer ", "bearer ", "Basic ", "", "Bearer"]))
def test_whatever_anybody_sends_is_refused(
    working_issuer: Issuer, bearer: str, scheme: str
) -> None:
    """With a reason, and never with an error of the function's own."""
    with pytest.raises(TokenRefused):
        identify(scheme + bearer, working_issuer.settings())


@pytest.fixture(scope="module")
def working_issuer(listening: Issuer) -> Issuer:
    listening.restore()
    return listening


@pytest.mark.parametrize("header", [b"[" * 6000, b'{"alg":' * 900, b"1" * 5000, b"null", b"\xff"])
def test_a_header_that_is_none_is_refused(issuer: Issuer, header: bytes) -> None:
    """Also one that takes a parser to its limits."""
    with pytest.raises(TokenRefused):
        identify(f"Bearer {encoded(header)}.e30.AAAA", issuer.settings())


@pytest.mark.parametrize("alg", ["ES256", "ES384", "PS256", "EdDSA"])
def test_a_token_cannot_choose_another_algorithm_for_a_key(issuer: Issuer, alg: str) -> None:
    """An EC algorithm over an RSA key is a fault of the token's."""
    header = encoded({"alg": alg, "kid": "rsa", "typ": "JWT"})
    with pytest.raises(TokenRefused, match="a way that its key is not for"):
        identify(f"Bearer {header}.e30.AAAA", issuer.settings())


@pytest.mark.parametrize(
    ("path", "answer"),
    [
        (METADATA, (500, {})),
        (METADATA, (200, b"<html>")),
        (METADATA, (200, [])),
        (METADATA, (200, {"issuer": "https://elsewhere.example", "jwks_uri": "https://x/keys"})),
        (METADATA, (302, "/moved")),
        ("/keys", (503, {})),
        ("/keys", (302, "/moved-keys")),
        ("/keys", (200, b"<html>")),
        ("/keys", (200, {"keys": []})),
    ],
)
def test_an_issuer_in_trouble_is_nobodys_denial(
    issuer: Issuer, path: str, answer: tuple[int, Any]
) -> None:
    """Nothing is known of the token, nothing is remembered, and the next call works again."""
    issuer.answers[path] = answer
    with pytest.raises(Unavailable):
        identify(token(issuer), issuer.settings())
    issuer.restore()
    assert "ann@example.com" == identify(token(issuer), issuer.settings())["owner"]


@pytest.mark.parametrize(
    "name", ["jwks_uri", "token_endpoint", "authorization_endpoint", "end_session_endpoint"]
)
@pytest.mark.parametrize(
    "address",
    ["http://issuer.example/keys", "file:///etc/passwd", "http://127.0.0.1:1@issuer.example/", ""],
)
def test_an_issuer_cannot_lead_away_from_https(issuer: Issuer, name: str, address: str) -> None:
    """Keys and sign-ins travel over https, or on this very machine."""
    metadata = issuer.answers[METADATA][1] | {name: address}
    issuer.answers[METADATA] = (200, metadata)
    with pytest.raises(Unavailable, match=f"{name} is not https"):
        discover(issuer.url)


@pytest.mark.parametrize("value", [True, "true", 1, "1"])
def test_another_claim_may_vouch_for_the_address(issuer: Issuer, value: Any) -> None:
    """Entra ID's is xms_edov; an issuer whose addresses are its own has none."""
    entra = token(issuer, email_verified=None, xms_edov=value)
    identify(entra, issuer.settings(oidc_verified_claim="xms_edov"))
    identify(token(issuer, email_verified=None), issuer.settings(oidc_verified_claim="none"))
    with pytest.raises(TokenRefused):
        identify(token(issuer, xms_edov=0), issuer.settings(oidc_verified_claim="xms_edov"))


@pytest.mark.parametrize(
    ("claims", "policy", "let_in"),
    [
        ({}, {"owner_domains": frozenset({"example.com"})}, True),
        ({}, {"owner_domains": frozenset({"example.org"})}, False),
        ({"email": "a@sub.example.com"}, {"owner_domains": frozenset({"example.com"})}, False),
        ({"groups": ["sales"]}, {"oidc_user_claim": "groups", "oidc_user_value": "sales"}, True),
        ({"groups": "sales"}, {"oidc_user_claim": "groups", "oidc_user_value": "sales"}, True),
        ({"groups": ["sale"]}, {"oidc_user_claim": "groups", "oidc_user_value": "sales"}, False),
        ({}, {"oidc_user_claim": "groups", "oidc_user_value": "sales"}, False),
        ({"groups": ["demo-admins"]}, {"oidc_user_claim": "x", "oidc_user_value": "y"}, True),
        ({"groups": ["demo-admins"]}, {"owner_domains": frozenset({"example.org"})}, True),
        (
            {"groups": ["sales"]},
            {
                "oidc_user_claim": "groups",
                "oidc_user_value": "sales",
                "owner_domains": frozenset({"example.org"}),
            },
            False,
        ),
    ],
)
def test_the_operator_says_who_may_own_demos(
    issuer: Issuer, claims: dict[str, Any], policy: dict[str, Any], *, let_in: bool
) -> None:
    """By the domain of the address and by a claim's value, both where both are set; admins may."""
    settings = issuer.settings(**policy)
    if let_in:
        assert identify(token(issuer, **claims), settings)["owner"]
    else:
        with pytest.raises(NotAllowed, match="ask the service's operator"):
            identify(token(issuer, **claims), settings)


def test_the_authorizer_lets_a_refusal_through_to_be_explained(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason is in its context; an issuer in trouble is an error that the gateway answers."""
    settings = issuer.settings(owner_domains=frozenset({"example.com"}))
    monkeypatch.setattr(auth, "settings", lambda: settings)

    def context(header: str) -> dict[str, str]:
        arn = "arn:aws:execute-api:r:1:api/stage/GET/me"
        event = {"type": "TOKEN", "authorizationToken": header, "methodArn": arn}
        context: dict[str, str] = auth.authorizer(event, None)["context"]
        return context

    assert "ann@example.com" == context(token(issuer))["owner"]
    assert "expired" in context(token(issuer, exp=1))["problem"]
    assert "may not have demos" in context(token(issuer, email="a@b.example"))["refused"]
    issuer.answers["/keys"] = (500, {})
    auth._keys.cache_clear()
    with pytest.raises(Unavailable):
        context(token(issuer))

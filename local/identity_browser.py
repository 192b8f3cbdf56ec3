"""What a browser needs of the local identity provider beyond what its package does.

PKCE is checked and not only accepted, the token endpoint may be asked by a page of another
origin, a login hint that names a known user signs in without a form, and the form comes
without a style sheet from elsewhere.
"""

import base64
import hashlib
import io
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, urlencode

from local.patching import pinned, wrap

_FORM = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Local sign-in</title>
<style>
  :root { color-scheme: light dark; }
  body { font: 1rem/1.5 system-ui, sans-serif; max-width: 34rem; margin: 4rem auto; }
  button, input { font: inherit; padding: .5rem .9rem; margin: .2rem .2rem .2rem 0; }
</style>
<main>
  <p>The identity provider of the local run: pick anyone. No password, no secret, no network.</p>
  {% block content %}{{ content }}{% endblock %}
</main>
</html>
"""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def check_pkce() -> None:
    """Make the package's code grant hold the verifier against the challenge (RFC 7636, S256)."""
    refused = pinned("oidc_provider_mock._app.authlib").oauth2.rfc6749.InvalidGrantError
    challenges: dict[str, str] = {}

    def saving(save: Any) -> Any:
        def save_with_challenge(self: Any, code: str, request: Any) -> Any:
            if challenge := request.payload.data.get("code_challenge"):
                challenges[code] = challenge
            return save(self, code, request)

        return save_with_challenge

    def validating(validate: Any) -> Any:
        def validate_with_challenge(self: Any) -> None:
            validate(self)
            challenge = challenges.pop(self.request.form["code"], None)
            if challenge and challenge != challenge_of(self.request.form.get("code_verifier", "")):
                raise refused("the code verifier does not match the challenge")

        return validate_with_challenge

    wrap("oidc_provider_mock._app.AuthorizationCodeGrant.save_authorization_code", saving)
    wrap("oidc_provider_mock._app.AuthorizationCodeGrant.validate_token_request", validating)


def challenge_of(verifier: str) -> str:
    """Return the S256 challenge that belongs to a verifier."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def open_to_pages(provider: Any) -> None:
    """Let pages of other origins trade codes, and show the form without outside requests."""
    from jinja2 import ChoiceLoader, DictLoader  # noqa: PLC0415

    @provider.after_request  # type: ignore[untyped-decorator]
    def allow(response: Any) -> Any:
        # A token is given for a code and its verifier alone, no cookie: any page may ask.
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    own = DictLoader({"_base.html": _FORM})
    provider.jinja_loader = ChoiceLoader([own, provider.jinja_loader])


def heed_login_hint(application: Wsgi, known: Iterable[str]) -> Wsgi:
    """Answer an authorization request whose login hint is a known user as that user would."""
    users = frozenset(known)

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        hint = parse_qs(environ.get("QUERY_STRING", "")).get("login_hint", [""])[0]
        asked = (environ["REQUEST_METHOD"], environ["PATH_INFO"])
        if asked == ("GET", "/oauth2/authorize") and hint in users:
            body = urlencode({"sub": hint}).encode()
            environ |= {
                "REQUEST_METHOD": "POST",
                "CONTENT_TYPE": "application/x-www-form-urlencoded",
                "CONTENT_LENGTH": str(len(body)),
                "wsgi.input": io.BytesIO(body),
            }
        return application(environ, start_response)

    return answer

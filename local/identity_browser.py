"""What a browser needs of the local identity provider beyond what its package does.

PKCE is checked and not only accepted, the token endpoint may be called by a page of another
origin, a login hint that names a known user signs in without a form, signing out needs no
confirmation, and the form comes without a style sheet from elsewhere.
"""

import io
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs, urlencode

from local.patching import around

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
  <p>This stands in for your identity provider: no password, no secret, no network.</p>
  {% block content %}{{ content }}{% endblock %}
</main>
</html>
"""

_CHOICE = """{% extends "_base.html" %}
{% block content %}
<h1>Who are you?</h1>
<form method="post">
{% for sub in predefined_users %}
  <button type="submit" name="sub" value="{{ sub }}">{{ sub }}</button>
{% endfor %}
</form>
<form method="post"><button type="submit" name="action" value="deny">Cancel</button></form>
{% endblock %}
"""

Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def check_pkce() -> None:
    """Make the package's code grant hold the verifier against the challenge (RFC 7636, S256)."""
    from authlib.oauth2.rfc7636 import CodeChallenge  # noqa: PLC0415 - slow import

    challenges: dict[str, str] = {}

    class Kept(CodeChallenge):  # type: ignore[misc]
        def get_authorization_code_challenge(self, authorization_code: Any) -> str | None:
            return challenges.pop(authorization_code.code, None)

        def get_authorization_code_challenge_method(self, _: Any) -> str:
            return "S256"

    def saving(save: Any, grant: Any, code: str, request: Any) -> Any:
        if challenge := request.payload.data.get("code_challenge"):
            challenges[code] = challenge
        return save(grant, code, request)

    def extending(extend: Any, extension: Any, grant: Any) -> Any:
        Kept()(grant)
        return extend(extension, grant)

    around("oidc_provider_mock._app.AuthorizationCodeGrant.save_authorization_code", saving)
    around("oidc_provider_mock._app.OpenIDCode.__call__", extending)


def open_to_pages(provider: Any) -> None:
    """Let pages of other origins trade codes, and show the form without outside requests."""
    from jinja2 import ChoiceLoader, DictLoader  # noqa: PLC0415

    @provider.after_request  # type: ignore[untyped-decorator]
    def allow(response: Any) -> Any:
        # A token is given for a code and its verifier alone, no cookie: any page may ask.
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    own = DictLoader({"_base.html": _FORM, "authorization_form.html": _CHOICE})
    provider.jinja_loader = ChoiceLoader([own, provider.jinja_loader])


def follow_login_hint(application: Wsgi, known: Iterable[str]) -> Wsgi:
    """Answer an authorization request whose login hint is a known user as that user would."""
    users = frozenset(known)

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        hint = _parameter(environ, "login_hint")
        if _route(environ) == ("GET", "/oauth2/authorize") and hint in users:
            environ |= _form({"sub": hint})
        return application(environ, start_response)

    return answer


def end_sessions(application: Wsgi) -> Wsgi:
    """Lead back at once from the end of a session: none is kept, so nothing is confirmed."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        back = _parameter(environ, "post_logout_redirect_uri")
        if _route(environ) == ("GET", "/oauth2/end_session") and back:
            environ |= {
                "PATH_INFO": "/oauth2/end_session/confirm",
                **_form({"redirect_uri": back}),
            }
        return application(environ, start_response)

    return answer


def _route(environ: dict[str, Any]) -> tuple[str, str]:
    return environ["REQUEST_METHOD"], environ["PATH_INFO"]


def _parameter(environ: dict[str, Any], name: str) -> str:
    query = str(environ.get("QUERY_STRING", ""))
    return parse_qs(query).get(name, [""])[0]


def _form(fields: dict[str, str]) -> dict[str, Any]:
    """Return what makes a request one that sends a form."""
    body = urlencode(fields).encode()
    return {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }

"""What a browser needs of the local identity provider beyond what its package does.

PKCE is checked and not only accepted, the token endpoint may be called by a page of another
origin, a login hint that names a known user signs in without a form, signing out needs no
confirmation, and the form comes without a style sheet from elsewhere.
"""

from collections.abc import Collection
from typing import Any

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


def ask_nothing_needless(provider: Any, known: Collection[str]) -> None:
    """Sign a known user in by the login hint alone, and end a session without a question."""
    from flask import redirect, request  # noqa: PLC0415 - slow import
    from werkzeug.datastructures import ImmutableMultiDict  # noqa: PLC0415

    @provider.before_request  # type: ignore[untyped-decorator]
    def answer() -> Any:
        hint = request.args.get("login_hint", "")
        back = request.args.get("post_logout_redirect_uri")
        match request.method, request.path:
            case "GET", "/oauth2/authorize" if hint in known:
                # As that user would send the form.
                request.method, request.form = "POST", ImmutableMultiDict({"sub": hint})
            case "GET", "/oauth2/end_session" if back:
                return redirect(back)  # no session is kept
        return None

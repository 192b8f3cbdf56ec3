"""The `demo` command: where its address and token come from, and how it signs in."""

from __future__ import annotations

import base64
import json
import socket
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import flask
import httpx
import pytest

from local import servers
from local.identity import AUDIENCE, OWNER
from tests.typed import API, TOKEN, Said, Script, Time, a_list, refusal, script, typed
from tools.command import sign_ins
from tools.command.sign_ins import SignIn

ISSUER = "https://issuer.example.com"
LOCAL = "http://127.0.0.1:4566/api"
CONFIG = {"issuer": ISSUER, "client_id": AUDIENCE, "scopes": "openid email profile"}


def token(owner: str = OWNER, expires: float = 2e9, **claims: Any) -> str:
    """Return an ID token that only its service would look into."""
    claims = {"email": owner, "exp": expires, **claims}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"header.{body}.signature"


@dataclass
class Hosts(httpx.BaseTransport):
    """The service and its issuer; the issuer is an application of this process."""

    issuer: httpx.BaseTransport
    service: Script = field(default_factory=lambda: script(CONFIG))

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        ours = str(request.url).startswith(API)
        return (self.service if ours else self.issuer).handle_request(request)


def at_home(home: Path, **more: str) -> dict[str, str]:
    return {"HOME": str(home), **more}


def kept(home: Path, **changes: Any) -> Path:
    """Keep a sign-in at home, as `demo login` does."""
    sign_in = SignIn(
        api=API,
        issuer=ISSUER,
        client_id=AUDIENCE,
        token_endpoint=f"{ISSUER}/token",
        revocation_endpoint=f"{ISSUER}/revoke",
        id_token=token(),
        refresh_token="refresh-1",
        expires=2e9,
    )
    file = sign_ins.file_of(at_home(home))
    sign_ins.write(file, SignIn(**{**asdict(sign_in), **changes}))
    return file


def local_run(folder: Path, **changes: Any) -> Path:
    """Leave what `make demo` leaves in a folder."""
    file = folder / ".local" / "service.json"
    file.parent.mkdir()
    file.touch(mode=0o600)
    file.write_text(json.dumps({"api_url": LOCAL, "token": "local-token", **changes}))
    return file


def called(said: Said, service: Script) -> tuple[str, str]:
    """Return which service was called, and by which token."""
    assert 0 == said.status, said.err
    request = service.requests[0]
    address = str(request.url).rpartition("/demos")[0]
    return address, request.headers["Authorization"].removeprefix("Bearer ")


def test_a_flag_goes_before_the_environment_before_a_file_before_the_local_run(
    tmp_path: Path,
) -> None:
    kept(tmp_path)
    local_run(tmp_path)
    flag, variable = "https://flag.example.com", "https://variable.example.com"
    both = at_home(tmp_path, DEMO_API=variable, DEMO_TOKEN="from-variable")
    found = []
    for arguments, environment in (
        (["--api", f"{flag}/"], both),
        ([], both),
        ([], at_home(tmp_path, DEMO_TOKEN="from-variable")),
        ([], at_home(tmp_path)),
        (["--api", LOCAL], at_home(tmp_path)),
        ([], at_home(tmp_path / "elsewhere")),
    ):
        service = script(a_list())
        said = typed(
            "list", *arguments, transport=service, environment=environment, folder=tmp_path
        )
        found.append(called(said, service))
    assert [
        (flag, "from-variable"),
        (variable, "from-variable"),
        (API, "from-variable"),
        (API, token()),
        (LOCAL, "local-token"),
        (LOCAL, "local-token"),
    ] == found


@pytest.mark.parametrize(
    ("environment", "status", "words"),
    [
        ({}, 2, "which service?"),
        ({"DEMO_API": ""}, 2, "which service?"),
        ({"DEMO_API": "http://demos.example.com"}, 2, "it begins with https"),
        ({"DEMO_API": "demos.example.com"}, 2, "it begins with https"),
        ({"DEMO_API": "https://me@demos.example.com"}, 2, "is no address of a service"),
        ({"DEMO_API": API}, 4, f"not signed in to {API}: run `demo login --api {API}`"),
    ],
)
def test_what_is_missing_is_said_and_nobody_is_asked(
    tmp_path: Path, environment: dict[str, str], status: int, words: str
) -> None:
    service = script(a_list())
    here = at_home(tmp_path, **environment)
    said = typed("list", environment=here, folder=tmp_path, transport=service)
    assert (status, []) == (said.status, service.requests)
    assert words in said.err


def test_a_folder_gets_no_token_but_its_own(tmp_path: Path) -> None:
    """Whoever made it could have its token sent to themselves."""
    file = local_run(tmp_path)
    here = at_home(tmp_path, DEMO_TOKEN="from-variable")
    said = typed("list", environment=here, folder=tmp_path, transport=script(a_list()))
    assert 2 == said.status
    assert "say with --api or DEMO_API which service it is for" in said.err
    file.write_text(json.dumps({"api_url": "https://evil.example.com", "token": "x"}))
    said = typed("list", environment=at_home(tmp_path), folder=tmp_path)
    assert 2 == said.status
    assert "which is not on this machine" in said.err


@pytest.mark.parametrize("make", [kept, local_run])
def test_a_file_that_others_can_read_is_not_used(
    tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    make(tmp_path).chmod(0o640)
    service = script(a_list())
    said = typed("list", environment=at_home(tmp_path), folder=tmp_path, transport=service)
    assert (4, []) == (said.status, service.requests)
    assert "is open to others (mode 0640, not 0600)" in said.err


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"api": "x"}', "\xff"])
def test_a_file_that_is_not_whole_is_named(tmp_path: Path, text: str) -> None:
    file = kept(tmp_path)
    file.write_text(text, encoding="latin-1")
    said = typed("list", environment=at_home(tmp_path), folder=tmp_path)
    assert 4 == said.status
    assert str(file) in said.err
    assert 1 == len(said.err.splitlines())


def test_a_token_that_is_refused_says_what_to_do() -> None:
    said = typed("list", transport=script(refusal(401, "the token has expired")))
    assert 4 == said.status
    assert ["the token has expired", "DEMO_TOKEN needs another token, or run `demo login`"] == (
        said.err.splitlines()
    )


@pytest.fixture(scope="module")
def identity(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Lend the identity provider of the local run."""
    state = tmp_path_factory.mktemp("identity")
    yield servers.ensure("local.identity", state, "identity").url
    servers.stop(state, "identity")


def browser(**form: str) -> Callable[[str], None]:
    """Return somebody who fills in the issuer's form, after answers that are not theirs."""

    def sign_in(address: str) -> None:
        with httpx.Client(trust_env=False) as client:
            location = client.post(address, data=form).headers["Location"]
            redirect = location.partition("?")[0]
            assert 404 == client.get(f"{redirect}?code=forged&state=guessed").status_code
            assert 404 == client.get(redirect.replace("signed-in", "favicon.ico")).status_code
            assert 200 == client.get(location).status_code

    return sign_in


def real(issuer: str) -> Hosts:
    """Return the service with an issuer that listens on this machine."""
    return Hosts(httpx.HTTPTransport(), script({**CONFIG, "issuer": issuer}))


def login(home: Path, transport: httpx.BaseTransport, **more: Any) -> Said:
    return typed("login", "--api", API, environment=at_home(home), transport=transport, **more)


def test_a_browser_on_this_machine_signs_in(tmp_path: Path, identity: str) -> None:
    """By the code flow with PKCE; what is kept is this user's alone, and no token is printed."""
    said = login(tmp_path, real(identity), open_page=browser(sub=OWNER))
    assert 0 == said.status, said.err
    assert f"Signed in to {API} as {OWNER}" in said.err
    file = sign_ins.file_of(at_home(tmp_path))
    assert 0o600 == stat.S_IMODE(file.stat().st_mode)
    sign_in = sign_ins.read(file)
    assert sign_in
    assert (API, identity, AUDIENCE) == (sign_in.api, sign_in.issuer, sign_in.client_id)
    assert sign_in.id_token not in said.out + said.err
    service = script(a_list())
    said = typed("list", environment=at_home(tmp_path), transport=service)
    assert (API, sign_in.id_token) == called(said, service)


def test_somebody_who_declines_is_not_signed_in(tmp_path: Path, identity: str) -> None:
    said = login(tmp_path, real(identity), open_page=browser(action="deny"))
    assert 1 == said.status
    assert "the issuer gave no token" in said.err
    assert not sign_ins.file_of(at_home(tmp_path)).exists()


def stand_in(*answers: Mapping[str, Any], **metadata: Any) -> flask.Flask:
    """Return an issuer with device authorization; its token endpoint answers as it is told."""
    issuer = flask.Flask("issuer")
    left = list(answers)
    forms: list[dict[str, str]] = []
    issuer.config["forms"] = forms
    document = {
        "issuer": ISSUER,
        "token_endpoint": f"{ISSUER}/token",
        "device_authorization_endpoint": f"{ISSUER}/device",
        "revocation_endpoint": f"{ISSUER}/revoke",
        "scopes_supported": ["openid", "offline_access"],
        **metadata,
    }
    begun = {"device_code": "d1", "user_code": "WDJB-MJHT", "verification_uri": f"{ISSUER}/go"}

    @issuer.get("/.well-known/openid-configuration")
    def discovery() -> dict[str, Any]:
        return {name: value for name, value in document.items() if value}

    @issuer.post("/<any(device, token, revoke):name>")
    def answer(name: str) -> Any:
        forms.append({"to": name, **flask.request.form.to_dict()})
        if name == "device":
            return {**begun, "expires_in": 60}
        body = left.pop(0) if len(left) > 1 else left[0]
        return body, (400 if "error" in body else 200)

    return issuer


def on(issuer: flask.Flask) -> httpx.WSGITransport:
    return httpx.WSGITransport(app=issuer)


def test_a_code_signs_in_from_another_device(tmp_path: Path) -> None:
    """RFC 8628: asked as often as the issuer lets, and no more often once it says so."""
    pending, slower = {"error": "authorization_pending"}, {"error": "slow_down"}
    issuer = stand_in(pending, slower, pending, {"id_token": token(), "refresh_token": "r1"})
    clock = Time()
    said = login(tmp_path, Hosts(on(issuer)), clock=clock)
    assert 0 == said.status, said.err
    assert f"Open {ISSUER}/go and type: WDJB-MJHT" in said.err
    assert [5, 5, 10, 10] == clock.pauses
    first, *others = issuer.config["forms"]
    assert "openid email profile offline_access" == first["scope"]
    assert {"d1"} == {form["device_code"] for form in others}
    sign_in = sign_ins.read(sign_ins.file_of(at_home(tmp_path)))
    assert sign_in
    assert (token(), "r1", 2e9) == (sign_in.id_token, sign_in.refresh_token, sign_in.expires)


@pytest.mark.parametrize(
    ("answer", "metadata", "status", "words"),
    [
        ({"error": "authorization_pending"}, {}, 3, "nobody typed the code in time"),
        ({"error": "access_denied", "error_description": "no"}, {}, 1, "gave no token: no"),
        ({"access_token": "a"}, {}, 1, "answered with no ID token"),
        ({}, {"device_authorization_endpoint": ""}, 1, "set DEMO_TOKEN to an ID token of yours"),
        ({}, {"issuer": "https://other.example.com"}, 1, "speaks for another issuer"),
        ({}, {"token_endpoint": "http://issuer.example.com/"}, 1, "token_endpoint is not https"),
    ],
)
def test_a_sign_in_that_cannot_be_ends_with_a_sentence(
    tmp_path: Path, answer: dict[str, Any], metadata: dict[str, Any], status: int, words: str
) -> None:
    clock = Time()
    said = login(tmp_path, Hosts(on(stand_in(answer, **metadata))), clock=clock)
    assert status == said.status
    assert 60 >= clock.elapsed()  # the code's own time
    assert words in said.err
    assert not sign_ins.file_of(at_home(tmp_path)).exists()


def test_another_sign_ins_token_is_not_taken(tmp_path: Path) -> None:
    """The issuer must answer the very question, which its nonce tells (OpenID Connect Core)."""

    def come_back(address: str) -> None:
        query = parse_qs(urlsplit(address).query)
        with httpx.Client(trust_env=False) as client:
            client.get(f"{query['redirect_uri'][0]}?code=c&state={query['state'][0]}")

    flow = {"device_authorization_endpoint": "", "authorization_endpoint": f"{ISSUER}/authorize"}
    issuer = stand_in({"id_token": token(nonce="another")}, **flow)
    said = login(tmp_path, Hosts(on(issuer)), open_page=come_back)
    assert (1, True) == (said.status, "the issuer answered another sign-in" in said.err)
    assert not sign_ins.file_of(at_home(tmp_path)).exists()


def test_a_port_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    flow = {"device_authorization_endpoint": "", "authorization_endpoint": f"{ISSUER}/authorize"}
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        arguments = ("login", "--api", API, "--port", port)
        hosts = Hosts(on(stand_in({}, **flow)))
        said = typed(*arguments, environment=at_home(tmp_path), transport=hosts)
    assert 1 == said.status
    assert f"port {port} of this machine cannot be used" in said.err


def test_a_sign_in_renews_itself(tmp_path: Path) -> None:
    """Before its token ends, once; what is kept is the new one, its refresh token as well."""
    soon = Time().now().timestamp() + 30
    file = kept(tmp_path, id_token=token(expires=soon), expires=soon)
    issuer = stand_in({"id_token": token(expires=3e9), "refresh_token": "refresh-2"})
    hosts = Hosts(on(issuer), script(a_list()))
    for _ in range(2):
        assert 0 == typed("list", environment=at_home(tmp_path), transport=hosts).status
    sent = {request.headers["Authorization"] for request in hosts.service.requests}
    assert {f"Bearer {token(expires=3e9)}"} == sent
    assert ["refresh-1"] == [form["refresh_token"] for form in issuer.config["forms"]]
    sign_in = sign_ins.read(file)
    assert sign_in
    assert ("refresh-2", 3e9) == (sign_in.refresh_token, sign_in.expires)


@pytest.mark.parametrize(
    ("refresh_token", "answer"),
    [
        ("", {}),
        ("refresh-1", {"error": "invalid_grant", "error_description": "it was revoked"}),
        ("refresh-1", {"access_token": "only"}),
    ],
)
def test_a_sign_in_that_has_ended_says_so(
    tmp_path: Path, refresh_token: str, answer: dict[str, Any]
) -> None:
    kept(tmp_path, refresh_token=refresh_token, expires=5)
    hosts = Hosts(on(stand_in(answer)), script(a_list()))
    said = typed("list", environment=at_home(tmp_path), transport=hosts)
    assert (4, []) == (said.status, hosts.service.requests)
    assert "sign in again with: demo login" in said.err


def test_signing_out_forgets_here_and_at_the_issuer(tmp_path: Path) -> None:
    file = kept(tmp_path)
    issuer = stand_in({"revoked": "yes"})
    said = typed("logout", environment=at_home(tmp_path), transport=on(issuer))
    assert (0, f"Signed out of {API}.\n") == (said.status, said.err)
    assert not file.exists()
    assert [{"to": "revoke", "token": "refresh-1", "client_id": AUDIENCE}] == issuer.config[
        "forms"
    ]
    again = typed("logout", environment=at_home(tmp_path), transport=on(issuer))
    assert (0, "You were not signed in.\n") == (again.status, again.err)


def test_the_help_has_no_place_for_a_token(capsys: pytest.CaptureFixture[str]) -> None:
    """What is typed is seen by every process of the machine."""
    with pytest.raises(SystemExit):
        typed("list", "--token", TOKEN[:3])
    assert "unrecognized arguments: --token" in capsys.readouterr().err

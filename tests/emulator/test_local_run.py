"""The local run: what it packages, who signs in, and what people see."""

import io
import json
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from rich.console import Console

from local import demo, identity, processes, servers, service, tokens
from local.progress import Progress, seconds
from local.words import local_run
from tools import packaging


def sources(root: Path) -> Path:
    (root / "chalicelib").mkdir(parents=True)
    (root / "chalicelib" / "one.py").write_text("x = 1\n")
    (root / "app.py").write_text("app = 1\n")
    return root


def test_a_renamed_source_is_a_change(tmp_path: Path) -> None:
    """The package depends on names as well as contents, and not on compiled leftovers."""
    root = sources(tmp_path)
    before = packaging.source_hash(root, "local")
    (root / "chalicelib" / "one.pyc").write_text("compiled")
    assert before == packaging.source_hash(root, "local")
    (root / "chalicelib" / "one.py").rename(root / "chalicelib" / "two.py")
    assert before != packaging.source_hash(root, "local")


def test_an_unchanged_package_is_not_built_again(tmp_path: Path) -> None:
    """Where the package there is of these sources, no tool runs."""
    root, out = sources(tmp_path / "root"), tmp_path / "out"
    out.mkdir()
    package = packaging.Package(out)
    package.hash_file.write_text(packaging.source_hash(root, "local"))
    assert packaging.build("local", out, {}, root) == (package, False)


def test_a_failing_tool_is_quoted(tmp_path: Path) -> None:
    """A tool that fails is an error with what it printed."""
    with pytest.raises(packaging.PackagingError, match="no such thing"):
        packaging.run_tool(["-c", "raise SystemExit('no such thing')"], {}, tmp_path)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("identity")
    provider = servers.ensure("local.identity", folder, "identity")
    yield provider.url, folder / "identity"
    assert servers.stop(folder, "identity")
    assert not processes.is_running(provider.pid)


def claims(token: str, issuer: str) -> dict[str, Any]:
    """Verify as the service does: by the provider's published keys."""
    key = jwt.PyJWKClient(f"{issuer}/jwks").get_signing_key_from_jwt(token)
    decoded: dict[str, Any] = jwt.decode(
        token, key, algorithms=["RS256"], audience=identity.AUDIENCE, issuer=issuer
    )
    return decoded


def test_users_sign_in_with_verified_addresses(provider: tuple[str, Path]) -> None:
    """Each user gets a token of a day at least; the administrator's names the group."""
    issuer, _ = provider
    owner = claims(tokens.sign_in(issuer, identity.OWNER), issuer)
    admin = claims(tokens.sign_in(issuer, identity.ADMIN), issuer)
    assert (owner["email"], owner["email_verified"]) == (identity.OWNER, True)
    assert "groups" not in owner
    assert admin["groups"] == [identity.ADMIN_GROUP]
    assert owner["exp"] - owner["iat"] >= 24 * 3600


def test_a_refused_sign_in_says_what_the_provider_said(provider: tuple[str, Path]) -> None:
    """Whom the provider gives no code, there is no token for."""
    issuer, _ = provider
    with pytest.raises(
        tokens.SignInError, match=r"owner@example\.com was not signed in: .*client"
    ):
        tokens.sign_in(issuer, audience="")


def test_nothing_needless_is_asked(provider: tuple[str, Path]) -> None:
    """A hint at a known user signs in and a session ends without a form; others are asked."""
    issuer, _ = provider
    asked = {
        "response_type": "code",
        "client_id": "a",
        "redirect_uri": "http://127.0.0.1/x",
        "scope": "openid",
    }
    with httpx.Client(base_url=f"{issuer}/oauth2", trust_env=False) as browser:
        known, unknown = (
            browser.get("/authorize", params={**asked, "login_hint": hint})
            for hint in (identity.OWNER, "stranger@example.com")
        )
        ended = browser.get("/end_session", params={"post_logout_redirect_uri": "http://x.test/"})
    assert (302, 200, 302) == (known.status_code, unknown.status_code, ended.status_code)
    assert known.headers["location"].startswith("http://127.0.0.1/x?code=")
    assert "Who are you?" in unknown.text
    assert "http://x.test/" == ended.headers["location"]


def test_minted_tokens_are_good_expired_or_foreign(
    provider: tuple[str, Path], tmp_path: Path
) -> None:
    """A test can have a token that is good, one that is over, and one nobody signed."""
    issuer, folder = provider
    assert claims(tokens.mint(folder, issuer), issuer)["email"] == identity.OWNER
    with pytest.raises(jwt.ExpiredSignatureError):
        claims(tokens.mint(folder, issuer, expires_in=-60), issuer)
    with pytest.raises(jwt.InvalidSignatureError):
        claims(tokens.mint(tmp_path, issuer), issuer)


def test_the_provider_keeps_its_key(provider: tuple[str, Path]) -> None:
    """The key a token is signed with is read from the state folder, for this user only."""
    _, folder = provider
    assert identity.signing_key(folder) == (folder / "signing-key.pem").read_bytes()
    assert (folder / "signing-key.pem").stat().st_mode & 0o077 == 0


def test_nothing_of_this_shell_reaches_the_tools(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS settings of the shell stay out of the local run's tools."""
    from tools.deploy import tool_environment

    monkeypatch.setenv("AWS_PROFILE", "production")
    given = tool_environment({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    assert {name: value for name, value in given.items() if name.startswith("AWS_")} == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1"
    }
    assert given["PATH"] == os.environ["PATH"]


def a_demo(phase: str, *statuses: str, failure: Any = None) -> dict[str, Any]:
    stacks = [
        {
            "name": name,
            "stack_name": name,
            "status": status,
            "started_at": None if status == "pending" else "2026-01-01T00:00:00+00:00",
            "finished_at": "2026-01-01T00:00:05+00:00" if status == "ready" else None,
        }
        for name, status in zip(("s3", "vpc"), statuses, strict=False)
    ]
    return {
        "demo_id": "abcd1234",
        "phase": phase,
        "reason": "waiting",
        "components": stacks,
        "failure": failure,
        "links": {"WebUrl": "http://web.example"},
        "expires_at": "2026-01-01T04:00:00+00:00",
    }


def client(*answers: dict[str, Any]) -> httpx.Client:
    waiting = iter(answers)
    return httpx.Client(
        base_url="http://api.invalid",
        transport=httpx.MockTransport(lambda _: httpx.Response(200, json=next(waiting))),
    )


@pytest.fixture(autouse=True)
def _no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_POLL_SECONDS", 0)


def test_progress_is_printed_on_change_without_a_terminal() -> None:
    """Without a terminal each change is a line, and what did not change is not repeated."""
    out = io.StringIO()
    ready = a_demo("ready", "ready", "ready")
    with Progress(Console(file=out, width=200), {}, 1.0) as progress:
        ended = demo.follow(
            client(a_demo("provisioning", "ready", "creating"), ready),
            a_demo("provisioning", "creating", "pending"),
            progress.show,
            60,
        )
    assert ended == ready
    lines = [line.split()[2:] for line in out.getvalue().splitlines()]
    assert lines == [
        ["demo", "provisioning"],
        ["s3", "creating"],
        ["vpc", "pending"],
        ["s3", "ready"],
        ["vpc", "creating"],
        ["demo", "ready"],
        ["vpc", "ready"],
    ]


def test_progress_on_a_terminal_shows_typical_minutes() -> None:
    """On a terminal there is a row for each stack with its state and typical minutes."""
    out = io.StringIO()
    console = Console(file=out, force_terminal=True, width=100)
    with Progress(console, {"s3": 1, "vpc": 3}, 1.0) as progress:
        progress.show(a_demo("provisioning", "ready", "creating"))
    assert "about 3 min" in out.getvalue()
    assert "5.0 s" in out.getvalue()


def test_a_stack_that_has_not_started_took_no_time() -> None:
    """Elapsed time counts from the start to the end."""
    pending, ready = a_demo("provisioning", "pending")["components"], a_demo("ready", "ready")
    assert [seconds(pending[0], 1e10), seconds(ready["components"][0], 1e10)] == [0.0, 5.0]


def test_a_failed_demo_names_its_cause() -> None:
    """A demo that fails ends with the component, resource and reason, without waiting on."""
    failure = {"component": "rds", "resource": "Database", "reason": "no capacity"}
    with pytest.raises(demo.DemoError, match="rds failed at Database: no capacity"):
        demo.follow(client(), a_demo("deleting", failure=failure), lambda _: None, 60)


def test_a_demo_that_never_becomes_ready_is_given_up() -> None:
    """After the time it was given, the demo's own reason is the message."""
    with pytest.raises(demo.DemoError, match=r"still provisioning \(waiting\)"):
        demo.follow(client(), a_demo("provisioning"), lambda _: None, -1)


def test_a_refused_request_is_quoted() -> None:
    """An error has its problem document's words, a full quota also what to do about it."""
    refused = httpx.Response(422, json={"detail": "no such component"}, request=POST)
    with pytest.raises(demo.DemoError, match=r"^no such component$"):
        demo.checked(refused)
    full = httpx.Response(429, json={"detail": "at most 3 demos"}, request=POST)
    with pytest.raises(demo.DemoError, match=r"at most 3 demos .*make down forget=1"):
        demo.checked(full)
    broken = httpx.Response(502, text="no JSON", request=POST)
    with pytest.raises(demo.DemoError, match="502: no JSON"):
        demo.checked(broken)


LINUX = sys.platform == "linux"
POST = httpx.Request("POST", "http://api.invalid/demos")


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, demo.Settings("all", 1.5, None, LINUX)),
        ({"DEMO_COMPONENTS": "ecs,asg"}, demo.Settings(["ecs", "asg"], instances=LINUX)),
        ({"DEMO_COMPONENTS": " s3 vpc "}, demo.Settings(["s3", "vpc"], instances=LINUX)),
        ({"DEMO_COMPONENTS": "", "DEMO_PACE": ""}, demo.Settings(instances=LINUX)),
        ({"DEMO_PACE": "0", "DEMO_PORT": "4600"}, demo.Settings("all", 0, 4600, LINUX)),
        ({"DEMO_INSTANCES": "recorded"}, demo.Settings(instances=False)),
    ],
)
def test_settings_are_read(environment: dict[str, str], expected: demo.Settings) -> None:
    """Names come with commas or spaces; what is empty is as if it were not there."""
    assert expected == demo.Settings.read(environment)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("DEMO_PACE", "abc"),
        ("DEMO_PACE", "-1"),
        ("DEMO_PACE", "inf"),
        ("DEMO_PACE", "nan"),
        ("DEMO_INSTANCES", "yes"),
        ("DEMO_WITHOUT", "apache2, nginx"),
        ("DEMO_JENKINS_WAR", "/nowhere/jenkins.war"),
        ("DEMO_JENKINS_WAR", __file__),
        ("DEMO_PORT", "abc"),
        ("DEMO_PORT", "70000"),
        ("DEMO_PORT", "-4"),
        ("DEMO_PORT", "80.5"),
    ],
)
def test_a_wrong_setting_is_named(
    name: str, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """`make demo` ends with one sentence that names the variable, before anything starts."""
    monkeypatch.setenv(name, text)
    monkeypatch.setattr(service, "up", lambda **_: pytest.fail("the service was started"))
    assert 1 == demo.main()
    output = capsys.readouterr().out
    assert (1, True) == (output.count("\n"), f"{name} is " in output)


def test_ctrl_c_ends_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An interrupted `make demo` says what goes on and how to stop it."""

    def interrupted(**_: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "up", interrupted)
    assert 130 == demo.main()
    assert "make down" in capsys.readouterr().out


def test_two_demos_have_two_names() -> None:
    """A demo of `make demo` is named by its time."""
    sent: list[bytes] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.content)
        return httpx.Response(202, json={})

    transport = httpx.MockTransport(answer)
    demo.request_demo(httpx.Client(base_url="http://api.invalid", transport=transport), "all")
    assert re.fullmatch(r"make demo at \d\d:\d\d:\d\d", json.loads(sent[0])["name"])


def test_the_page_is_named_as_soon_as_the_service_is_up(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page's address and what a killed emulator lost are printed before a demo is built."""
    fields = dict.fromkeys(service.Service.__dataclass_fields__, "x")
    up = service.Service(**{**fields, "lost": "All is lost."})  # type: ignore[arg-type]
    monkeypatch.setattr(service, "up", lambda **_: up)
    monkeypatch.setattr(service, "emulator", lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        demo.main()
    output = capsys.readouterr().out
    assert all(words in output for words in ("All is lost.", demo.page_link(up)))


@pytest.mark.parametrize(
    ("instances", "words"),
    [
        (False, ("not emulated", "do not open", "is 1.5 s here")),
        (True, ("\nLinks:\n", "own user data", "Jenkins is a page that says")),
    ],
)
def test_the_summary_says_what_is_not_real(*, instances: bool, words: tuple[str, ...]) -> None:
    """The last words have the links, what stands behind them, and how to stop."""
    fields = dict.fromkeys(service.Service.__dataclass_fields__, "x")
    up = service.Service(**{**fields, "instances": instances})  # type: ignore[arg-type]
    local = local_run(1.5, instances=instances)
    text = demo.summary(up, a_demo("ready"), local)
    assert [] == [each for each in (*words, "http://web.example", "make down") if each not in text]


def test_down_ends_only_what_it_started(tmp_path: Path) -> None:
    """A process id that meanwhile belongs to another program is left alone."""
    known = tmp_path / "identity.server.json"
    known.write_text(json.dumps({"module": "local.identity", "port": 1, "pid": os.getpid()}))
    assert service.down(tmp_path) == []
    assert not known.exists()


def test_a_service_that_is_not_running_says_how_to_start_it(tmp_path: Path) -> None:
    """One that was never started, or is another version's, names the commands that do."""
    with pytest.raises(service.ServiceError, match="make demo"):
        service.Service.read(tmp_path)
    (tmp_path / "service.json").write_text('{"gone": 1}')
    with pytest.raises(service.ServiceError, match="another version's; run: make down"):
        service.Service.read(tmp_path)

"""The local run: what it packages, who signs in, and what people see."""

import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from rich.console import Console

from local import demo, identity, packaging, service, tokens
from local.emulator.process import is_running, stop_process
from local.progress import Progress, seconds


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
    issuer, pid = service.start_identity(folder)
    yield issuer, folder / "identity"
    stop_process(pid)
    assert not is_running(pid)


def claims(token: str, issuer: str) -> dict[str, Any]:
    """Verify as the service does: by the provider's published keys."""
    key = jwt.PyJWKClient(f"{issuer}/jwks").get_signing_key_from_jwt(token)
    told: dict[str, Any] = jwt.decode(
        token, key, algorithms=["RS256"], audience=identity.AUDIENCE, issuer=issuer
    )
    return told


def test_users_sign_in_with_verified_addresses(provider: tuple[str, Path]) -> None:
    """Each user gets a token of a day at least; the administrator's names the group."""
    issuer, _ = provider
    owner = claims(tokens.sign_in(issuer, identity.OWNER), issuer)
    admin = claims(tokens.sign_in(issuer, identity.ADMIN), issuer)
    assert (owner["email"], owner["email_verified"]) == (identity.OWNER, True)
    assert "groups" not in owner
    assert admin["groups"] == [identity.ADMIN_GROUP]
    assert owner["exp"] - owner["iat"] >= 24 * 3600


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
    from local.deploy import tool_environment

    monkeypatch.setenv("AWS_PROFILE", "production")
    given = tool_environment({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})
    assert {name: value for name, value in given.items() if name.startswith("AWS_")} == {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:1"
    }
    assert given["PATH"] == os.environ["PATH"]


def a_demo(phase: str, *statuses: str, failure: Any = None) -> dict[str, Any]:
    stacks = [
        {
            "component": name,
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
        "stacks": stacks,
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
    monkeypatch.setattr(demo, "_LOOK_EVERY", 0)


def test_progress_is_told_on_change_without_a_terminal() -> None:
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
    told = [line.split()[2:] for line in out.getvalue().splitlines()]
    assert told == [
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
    pending, ready = a_demo("provisioning", "pending")["stacks"], a_demo("ready", "ready")
    assert [seconds(pending[0], 1e10), seconds(ready["stacks"][0], 1e10)] == [0.0, 5.0]


def test_a_failed_demo_names_its_cause() -> None:
    """A demo that fails ends with the component, resource and reason, without waiting on."""
    failure = {"component": "rds", "resource": "Database", "reason": "no capacity"}
    with pytest.raises(demo.DemoError, match="rds failed at Database: no capacity"):
        demo.follow(client(), a_demo("deleting", failure=failure), lambda _: None, 60)


def test_a_demo_that_never_becomes_ready_is_given_up() -> None:
    """After the time it was given, the demo's own reason is told."""
    with pytest.raises(demo.DemoError, match=r"still provisioning \(waiting\)"):
        demo.follow(client(), a_demo("provisioning"), lambda _: None, -1)


def test_a_refused_request_is_quoted() -> None:
    """An error answer is told with its problem document."""
    refused = httpx.Response(422, json={"detail": "no such component"}, request=POST)
    with pytest.raises(demo.DemoError, match="no such component"):
        demo.checked(refused)


POST = httpx.Request("POST", "http://api.invalid/demos")


def test_components_are_read_with_commas_or_spaces(monkeypatch: pytest.MonkeyPatch) -> None:
    """DEMO_COMPONENTS takes names either way; empty asks for all."""
    for text, expected in (("ecs,asg", ["ecs", "asg"]), (" s3 vpc ", ["s3", "vpc"]), ("", "all")):
        monkeypatch.setenv("DEMO_COMPONENTS", text)
        assert demo.components() == expected


def test_the_farewell_says_what_is_not_real() -> None:
    """The last words have the links, what is only recorded, and how to stop."""
    up = service.Service(**dict.fromkeys(service.Service.__dataclass_fields__, "x"))  # type: ignore[arg-type]
    said = demo.farewell(up, a_demo("ready"))
    for words in ("http://web.example", "not emulated", "do not open", "make down"):
        assert words in said


def test_down_ends_only_what_it_started(tmp_path: Path) -> None:
    """A process id that meanwhile belongs to another program is left alone."""
    (tmp_path / "identity.json").write_text(json.dumps({"port": 1, "pid": os.getpid()}))
    assert service.down(tmp_path) == []
    assert not (tmp_path / "identity.json").exists()


def test_a_service_that_is_not_running_says_how_to_start_it(tmp_path: Path) -> None:
    """Reading a service that was never started names the command that does."""
    with pytest.raises(service.ServiceError, match="make demo"):
        service.Service.read(tmp_path)

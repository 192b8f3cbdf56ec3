"""The `demo` command on the whole service: signed in by the issuer, and a demo that opens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import httpx

from local.identity import OTHER
from tests.integration.conftest import Running
from tests.typed import Said, typed
from tools.command.clock import RealClock

from .conftest import opened, wait_for


def as_other(home: Path) -> Callable[..., Said]:
    """Return the command as another user of this machine types it."""

    def run(*arguments: str) -> Said:
        said = typed(
            *arguments, environment={"HOME": str(home)}, clock=RealClock(), open_page=sign_in
        )
        assert 0 == said.status, said.err
        return said

    return run


def sign_in(address: str) -> None:
    """Sign in where the issuer asks who it is."""
    with httpx.Client(trust_env=False) as client:
        client.get(client.post(address, data={"sub": OTHER}).headers["Location"])


def test_a_demo_from_sign_in_to_its_end(machines: Running, tmp_path: Path) -> None:
    """It is made, listed, opened, extended and deleted, and nothing is left."""
    machines.remember()
    run = as_other(tmp_path)
    assert f"as {OTHER}" in run("login", "--api", machines.up.api_url).err
    made = run("create", "asg", "--name", "Acme", "--for", "2h", "--wait", "--timeout", "2m")
    assert "Acme" in made.out
    assert "demo      Ready" in made.err
    assert "Ready" in run("list").out
    link = run("links").out.split()[-1]
    wait_for(lambda: 200 == opened(link).status_code, link)
    ends = run("show", "--json").json["ttl_hours"]
    assert ends + 1 == run("extend", "acme", "--for", "1h", "--json").json["ttl_hours"]
    gone = run("delete", "Acme", "--wait", "--timeout", "2m", "--json").json
    assert "deleted" == gone["phase"]
    assert "No demos.\n" == run("list").out
    run("logout")
    assert [] == machines.left_behind()

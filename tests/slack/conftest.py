"""A stand-in for Slack in this process, and the whole service on an emulator of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from werkzeug.serving import make_server

from local import service
from local.emulator.process import Emulator
from local.slack.setup import LocalSlack
from local.slack.stand_in import StandIn, application
from local.slack.workspace import Workspace
from tools.packaging import ROOT

PATIENCE = 60.0
"""Seconds before something counts as never happening; nothing here waits for that long."""


@dataclass(frozen=True)
class Listening:
    """A stand-in in this process and where it listens."""

    stand_in: StandIn
    url: str

    def calls(self, method: str) -> list[dict[str, Any]]:
        return [c["given"] for c in self.stand_in.received.calls if c["method"] == method]


@pytest.fixture
def slack() -> Iterator[Listening]:
    """Serve a stand-in from a thread."""
    stand_in = StandIn()
    listening = make_server("127.0.0.1", 0, application(stand_in), threaded=True)
    thread = threading.Thread(target=listening.serve_forever, args=(0.01,))
    thread.start()
    yield Listening(stand_in, f"http://127.0.0.1:{listening.server_port}")
    listening.shutdown()
    thread.join()
    listening.server_close()


@dataclass(frozen=True)
class Deployed:
    """The service on its emulator, with its stand-in and a workspace."""

    up: service.Service
    slack: LocalSlack
    state: Path

    @property
    def workspace(self) -> Workspace:
        return Workspace(self.up.api_url, self.slack.signing_secret, self.slack.url)

    @property
    def emulator(self) -> Emulator:
        return service.emulator(self.state)

    def received(self) -> dict[str, Any]:
        answer = httpx.get(f"{self.slack.url}/_stand-in/received", trust_env=False)
        received: dict[str, Any] = answer.json()
        return received

    def stand_in(self, verb: str, **given: Any) -> None:
        answer = httpx.post(f"{self.slack.url}/_stand-in/{verb}", json=given, trust_env=False)
        assert 200 == answer.status_code

    def status_message(self, demo_name: str, ending: str) -> dict[str, Any]:
        """Wait for a demo's status message to say how it is."""

        def look() -> dict[str, Any] | None:
            shown = [m for m in self.received()["messages"] if m["text"].startswith(demo_name)]
            at_rest = [m for m in shown if not m["thread_ts"] and m["text"].endswith(ending)]
            return at_rest[-1] if at_rest else None

        found: dict[str, Any] = wait_for(look, f"{demo_name} {ending}")
        return found

    def demos(self) -> list[dict[str, Any]]:
        """List the owner's demos over HTTP."""
        answer = httpx.get(
            f"{self.up.api_url}/demos",
            headers={"Authorization": f"Bearer {self.up.token}"},
            timeout=30,
            trust_env=False,
        )
        listed: list[dict[str, Any]] = answer.json()["demos"]
        return listed


def wait_for(look: Callable[[], Any], what: str) -> Any:
    """Give what `look` answers as soon as it answers anything."""
    until = time.monotonic() + PATIENCE
    while not (answer := look()):
        assert time.monotonic() < until, f"never came to be: {what}"
        time.sleep(0.05)
    return answer


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    """Deploy the service on an emulator with every role enforced."""
    state = tmp_path_factory.mktemp("slack")
    up = service.up(
        state,
        build_folder=ROOT / ".local" / "package" / "local",
        parameters={
            "LimitPerOwner": "50",
            "LimitInAll": "100",
            "PollSeconds": "3",
            "RetrySeconds": "1",
        },
    )
    slack = LocalSlack.read(state)
    assert slack is not None
    yield Deployed(up, slack, state)
    service.down(state, save=False)


@pytest.fixture
def deployed(running: Deployed) -> Iterator[Deployed]:
    """Lend the deployed service with a stand-in that has received nothing and has no fault.

    Whatever a test does, the stand-in found every payload within Slack's limits.
    """
    running.stand_in("reset")
    yield running
    assert [] == running.received()["problems"]

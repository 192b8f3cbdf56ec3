"""The whole service on a real emulator, every Lambda's own role enforced (AUTH=true)."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import service, survey, tokens
from local.emulator.process import Emulator

PATIENCE = 90.0
"""Seconds before something counts as never happening; nothing here waits for that long."""

SETTINGS = {
    "PollSeconds": "3",
    "RetrySeconds": "1",
    "WatchdogSeconds": "1",
    "LimitInAll": "1000",
    # Each test asks for the sweep itself; the one that is about the schedule says so.
    "SweepSchedule": "rate(1 hour)",
    "OrphanSchedule": "rate(1 day)",
}


@dataclass(frozen=True)
class Api:
    """The HTTP API as one person calls it."""

    url: str
    token: str
    owner: str = ""

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        sent = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        answer = httpx.request(
            method,
            self.url + path,
            content=body if isinstance(body, bytes) else None,
            json=None if isinstance(body, bytes) or body is None else body,
            headers={"Content-Type": "application/json", **sent, **headers},
            timeout=60,
            trust_env=False,
        )
        assert 500 != answer.status_code, f"{method} {path}: {answer.text}"
        return answer

    def request(self, *components: str, **more: Any) -> str:
        answer = self.call("POST", "/demos", {"components": list(components) or "all", **more})
        assert 202 == answer.status_code, answer.text
        return str(answer.json()["demo_id"])

    def delete(self, demo_id: str) -> None:
        answer = self.call("DELETE", f"/demos/{demo_id}")
        assert 202 == answer.status_code, answer.text

    def demo(self, demo_id: str) -> dict[str, Any]:
        answer = self.call("GET", f"/demos/{demo_id}")
        assert 200 == answer.status_code, answer.text
        return dict(answer.json())

    def until(self, demo_id: str, *phases: str) -> dict[str, Any]:
        """Wait for a demo to be in one of these phases."""
        try:
            found = wait_for(lambda: _in(self.demo(demo_id), phases), f"{demo_id} {phases}")
        except AssertionError as late:  # say what it waits for itself
            raise AssertionError(f"{late}\n{self.demo(demo_id)}\n{self.events(demo_id)}") from late
        return dict(found)

    def events(self, demo_id: str) -> list[dict[str, Any]]:
        answer = self.call("GET", f"/demos/{demo_id}/events?limit=200")
        assert 200 == answer.status_code, answer.text
        return list(answer.json()["events"])


def _in(demo: dict[str, Any], phases: tuple[str, ...]) -> dict[str, Any] | None:
    return demo if demo["phase"] in phases else None


def wait_for(look: Callable[[], Any], what: str) -> Any:
    """Return what `look` answers as soon as it answers anything."""
    until = time.monotonic() + PATIENCE
    while not (answer := look()):
        assert time.monotonic() < until, f"never came to be: {what}"
        time.sleep(0.1)
    return answer


@dataclass
class Running:
    """The service, its emulator, and what a test may do to both."""

    up: service.Service
    state: Path
    aws: Emulator
    before: frozenset[survey.Item] = field(default_factory=frozenset)

    def person(self, email: str | None = None, **claims: Any) -> Api:
        """Make a new owner whom no other test knows."""
        mail = email or f"{uuid.uuid4().hex[:10]}@example.com"
        token = tokens.mint(self.state / "identity", self.up.issuer, mail, **claims)
        return Api(self.up.api_url, token, mail)

    def admin(self) -> Api:
        return self.person(groups=["demo-admins"])

    def invoke(self, function: str) -> None:
        """Run one of the service's scheduled functions now."""
        lambdas = self.aws.client("lambda")
        pages = lambdas.get_paginator("list_functions").paginate()
        names = [f["FunctionName"] for page in pages for f in page["Functions"]]
        name = next(n for n in names if f"-{function}-" in n)
        answer = lambdas.invoke(FunctionName=name, Payload=json.dumps(SCHEDULED).encode())
        assert "FunctionError" not in answer, answer["Payload"].read()

    def remember(self) -> None:
        self.before = survey.take(self.aws.control)

    def left_behind(self) -> list[survey.Item]:
        """Every resource of every service that was not there before."""
        return survey.left_behind(self.before, survey.take(self.aws.control))


SCHEDULED = {
    "version": "0",
    "id": "a",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "000000000000",
    "time": "2026-01-01T00:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {},
}


@pytest.fixture(scope="session")
def deployed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    state = tmp_path_factory.mktemp("service")
    up = service.up(state, port=None, parameters=SETTINGS)
    yield Running(up, state, service.emulator(state))
    service.down(state, save=False)


@pytest.fixture
def running(deployed: Running) -> Iterator[Running]:
    """Lend the service with all the emulator's switches where they start."""
    deployed.aws.control.clear()
    deployed.aws.control.set_pace(0)
    yield deployed
    deployed.aws.control.clear()
    deployed.aws.control.set_pace(0)

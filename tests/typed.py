"""The `demo` command as somebody types it, in this process and in time of its own."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx

from tools.command.clock import Clock
from tools.command.program import World, main

API = "https://demos.example.com/api"
TOKEN = "a-token-of-mine"
HERE = {"DEMO_API": API, "DEMO_TOKEN": TOKEN}


@dataclass
class Time:
    """A clock that only pauses move; `then` happens at the pauses, one after the other."""

    then: list[Callable[[], None]] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return datetime(2026, 12, 1, 9, 0, tzinfo=UTC) + timedelta(seconds=self.elapsed())

    def elapsed(self) -> float:
        return sum(self.pauses)

    def pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        if self.then:
            self.then.pop(0)()


class Terminal(io.StringIO):
    """A stream that a person sits at."""

    def isatty(self) -> bool:
        return True


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def typed(
    *arguments: str,
    transport: httpx.BaseTransport | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path = Path("/nowhere"),
    terminal: str | None = None,
    clock: Clock | None = None,
    open_page: Callable[[str], object] = lambda _: None,
) -> Said:
    """Run a command; `terminal` is what a person answers there, None is a pipe."""
    out = io.StringIO() if terminal is None else Terminal()
    err = io.StringIO() if terminal is None else Terminal()
    world = World(
        environment=HERE if environment is None else environment,
        folder=folder,
        stdin=io.StringIO() if terminal is None else Terminal(terminal),
        out=out,
        err=err,
        clock=clock or Time(),
        open_page=open_page,
        transport=transport,
    )
    status = main(arguments, world)
    said = Said(status, out.getvalue(), err.getvalue())
    assert TOKEN not in said.out + said.err
    return said


@dataclass
class Script(httpx.BaseTransport):
    """A service that answers as it is told, one request after the other; the last one stays."""

    answers: list[httpx.Response | Exception]
    requests: list[httpx.Request] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def keys(self) -> list[str]:
        return [request.headers["Idempotency-Key"] for request in self.requests]


def script(*answers: httpx.Response | Exception | Mapping[str, Any]) -> Script:
    """Answer so; a mapping is a body of 200."""
    return Script([httpx.Response(200, json=a) if isinstance(a, Mapping) else a for a in answers])


def refusal(status: int, detail: str, *, after: str = "", **more: Any) -> httpx.Response:
    """Return a problem document."""
    headers = {"Retry-After": after} if after else {}
    body = {"type": "about:blank", "title": "No", "status": status, "detail": detail, **more}
    return httpx.Response(status, json=body, headers=headers)


def a_demo(**changes: Any) -> dict[str, Any]:
    """Return a demo as the API answers it."""
    return {
        "demo_id": "k3v9x2ab",
        "name": "Acme",
        "phase": "ready",
        "desired_state": "running",
        "reason": "everything is ready",
        "failure": None,
        "allowed_cidr": ["203.0.113.0/24"],
        "starts_at": None,
        "ready_by": None,
        "expires_at": "2026-12-01T17:00:00.000+00:00",
        "hourly_usd": 0.5,
        "paused_hourly_usd": 0.1,
        "lease_usd": 4.0,
        "unpriced": [],
        "links": {"Web tier": "http://web.example.com/"},
        "components": [{"name": "vpc", "status": "ready"}, {"name": "asg", "status": "ready"}],
        **changes,
    }


def a_list(*demos: Mapping[str, Any]) -> dict[str, Any]:
    """Return demos as a whole list of the API."""
    briefs: Iterable[dict[str, Any]] = ({**demo, "component_names": ["vpc"]} for demo in demos)
    return {"demos": list(briefs), "next_cursor": None}

"""The `demo` command against the application itself, on moto."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from app import app
from tests.typed import API, Said, typed

from .service import Service


class Served(httpx.BaseTransport):
    """The application as API Gateway serves it; `caller` as Service.call takes it."""

    def __init__(self, service: Service, **caller: Any) -> None:
        self.service, self.caller = service, caller

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix(httpx.URL(API).path)
        for resource in app.routes:
            pattern = re.sub(r"{(\w+)}", r"(?P<\1>[^/]+)", resource)
            if found := re.fullmatch(pattern, path):
                return self._answer(request, resource, found.groupdict())
        raise AssertionError(f"no route is {path}")

    def _answer(
        self, request: httpx.Request, resource: str, values: dict[str, str]
    ) -> httpx.Response:
        answer = self.service.call(
            request.method,
            resource,
            values,
            query=dict(request.url.params),
            body=request.read().decode(),
            headers={name: request.headers[name] for name in request.headers},
            **self.caller,
        )
        body = answer["body"]
        content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
        headers = dict(answer["headers"])
        return httpx.Response(answer["statusCode"], headers=headers, content=content)


def run(service: Service, *arguments: str, **caller: Any) -> Said:
    return typed(*arguments, transport=Served(service, **caller))


def test_a_demo_is_requested_shown_moved_shared_paused_and_deleted(service: Service) -> None:
    """Each step's answer is read as the application gives it."""
    wanted = ["asg", "rds", "--for", "2h", "--from", "203.0.113.0/24"]
    acme = str(run(service, "create", *wanted, "--json").json["demo_id"])
    shown = run(service, "show", acme)
    assert f"demo {acme} ({acme}): Requested" == shown.out.splitlines()[0]
    assert "  opens  from 203.0.113.0/24" in shown.out.splitlines()
    assert acme in run(service, "list").out
    before = run(service, "show", acme, "--json").json["ttl_hours"]
    assert before + 3 == run(service, "extend", acme, "--for", "3h", "--json").json["ttl_hours"]
    assert run(service, "share", acme, "--label", "CTO").out.startswith(f"{API}/share#{acme}.")
    assert "has nothing to open" in run(service, "links", acme).err
    assert "Requested, to be paused" in run(service, "pause", acme).out
    late = run(service, "resume", acme, "--wait", "--timeout", "5s")
    assert (3, "") == (late.status, late.out)
    assert "running" == run(service, "show", acme, "--json").json["desired_state"]
    assert "to be removed" in run(service, "delete", acme).out


def test_a_plan_says_minutes_price_and_steps(service: Service) -> None:
    said = run(service, "plan", "rds", "--for", "8h")
    assert 0 == said.status
    assert re.match(r"16 min, \$0\.\d\d an hour, \$0\.\d\d for the lease\n", said.out)
    assert "  4 to 16 min  rds  after sg, vpc" in said.out.splitlines()


def test_a_plan_for_later_says_when_it_starts(service: Service) -> None:
    """And what cannot be ready by then has the option's name."""
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    said = run(service, "plan", "rds", "--ready-by", later)
    assert re.search(r"^starts .+, in time$", said.out, re.MULTILINE), said
    soon = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    assert "starts at once, probably" in run(service, "plan", "rds", "--ready-by", soon).out
    past = run(service, "create", "rds", "--ready-by", "2020-01-01T00:00Z")
    assert (1, "ready_by (--ready-by)") == (past.status, past.err.partition(":")[0])


def test_the_catalog_is_listed(service: Service) -> None:
    lines = run(service, "components").out.splitlines()
    assert ["asg", "eb", "ecs", "jenkins", "rds", "s3", "sg", "vpc"] == [
        x.split()[0] for x in lines
    ]


def test_every_wrong_field_has_its_line(service: Service) -> None:
    wrong = ["--for", "100h", "--from", "nonsense", "--name", "{"]
    said = run(service, "create", "esc", *wrong)
    assert (1, "") == (said.status, said.out)
    assert ["components.0", "name (--name)", "ttl_hours (--for)", "allowed_cidr.0 (--from)"] == [
        line.partition(": ")[0] for line in said.err.splitlines()
    ]


def test_the_same_key_makes_one_demo(service: Service) -> None:
    """With another request it is refused."""
    first, second = (run(service, "create", "s3", "--key", "k", "--json").json for _ in range(2))
    assert first["demo_id"] == second["demo_id"]
    other = run(service, "create", "vpc", "--key", "k")
    assert (1, "Idempotency-Key (--key): was used before with another body\n") == (
        other.status,
        other.err,
    )
    run(service, "delete", first["demo_id"])


def test_anothers_demo_is_none(service: Service) -> None:
    """Neither read, nor deleted, nor told of."""
    other = {"identity": {"owner": "bob@example.com", "admin": "no", "expires": "99999999999"}}
    for command in ("show", "delete", "pause", "share", "links", "wait"):
        said = run(service, command, service.demo_id, **other)
        assert (1, f"there is no demo {service.demo_id}\n") == (said.status, said.err)


def test_an_expired_token_ends_with_4(service: Service) -> None:
    said = run(service, "list", identity={"problem": "the token has expired"})
    assert 4 == said.status
    assert "the token has expired" == said.err.splitlines()[0]

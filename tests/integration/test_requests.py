"""Bad input: a problem document says which field and why, and nothing is created."""

from __future__ import annotations

import concurrent.futures
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.integration.conftest import Running, wait_for

BAD: list[tuple[Any, str, str]] = [
    ({"components": ["esc"]}, "components.0", "did you mean 'ecs'?"),
    ({"components": ["bundle"]}, "components.0", "no component"),
    ({"components": "ecs"}, "components", "list"),
    ({"components": [1]}, "components.0", "string"),
    ({"components": []}, "components", "not empty"),
    ({"components": None}, "components", "must be given"),
    ({"components": ["all"]}, "components.0", "no component"),
    ({"name": "Acme"}, "components", "must be given"),
    ({"componets": ["ecs"]}, "components", "must be given"),
    ({"components": "all", "name": "{{resolve:ssm:x}}"}, "name", "must not contain '{'"),
    (
        {"components": ["jenkins"], "parameters": {"ServiceName": "x"}},
        "parameters.ServiceName",
        "set by the service",
    ),
    (
        {"components": "all", "parameters": {"StelligentDemoDockerImage": "a{"}},
        "parameters.StelligentDemoDockerImage",
        "must not contain '{'",
    ),
    ({"componets": ["ecs"]}, "componets", "no such field"),
    ({"components": "all", "ttl_hours": 0}, "ttl_hours", "greater than 0"),
    ({"components": "all", "ttl_hours": 73}, "ttl_hours", "at most 72 hours"),
    ({"components": "all", "ttl_hours": "4"}, "ttl_hours", "number"),
    ({"components": "all", "ttl_hours": True}, "ttl_hours", "number"),
    ({"components": "all", "name": ""}, "name", "1 to 60"),
    ({"components": "all", "name": "a\nb"}, "name", "one line"),
    (
        {"components": "all", "allowed_cidr": ["10.0.0.0/33"]},
        "allowed_cidr.0",
        "is not a block such as",
    ),
    ({"components": "all", "allowed_cidr": ["10.0.0.1/24"]}, "allowed_cidr.0", "host bits"),
    ({"components": "all", "allowed_cidr": ["0.0.0.0/0"]}, "allowed_cidr.0", "too wide"),
    ({"components": "all", "allowed_cidr": ["::/0"]}, "allowed_cidr.0", "too wide"),
    ({"components": "all", "allowed_cidr": []}, "allowed_cidr", "at least one"),
    (
        {"components": "all", "allowed_cidr": [f"10.0.{n}.0/24" for n in range(11)]},
        "allowed_cidr",
        "at most 10",
    ),
    ({"components": "all", "region": "mars-north-1"}, "region", "not open for demos"),
    ({"components": "all", "parameters": {"NoSuch": "x"}}, "parameters.NoSuch", "no template"),
    (
        {"components": "all", "parameters": {"VpcId": "vpc-1"}},
        "parameters.VpcId",
        "set by the service",
    ),
    (
        {"components": "all", "parameters": {"RolePath": "/"}},
        "parameters.RolePath",
        "set by the service",
    ),
    (
        {"components": "all", "parameters": {"DockerImageMethod": "magic"}},
        "parameters.DockerImageMethod",
        "build, registry",
    ),
    ({"components": "all", "keep_on_failure": "yes"}, "keep_on_failure", "boolean"),
    ([], "body", "object"),
]


@pytest.mark.parametrize(("body", "field", "words"), BAD)
def test_bad_fields_are_named(running: Running, body: Any, field: str, words: str) -> None:
    """The answer is 422, names the field, says why, and no demo exists afterwards."""
    owner = running.person()
    answer = owner.call("POST", "/demos", body)
    assert 422 == answer.status_code, answer.text
    assert "application/problem+json" == answer.headers["Content-Type"]
    problem = answer.json()
    assert field in [e["field"] for e in problem["errors"]]
    assert words in problem["detail"]
    assert [] == owner.call("GET", "/demos").json()["demos"]


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"\xff\xfe", 400), (b'{"a":' + b"[" * 5000, 400), (b" " * 70_000, 413)],
)
def test_bodies_that_are_no_json_are_refused(running: Running, body: bytes, status: int) -> None:
    """What is not JSON, or too much of it, never makes a server error."""
    answer = running.person().call("POST", "/demos", body)
    assert status == answer.status_code, answer.text
    assert "application/problem+json" == answer.headers["Content-Type"]


def test_a_media_type_other_than_json_is_refused(running: Running) -> None:
    """Chalice's own refusal is a problem document too."""
    answer = running.person().call("POST", "/demos", b"a=b", **{"Content-Type": "text/plain"})
    assert 415 == answer.status_code
    assert 415 == answer.json()["status"]


def test_all_problems_of_a_request_are_reported_at_once(running: Running) -> None:
    """Three wrong fields make three entries."""
    body = {"components": ["esc"], "region": "moon", "ttl_hours": 100}
    answer = running.person().call("POST", "/demos", body)
    fields = {e["field"] for e in answer.json()["errors"]}
    assert {"components.0", "region", "ttl_hours"} == fields


def test_tokens_are_checked(running: Running) -> None:
    """Missing, malformed, expired, foreign, unverified: 401 each, and each says what is wrong."""
    person = running.person
    cases = {
        "bearer token": person().__class__(running.up.api_url, ""),
        "not valid": person().__class__(running.up.api_url, "nonsense"),
        "expired": person(expires_in=-60),
        "another audience": person(audience="somebody-else"),
        "another issuer": person(iss="https://elsewhere.example"),
        "no verified e-mail": person(email_verified=False),
    }
    for words, caller in cases.items():
        answer = caller.call("GET", "/demos")
        assert 401 == answer.status_code, (words, answer.text)
        assert words in answer.json()["detail"]
        assert "application/problem+json" == answer.headers["Content-Type"]


def test_a_token_signed_by_nobody_known_is_refused(
    running: Running, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """A well-formed token of another key with the same key id does not pass."""
    from local import tokens

    forged = tokens.mint(tmp_path_factory.mktemp("foreign"), running.up.issuer, "a@example.com")
    answer = running.person().__class__(running.up.api_url, forged).call("GET", "/demos")
    assert 401 == answer.status_code


def test_an_issuer_that_does_not_answer_is_a_503_and_is_not_remembered(running: Running) -> None:
    """The gateway says when to come again, and the same token is good as soon as it answers."""
    person = running.person()
    with issuer(running, "http://127.0.0.1:9"):
        away = person.call("GET", "/me")
    assert (503, "5") == (away.status_code, away.headers.get("Retry-After")), away.text
    assert "application/problem+json" == away.headers["Content-Type"]
    assert "issuer" in away.json()["detail"]
    assert 200 == person.call("GET", "/me").status_code


@contextmanager
def issuer(running: Running, url: str) -> Iterator[None]:
    """Let the authorizer look for its issuer somewhere else."""
    lambdas = running.aws.client("lambda")
    pages = lambdas.get_paginator("list_functions").paginate()
    (function,) = [
        f for page in pages for f in page["Functions"] if "-Authorizer-" in f["FunctionName"]
    ]
    name, before = function["FunctionName"], function["Environment"]["Variables"]
    changed = before | {"DEMO_OIDC_ISSUER": url}
    lambdas.update_function_configuration(FunctionName=name, Environment={"Variables": changed})
    try:
        yield
    finally:
        lambdas.update_function_configuration(FunctionName=name, Environment={"Variables": before})


def test_another_owners_demo_does_not_exist(running: Running) -> None:
    """For a stranger every path of the demo is 404; an admin sees and ends it."""
    owner, stranger = running.person(), running.person()
    demo_id = owner.request("s3")
    owner.until(demo_id, "ready")
    for method, path, body in (
        ("GET", "", None),
        ("DELETE", "", None),
        ("GET", "/events", None),
        ("PATCH", "/lease", {"extend_hours": 1}),
        ("POST", "/retry", None),
    ):
        answer = stranger.call(method, f"/demos/{demo_id}{path}", body)
        assert 404 == answer.status_code, (method, path)
    assert [] == stranger.call("GET", "/demos").json()["demos"]
    admin = running.admin()
    everybody = admin.call("GET", "/demos?limit=200").json()["demos"]
    assert demo_id in [d["demo_id"] for d in everybody]
    assert [] == admin.call("GET", "/demos?mine=true").json()["demos"]
    assert 202 == admin.call("DELETE", f"/demos/{demo_id}").status_code
    owner.until(demo_id, "deleted")


def test_unknown_paths_and_ids_are_404(running: Running) -> None:
    """The gateway's own refusals read like the service's."""
    owner = running.person()
    for path in ("/nowhere", "/demos/nosuchid", "/demos/nosuchid/events"):
        answer = owner.call("GET", path)
        assert 404 == answer.status_code
        assert "application/problem+json" == answer.headers["Content-Type"]


def test_one_idempotency_key_makes_one_demo(running: Running) -> None:
    """The same key and body answer alike; another body is refused; another owner is apart."""
    owner, other = running.person(), running.person()
    key = {"Idempotency-Key": "k-1"}
    first = owner.call("POST", "/demos", {"components": ["s3"]}, **key)
    again = owner.call("POST", "/demos", {"components": ["s3"]}, **key)
    changed = owner.call("POST", "/demos", {"components": ["vpc"]}, **key)
    others = other.call("POST", "/demos", {"components": ["s3"]}, **key)
    assert 202 == first.status_code == again.status_code == others.status_code
    assert first.json()["demo_id"] == again.json()["demo_id"]
    assert first.json()["demo_id"] != others.json()["demo_id"]
    assert 422 == changed.status_code
    for caller in (owner, other):
        demos = caller.call("GET", "/demos").json()["demos"]
        assert 1 == len(demos)
        caller.until(demos[0]["demo_id"], "ready")
        caller.delete(demos[0]["demo_id"])
        caller.until(demos[0]["demo_id"], "deleted")


def test_a_hundred_requests_at_once_leave_three(running: Running) -> None:
    """Against a limit of three exactly three get in; the others are told who holds it."""
    owner = running.person()
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(
            pool.map(lambda _: owner.call("POST", "/demos", {"components": ["s3"]}), range(100))
        )
    statuses = sorted(a.status_code for a in answers)
    assert [202] * 3 + [429] * 97 == statuses
    held = {a.json()["demo_id"] for a in answers if a.status_code == 202}
    refused = next(a for a in answers if a.status_code == 429).json()
    assert ("per owner", 3) == (refused["limit"], refused["maximum"])
    assert set(refused["held_by"]) <= held
    for demo_id in held:
        owner.until(demo_id, "ready")
        owner.delete(demo_id)
        owner.until(demo_id, "deleted")
    freed = owner.call("POST", "/demos", {"components": ["s3"]})
    assert 202 == freed.status_code
    owner.until(freed.json()["demo_id"], "ready")
    owner.delete(freed.json()["demo_id"])
    owner.until(freed.json()["demo_id"], "deleted")


def test_an_unchanged_demo_is_answered_304(running: Running) -> None:
    """A conditional request costs no body."""
    owner = running.person()
    demo_id = owner.request("s3")
    owner.until(demo_id, "ready")
    path = f"/demos/{demo_id}"
    etag = owner.call("GET", path).headers["ETag"]
    again = owner.call("GET", path, **{"If-None-Match": etag})
    assert (304, b"") == (again.status_code, again.content)
    owner.delete(demo_id)
    wait_for(lambda: owner.call("GET", path, **{"If-None-Match": etag}).status_code == 200, "new")
    owner.until(demo_id, "deleted")


def test_a_bad_cursor_or_limit_is_named(running: Running) -> None:
    """What the service did not give out as a cursor is refused, not guessed at."""
    owner = running.person()
    for query, field in (("cursor=zzz", "cursor"), ("limit=0", "limit"), ("limit=x", "limit")):
        answer = owner.call("GET", f"/demos?{query}")
        assert 422 == answer.status_code, answer.text
        assert field == answer.json()["errors"][0]["field"]


def test_the_plan_makes_nothing_and_says_everything(running: Running) -> None:
    """POST /plan lists the steps in time with the critical path, what is pulled in, the price."""
    owner = running.person()
    plan = owner.call("POST", "/plan", {"components": ["asg", "rds"]}).json()
    assert ["sg", "vpc"] == sorted(plan["pulled_in"])
    assert 16 == plan["typical_minutes"]
    critical = [s["component"] for s in plan["steps"] if s["critical"]]
    assert ["vpc", "sg", "rds"] == critical
    assert plan["hourly_usd"] > plan["paused_hourly_usd"] > 0
    assert plan["lease_usd"] > plan["hourly_usd"]
    assert [] == owner.call("GET", "/demos").json()["demos"]
    assert 422 == owner.call("POST", "/plan", {"components": ["esc"]}).status_code


@pytest.mark.parametrize("end", ["", "/"])
def test_the_services_address_leads_to_the_page(running: Running, end: str) -> None:
    """With a slash at its end or without one, as people copy it."""
    page = httpx.get(running.up.api_url + end, follow_redirects=True, trust_env=False)
    assert (200, f"{running.up.api_url}/app") == (page.status_code, str(page.url))
    assert "text/html; charset=utf-8" == page.headers["Content-Type"]

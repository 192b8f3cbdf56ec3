"""What the API makes of requests: the application in this process, on moto."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .service import Service

SIX = "2001:db8::1"


def requested(service: Service, path: str, body: Any, **more: Any) -> tuple[int, dict[str, Any]]:
    answer = service.call("POST", path, body=json.dumps(body), **more)
    return answer["statusCode"], json.loads(answer["body"])


def fields(body: dict[str, Any]) -> list[str]:
    return [error["field"] for error in body["errors"]]


@pytest.mark.parametrize("path", ["/demos", "/plan"])
@pytest.mark.parametrize(
    "body", [{}, {"components": []}, {"components": None}, {"components": "ecs"}, {"name": "x"}]
)
def test_components_must_be_given(service: Service, path: str, body: Any) -> None:
    """An empty or mistyped request makes nothing, and the one field is named once."""
    status, problem = requested(service, path, body)
    assert (422, ["components"]) == (status, fields(problem))


@pytest.mark.parametrize("hours", [10_000, 72.0000001, 1e-12, 0, -1])
def test_a_plan_judges_a_lease_as_a_request_does(service: Service, hours: float) -> None:
    """What cannot be requested is not planned either."""
    body = {"components": ["s3"], "ttl_hours": hours}
    answers = [requested(service, path, body) for path in ("/plan", "/demos")]
    assert [(422, ["ttl_hours"])] * 2 == [(status, fields(problem)) for status, problem in answers]


def test_a_caller_over_ipv6_names_the_blocks(service: Service) -> None:
    """Demos are reached over IPv4, and nobody is told of a field that they could not know."""
    status, problem = requested(service, "/plan", {"components": ["s3"]}, source_ip=SIX)
    assert (422, ["allowed_cidr"]) == (status, fields(problem))
    assert "your own address" in problem["detail"]
    body = {"components": ["s3"], "allowed_cidr": "203.0.113.0/24"}
    assert 200 == requested(service, "/plan", body, source_ip=SIX)[0]
    me = service.call("GET", "/me", source_ip=SIX)
    assert json.loads(me["body"])["cidr"] is None


@pytest.mark.parametrize(
    ("value", "kept"), [(1234567.25, "1234567.25"), (0.1, "0.1"), (2.0, "2"), (True, "true")]
)
def test_a_number_is_kept_digit_by_digit(value: Any, kept: str) -> None:
    """None of it is rounded away, and none is written with an exponent."""
    from chalicelib.entrypoints.rest.models import DemoBody, parsed

    body = parsed(DemoBody, {"components": "all", "parameters": {"P": value}})
    assert {"P": kept} == body.request("203.0.113.7/32").parameters


def test_an_answer_is_not_sent_to_who_has_it(service: Service) -> None:
    """Whichever way the condition is written."""
    ids = {"demo_id": service.demo_id}
    shown = service.call("GET", "/demos/{demo_id}", ids)
    tag = shown["headers"]["ETag"]
    for header in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = service.call("GET", "/demos/{demo_id}", ids, headers={"if-none-match": header})
        assert (304, "") == (again["statusCode"], again["body"])
    assert (
        200
        == service.call("GET", "/demos/{demo_id}", ids, headers={"if-none-match": '"x"'})[
            "statusCode"
        ]
    )


def test_a_demo_that_has_changed_is_not_deleted(service: Service) -> None:
    """Where the caller says which version is meant."""
    ids = {"demo_id": service.demo_id}
    refused = service.call("DELETE", "/demos/{demo_id}", ids, headers={"if-match": '"x"'})
    assert 412 == refused["statusCode"]
    shown = service.call("GET", "/demos/{demo_id}", ids)
    assert "running" == json.loads(shown["body"])["desired_state"]
    tag = shown["headers"]["ETag"]
    gone = service.call("DELETE", "/demos/{demo_id}", ids, headers={"if-match": tag})
    assert 202 == gone["statusCode"]


@pytest.mark.parametrize(
    ("identity", "status"),
    [
        ({"refused": "a@b.example may not have demos here"}, 403),
        ({"problem": "the token has expired"}, 401),
        ({}, 401),
        ({"owner": "ann@example.com", "expires": "1"}, 401),
    ],
)
def test_a_refusal_says_why(service: Service, identity: dict[str, str], status: int) -> None:
    """Somebody unknown is answered 401, somebody known who may not 403."""
    answer = service.call("GET", "/me", identity=identity)
    assert status == answer["statusCode"]
    reason = identity.get("refused") or identity.get("problem") or ""
    assert reason in json.loads(answer["body"])["detail"]

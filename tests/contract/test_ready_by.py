"""A demo for a later moment over HTTP: the application in this process, on moto."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .service import Service

HOUR = timedelta(hours=1)


def at(ahead: timedelta, zone: str = "Z") -> str:
    return f"{datetime.now(UTC) + ahead:%Y-%m-%dT%H:%M:%S}{zone}"


def call(service: Service, method: str, path: str, body: Any, **of: str) -> tuple[int, Any]:
    answer = service.call(method, path, of, body=json.dumps(body))
    return answer["statusCode"], json.loads(answer["body"])


def waiting(service: Service) -> dict[str, Any]:
    body = {"components": ["s3"], "ready_by": at(24 * HOUR), "ttl_hours": 3}
    status, made = call(service, "POST", "/demos", body)
    assert 202 == status, made
    return dict(made)


def change(service: Service, demo: dict[str, Any], body: Any) -> tuple[int, Any]:
    return call(service, "PATCH", "/demos/{demo_id}", body, demo_id=demo["demo_id"])


def moments(demo: dict[str, Any], *names: str) -> list[datetime]:
    return [datetime.fromisoformat(demo[name]) for name in names]


@pytest.fixture(scope="module")
def made(service: Service) -> dict[str, Any]:
    return waiting(service)


def test_a_demo_for_later_says_when_it_begins(service: Service, made: dict[str, Any]) -> None:
    """Its lease counts from its moment; another demo has no moments."""
    begins, ready, ends = moments(made, "starts_at", "ready_by", "expires_at")
    assert begins < ready == ends - 3 * HOUR
    assert ("requested", 3) == (made["phase"], made["ttl_hours"])
    usual = call(service, "GET", "/demos/{demo_id}", None, demo_id=service.demo_id)[1]
    assert (None, None) == (usual["ready_by"], usual["starts_at"])


def test_a_plan_says_the_same(service: Service) -> None:
    """What the same body would make; without a moment there is no start to speak of."""
    body = {"components": ["s3"], "ready_by": at(24 * HOUR), "ttl_hours": 3}
    start = call(service, "POST", "/plan", body)[1]["start"]
    begins, ready, ends = moments(start, "starts_at", "ready_by", "expires_at")
    assert begins < ready == ends - 3 * HOUR
    assert 0 == start["minutes_late"]
    soon = call(service, "POST", "/plan", {**body, "ready_by": at(timedelta(seconds=20))})[1]
    assert soon["start"]["starts_at"] is None
    assert soon["start"]["minutes_late"] > 0
    assert call(service, "POST", "/plan", {"components": ["s3"]})[1]["start"] is None


@pytest.mark.parametrize("path", ["/demos", "/plan"])
@pytest.mark.parametrize(
    ("moment", "words"),
    [
        (at(-HOUR), "future"),
        (at(15 * 24 * HOUR), "336 hours"),
        (at(HOUR, zone=""), "must be a moment with its zone"),
        ("tomorrow", "must be a moment with its zone"),
        (1_900_000_000, "must be a moment with its zone"),
        ("1900000000", "must be a moment with its zone"),
        ("2026-02-30T10:00:00Z", "day"),
    ],
)
def test_a_moment_that_cannot_be_is_named(
    service: Service, path: str, moment: Any, words: str
) -> None:
    """The past, the far future, no zone, no moment at all: 422, and the field."""
    status, problem = call(service, "POST", path, {"components": ["s3"], "ready_by": moment})
    assert (422, ["ready_by"]) == (status, [error["field"] for error in problem["errors"]])
    assert words in problem["detail"]


def test_another_zone_is_the_same_moment(service: Service) -> None:
    """What is answered is in UTC."""
    by = datetime.now(UTC).replace(microsecond=0) + 30 * HOUR
    local = by.astimezone(UTC).isoformat().replace("+00:00", "")
    body = {"components": ["s3"], "ready_by": f"{local}+05:30"}
    start = call(service, "POST", "/plan", body)[1]["start"]
    assert by - timedelta(hours=5, minutes=30) == moments(start, "ready_by")[0]
    assert start["ready_by"].endswith("+00:00")


def test_its_moment_is_moved_until_it_begins(service: Service) -> None:
    """Start and end move along; null begins it, and then it is too late."""
    made = waiting(service)
    status, moved = change(service, made, {"ready_by": at(48 * HOUR)})
    assert (202, 3) == (status, moved["ttl_hours"])
    for name in ("starts_at", "ready_by", "expires_at"):
        assert moments(made, name) < moments(moved, name)
    status, begun = change(service, made, {"ready_by": None})
    assert (202, None, 3) == (status, begun["ready_by"], begun["ttl_hours"])
    assert moments(begun, "starts_at") <= [datetime.now(UTC)]
    for body in ({"ready_by": at(48 * HOUR)}, {"ready_by": None}):
        status, problem = change(service, made, body)
        assert (409, True) == (status, "has begun" in problem["detail"])


def test_what_needs_a_demo_that_runs_is_refused(service: Service, made: dict[str, Any]) -> None:
    """A pause; and a moment that has passed."""
    assert 409 == change(service, made, {"desired_state": "paused"})[0]
    status, problem = change(service, made, {"ready_by": at(-HOUR)})
    assert (422, "ready_by") == (status, problem["errors"][0]["field"])
    plan = call(service, "POST", "/plan", {"demo_id": made["demo_id"], "ready_by": None})
    assert (200, ["s3"]) == (plan[0], plan[1]["created"])


def test_its_lease_is_extended_from_its_moment(service: Service, made: dict[str, Any]) -> None:
    """The end moves, the start does not."""
    body, path = {"extend_hours": 2}, "/demos/{demo_id}/lease"
    status, extended = call(service, "PATCH", path, body, demo_id=made["demo_id"])
    assert (200, 5, made["starts_at"]) == (status, extended["ttl_hours"], extended["starts_at"])


def test_a_caller_is_told_how_far_ahead(service: Service) -> None:
    """With the other limits."""
    assert 336 == call(service, "GET", "/me", None)[1]["lease_hours"]["ahead"]

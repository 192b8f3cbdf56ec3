"""What the API makes of changes, their previews and everything that is wrong with them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.core.component import Status
from chalicelib.core.demo import Applied, Demo, Desired, Phase
from chalicelib.core.inputs import wanted_inputs

from .service import CALLER, Service, deployed

EVERYTHING = ("s3", "rds", "sg", "vpc")
STRANGER = {**CALLER, "owner": "bob@example.com"}


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with deployed() as made:
        yield made


@pytest.fixture
def ready(service: Service) -> Iterator[str]:
    """Lend a demo that has come up, as its loop would have recorded it."""
    service_body = json.dumps({"components": EVERYTHING, "allowed_cidr": "203.0.113.0/24"})
    made = service.call("POST", "/demos", body=service_body)
    assert 202 == made["statusCode"], made
    demo_id = json.loads(made["body"])["demo_id"]
    demo = record(demo_id)
    for name in demo.components:
        there = replace(demo.components[name], status=Status.READY)
        demo = demo.with_component(replace(there, inputs=wanted_inputs(demo, there)))
    kept(replace(demo, phase=Phase.READY, looping=False, ready_at=demo.created_at))
    yield demo_id
    kept(replace(record(demo_id), phase=Phase.DELETED, desired_state=Desired.DELETED))


def record(demo_id: str) -> Demo:
    return wiring.use_cases().ports.records.get(demo_id)


def kept(demo: Demo) -> None:
    """Put a record as the loop would have left it."""
    after = replace(demo, applied=Applied.of(demo))
    wiring.use_cases().ports.records.save(record(demo.demo_id), after, ())


def requested(
    service: Service, method: str, route: str, body: Any, **more: Any
) -> tuple[int, Any]:
    answer = service.call(method, route, body=json.dumps(body), **more)
    return answer["statusCode"], json.loads(answer["body"])


def patch(service: Service, demo_id: str, body: Any, **more: Any) -> tuple[int, Any]:
    return requested(service, "PATCH", "/demos/{demo_id}", body, path={"demo_id": demo_id}, **more)


def plan(service: Service, demo_id: str, body: Any, **more: Any) -> tuple[int, Any]:
    return requested(service, "POST", "/plan", {"demo_id": demo_id, **body}, **more)


@pytest.mark.parametrize(
    ("change", "effects", "figures"),
    [
        ({}, {}, (0, 0)),
        ({"name": "other"}, {}, (0, 0)),
        ({"allowed_cidr": "198.51.100.7"}, {"updated": ["sg"]}, (0.5, 0)),
        ({"components": [*EVERYTHING, "asg"]}, {"created": ["asg"]}, (4, 1)),
        ({"components": ["s3"]}, {"deleted": ["vpc", "sg", "rds"]}, (8, -1)),
        ({"components": ["s3", "rds"]}, {}, (0, 0)),
        ({"parameters": {"DatabaseInstanceClass": "db.t4g.small"}}, {"updated": ["rds"]}, (6, 1)),
        ({"parameters": {"NetworkCidr": "10.210.0.0/16"}}, {"replaced": ["vpc"]}, (1.5, 0)),
        ({"desired_state": "paused"}, {"stopped": ["rds"]}, (6, 0)),
    ],
)
def test_a_plan_of_a_change_says_what_it_would_do(
    service: Service, ready: str, change: Any, effects: Any, figures: tuple[float, int]
) -> None:
    """To which components, in how many minutes, for how much more or less; nothing is done."""
    before = record(ready)
    status, preview = plan(service, ready, change)
    assert 200 == status, preview
    kinds = ("created", "updated", "replaced", "deleted", "stopped", "started")
    assert effects == {kind: preview[kind] for kind in kinds if preview[kind]}
    more = preview["hourly_usd_difference"]
    assert figures == (preview["typical_minutes"], (more > 0) - (more < 0))
    assert before == record(ready)


def test_a_plan_of_somebody_elses_demo_is_not_found(service: Service, ready: str) -> None:
    """Nor is one of a demo that never was; what is no id is no field that fits."""
    assert 404 == plan(service, ready, {"name": "x"}, identity=STRANGER)[0]
    assert 404 == plan(service, "nothere1", {"name": "x"})[0]
    status, problem = requested(service, "POST", "/plan", {"demo_id": 7})
    assert (422, "demo_id") == (status, problem["errors"][0]["field"])


def test_a_plan_refuses_what_the_change_would_be_refused_for(service: Service, ready: str) -> None:
    """With the same words."""
    for wrong in ({"allowed_cidr": "nowhere"}, {"components": ["sg"]}, {"name": None}, {"x": 1}):
        planned, changed = plan(service, ready, wrong), patch(service, ready, wrong)
        assert 422 == planned[0]
        assert planned[1]["errors"] == changed[1]["errors"]


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ({"components": ["sg"]}, 422, "'vpc' cannot be removed: sg requires it"),
        ({"components": []}, 422, "components"),
        ({"components": ["esc"]}, 422, "did you mean 'ecs'?"),
        ({"parameters": {"NetworkCidr": "10.9.0.0/16"}}, 409, "NetworkCidr of vpc"),
        ({"parameters": {"NoSuch": "1"}}, 422, "parameters.NoSuch"),
        ({"parameters": {"VpcId": "vpc-1"}}, 422, "parameters.VpcId"),
        ({"allowed_cidr": [f"203.0.113.{n}" for n in range(11)]}, 422, "allowed_cidr"),
        ({"allowed_cidr": []}, 422, "allowed_cidr"),
        ({"name": None}, 422, "name cannot be removed: leave it out to keep it"),
        ({"desired_state": "asleep"}, 422, "desired_state"),
        ({"ttl_hours": 3}, 422, "ttl_hours"),
        ([], 422, "the body must be a JSON object"),
    ],
)
def test_a_change_that_cannot_be_is_refused(
    service: Service, ready: str, body: Any, status: int, text: str
) -> None:
    """By the name of the field, or of what it would replace; the record is as it was."""
    before = record(ready)
    answered, problem = patch(service, ready, body)
    assert status == answered
    assert text in json.dumps(problem)
    assert before == record(ready)


def test_replacing_data_is_done_when_it_is_confirmed(service: Service, ready: str) -> None:
    """The same change, with the word."""
    body = {"parameters": {"NetworkCidr": "10.9.0.0/16"}, "allow_replacement": True}
    assert 202 == patch(service, ready, body)[0]
    assert {"NetworkCidr": "10.9.0.0/16"} == record(ready).parameters


def test_a_demo_that_is_deleted_cannot_be_changed(service: Service, ready: str) -> None:
    """The answer says where it is."""
    kept(replace(record(ready), phase=Phase.DELETING, desired_state=Desired.DELETED))
    for body in ({"name": "x"}, {"desired_state": "paused"}, {"desired_state": "running"}):
        status, problem = patch(service, ready, body)
        assert (409, True) == (status, "deleting and cannot be changed" in problem["detail"])
        assert 409 == plan(service, ready, body)[0]


def test_a_stale_tag_changes_nothing(service: Service, ready: str) -> None:
    """The tag of the record as it is now does."""
    stale = {"if-match": '"1"'}
    assert 412 == patch(service, ready, {"name": "x"}, headers=stale)[0]
    assert "x" != record(ready).name
    fresh = {"if-match": f'"{record(ready).version}"'}
    assert 202 == patch(service, ready, {"name": "x"}, headers=fresh)[0]
    assert "x" == record(ready).name


def test_pausing_what_is_paused_changes_nothing(service: Service, ready: str) -> None:
    """Nor does resuming what runs."""
    before = record(ready)
    assert 202 == patch(service, ready, {"desired_state": "running"})[0]
    assert before == record(ready)
    kept(replace(before, phase=Phase.PAUSED, desired_state=Desired.PAUSED))
    before = record(ready)
    assert 202 == patch(service, ready, {"desired_state": "paused"})[0]
    assert before == record(ready)


def test_somebody_elses_demo_is_not_found(service: Service, ready: str) -> None:
    """Whatever well-formed change is requested; a refusal would show what it is made of."""
    before = record(ready)
    for body in ({"name": "x"}, {"desired_state": "deleted"}, {"components": ["sg"]}):
        assert 404 == patch(service, ready, body, identity=STRANGER)[0]
    answer: Any = {"address": "203.0.113.7/32", "let_in": True}
    for call, body in (("retry", {}), ("access-requests", answer)):
        route = "/demos/{demo_id}/" + call
        assert (
            404
            == requested(service, "POST", route, body, path={"demo_id": ready}, identity=STRANGER)[
                0
            ]
        )
    route, ids = "/demos/{demo_id}/credentials", {"demo_id": ready}
    secret = service.call("GET", route, ids, identity=STRANGER)
    assert 404 == secret["statusCode"]
    assert before == record(ready)

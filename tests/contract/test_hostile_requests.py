"""No id, cursor, number, time or body makes a server error, on any route."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app import app
from chalicelib.core.handover import make_code
from chalicelib.core.share import make_token

from .service import Service


def routes() -> list[tuple[str, str]]:
    return sorted((method, path) for path, methods in app.routes.items() for method in methods)


def sealed(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


TEXTS = (
    st.text(max_size=80)
    | st.sampled_from(
        ["", "x" * 3000, "\u0000", "../..", "%00", "EVENT#", "LEASE", "DEMO#", "é" * 1500]
    )
    | st.from_regex(r"[a-z][a-z0-9]{7,11}", fullmatch=True)
)
NUMBERS = (
    st.integers().map(str)
    | st.floats().map(str)
    | st.sampled_from(
        ["9" * 5000, "\u0665\u0660", "0", "-1", "1e9", "2" * 18, " 1 ", "0" * 9999 + "1"]
    )
)
KEYS = st.fixed_dictionaries({}, optional={"pk": TEXTS, "sk": TEXTS, "created_at": TEXTS})
CURSORS = (
    TEXTS
    | KEYS.map(sealed)
    | st.sampled_from([sealed([]), sealed("x"), sealed(1e308), sealed({"sk": ["x"]})])
    | st.sampled_from(["[" * 3000, "9" * 5000, '{"sk": NaN}', '"\\ud800"']).map(
        lambda text: base64.urlsafe_b64encode(text.encode()).decode()
    )
)
MOMENTS = (
    st.datetimes().map(lambda moment: moment.isoformat())
    | st.sampled_from(
        [
            "9999-12-31T23:59:59-23:59",
            "0001-01-01T00:00:00+14:00",
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "2026-02-30T00:00:00Z",
            "P1D",
        ]
    )
    | TEXTS
)
AMOUNTS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "components": st.just("all") | st.lists(TEXTS, max_size=2) | AMOUNTS,
        "name": TEXTS,
        "ttl_hours": AMOUNTS,
        "extend_hours": AMOUNTS,
        "expires_hours": AMOUNTS,
        "expires_at": MOMENTS | AMOUNTS,
        "allowed_cidr": TEXTS | st.lists(TEXTS, max_size=2),
        "region": TEXTS,
        "parameters": st.dictionaries(TEXTS, AMOUNTS, max_size=2),
        "token": TEXTS,
        "code": TEXTS,
    },
).map(json.dumps)
HOSTILE = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def judged(answer: Mapping[str, Any]) -> None:
    """Hold an answer to what every answer is: understood or refused, and in JSON or a page."""
    assert answer["statusCode"] < 500, answer
    if answer["statusCode"] >= 400:
        kinds = answer["multiValueHeaders"] | answer["headers"]
        assert "application/problem+json" in str(kinds)


# Where to sign in is answered 503 while the issuer does not answer, as here.
@pytest.mark.parametrize(("method", "path"), [r for r in routes() if r[1] != "/config.json"])
@HOSTILE
@given(data=st.data())
def test_no_request_makes_a_server_error(
    service: Service, method: str, path: str, data: st.DataObject
) -> None:
    """Whatever stands in its path, its query, its headers and its body."""
    own = st.just(service.demo_id) | TEXTS
    values = {
        name: data.draw(own if name == "demo_id" else TEXTS, name)
        for name in ("demo_id", "share_id", "folder", "file", "name")
        if f"{{{name}}}" in path
    }
    query = data.draw(
        st.fixed_dictionaries({}, optional={"limit": NUMBERS, "cursor": CURSORS, "mine": TEXTS})
    )
    token = data.draw(TEXTS | st.just(make_token(service.demo_id, "share0001", "s" * 43)))
    code = data.draw(TEXTS | st.just(make_code(service.demo_id, "s" * 43)))
    body = data.draw(BODIES | TEXTS) if method != "GET" else ""
    headers = {"x-share-token": token, "x-handover-code": code, "if-none-match": token}
    headers["idempotency-key"] = data.draw(TEXTS)
    judged(service.call(method, path, values, query=query, body=body, headers=headers))


LISTS = ["/demos", "/demos/{demo_id}/events"]


@pytest.mark.parametrize("path", LISTS)
@HOSTILE
@given(cursor=CURSORS)
@example(sealed({"sk": ""}))
@example(sealed({"sk": "LEASE"}))
@example(sealed({"sk": "EVENT#" + "x" * 3000}))
@example(sealed({"sk": "EVENT#\u0000"}))
@example(sealed({"pk": "DEMO#demo0001", "created_at": ""}))
@example(sealed({"pk": "DEMO#demo0001", "created_at": "x" * 3000}))
@example(sealed({"pk": "OWNER#bob@example.com", "created_at": "2026"}))
def test_a_cursor_is_one_that_was_given_out_or_is_named(
    service: Service, path: str, cursor: str
) -> None:
    """No made-up key reaches the table."""
    answer = service.call("GET", path, {"demo_id": service.demo_id}, query={"cursor": cursor})
    if cursor:
        assert 422 == answer["statusCode"], answer
        assert ["cursor"] == [e["field"] for e in json.loads(answer["body"])["errors"]]


@pytest.mark.parametrize("path", LISTS)
@HOSTILE
@given(limit=NUMBERS | TEXTS)
def test_a_limit_is_a_small_whole_number_or_is_named(
    service: Service, path: str, limit: str
) -> None:
    """Written in ASCII digits, from 1 to 200."""
    answer = service.call("GET", path, {"demo_id": service.demo_id}, query={"limit": limit})
    fits = limit.isascii() and limit.isdecimal() and len(limit) < 5 and 1 <= int(limit) <= 200
    assert (200 if fits else 422) == answer["statusCode"], answer


_ANSWER = '{"address": "203.0.113.7/32", "let_in": true}'


@pytest.mark.parametrize(
    ("method", "path"), [route for route in routes() if "{demo_id}" in route[1]]
)
@HOSTILE
@given(demo_id=TEXTS)
def test_an_id_that_nobody_gave_out_is_not_found(
    service: Service, method: str, path: str, demo_id: str
) -> None:
    """However long, and whatever is in it."""
    bodies = {"/lease": '{"extend_hours": 1}', "/access-requests": _ANSWER}
    body = bodies.get(path.removeprefix("/demos/{demo_id}"), "{}")
    ids = {"demo_id": demo_id, "share_id": "x" * 2000, "name": "s3"}
    answer = service.call(method, path, ids, body=body if method in ("PATCH", "POST") else "")
    assert 404 == answer["statusCode"], answer


@HOSTILE
@given(share_id=TEXTS)
def test_a_link_that_nobody_made_is_not_found(service: Service, share_id: str) -> None:
    """Of one's own demo too."""
    ids = {"demo_id": service.demo_id, "share_id": share_id}
    answer = service.call("DELETE", "/demos/{demo_id}/shares/{share_id}", ids)
    assert 404 == answer["statusCode"], answer


@HOSTILE
@given(moment=MOMENTS)
def test_a_lease_moves_to_a_moment_or_the_field_is_named(service: Service, moment: str) -> None:
    """Also where no calendar reaches that moment in UTC."""
    body = json.dumps({"expires_at": moment})
    ids = {"demo_id": service.demo_id}
    answer = service.call("PATCH", "/demos/{demo_id}/lease", ids, body=body)
    assert answer["statusCode"] in (200, 409, 422), answer
    if answer["statusCode"] == 422:
        assert ["expires_at"] == [e["field"] for e in json.loads(answer["body"])["errors"]]


def test_half_a_character_is_refused_with_and_without_a_key(service: Service) -> None:
    """A lone surrogate cannot be kept, nor hashed for an Idempotency-Key."""
    body = '{"components": ["s3"], "name": "\\ud800"}'
    for answer in (
        service.call("POST", "/demos", body=body),
        service.call("POST", "/demos", body=body, headers={"idempotency-key": "a"}),
    ):
        assert 422 == answer["statusCode"], answer

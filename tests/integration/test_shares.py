"""Prospect links over HTTP: made, opened by anybody, listed and revoked by their owner alone."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from chalicelib.entrypoints.rest.qr import qr_code

from .conftest import Api, Running


def share(owner: Api, demo_id: str, **body: Any) -> dict[str, Any]:
    answer = owner.call("POST", f"/demos/{demo_id}/shares", body)
    assert 201 == answer.status_code, answer.text
    return dict(answer.json())


def token_of(made: dict[str, Any]) -> str:
    page, _, token = made["url"].partition("#")
    assert "share" == page
    return str(token)


def test_a_link_shows_little_to_anybody_until_it_is_revoked(running: Running) -> None:
    """Name, state, links and end; every opening counts and no later look does."""
    owner, anybody = running.person(), Api(running.up.api_url, "")
    demo_id = owner.request("asg", name="For Acme")
    owner.until(demo_id, "ready")
    made = share(owner, demo_id)
    token = token_of(made)
    assert qr_code(f"{running.up.api_url.rstrip('/')}/share#{token}") == made["qr"]
    seen = anybody.call("POST", "/shared", {"token": token})
    assert {
        "name",
        "host",
        "note",
        "state",
        "links",
        "ready_by",
        "ends_at",
        "address",
        "let_in",
        "access",
    } == set(seen.json())
    assert ("For Acme", "ready") == (seen.json()["name"], seen.json()["state"])
    assert ["Web tier"] == list(seen.json()["links"])
    again = anybody.call("GET", "/shared", **{"X-Share-Token": token})
    assert seen.json() == again.json()
    etag = again.headers["etag"]
    rested = anybody.call("GET", "/shared", **{"X-Share-Token": token, "If-None-Match": etag})
    assert 304 == rested.status_code
    listed = owner.call("GET", f"/demos/{demo_id}/shares")
    assert [(made["share_id"], 1)] == [
        (each["share_id"], each["visits"]) for each in listed.json()["shares"]
    ]
    assert token not in listed.text
    assert 204 == owner.call("DELETE", f"/demos/{demo_id}/shares/{made['share_id']}").status_code
    assert 404 == anybody.call("POST", "/shared", {"token": token}).status_code
    assert 404 == anybody.call("GET", "/shared", **{"X-Share-Token": token}).status_code


def test_a_link_never_outlives_the_lease(running: Running) -> None:
    """Neither at first, nor after the lease was shortened, nor after the demo was ended."""
    owner, anybody = running.person(), Api(running.up.api_url, "")
    demo_id = owner.request("s3", ttl_hours=2)
    made = share(owner, demo_id, expires_hours=50)
    assert owner.demo(demo_id)["expires_at"] == made["expires_at"]
    soon = datetime.fromisoformat(made["expires_at"]) - timedelta(hours=1)
    moved = owner.call("PATCH", f"/demos/{demo_id}/lease", {"expires_at": soon.isoformat()})
    assert 200 == moved.status_code
    seen = anybody.call("POST", "/shared", {"token": token_of(made)}).json()
    assert owner.demo(demo_id)["expires_at"] == seen["ends_at"]
    owner.delete(demo_id)
    seen = anybody.call("POST", "/shared", {"token": token_of(made)}).json()
    assert ("ended", {}) == (seen["state"], seen["links"])
    assert 409 == owner.call("POST", f"/demos/{demo_id}/shares", {}).status_code


def test_others_cannot_see_or_touch_a_demos_links(running: Running) -> None:
    """Not even learn that there are any."""
    owner, other = running.person(), running.person()
    demo_id = owner.request("s3")
    made = share(owner, demo_id)
    path = f"/demos/{demo_id}/shares"
    assert 404 == other.call("POST", path, {}).status_code
    assert 404 == other.call("GET", path).status_code
    assert 404 == other.call("DELETE", f"{path}/{made['share_id']}").status_code
    assert 404 == owner.call("DELETE", f"{path}/nosuchid").status_code


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"expires_hours": 0}, 422),
        ({"expires_hours": "4"}, 422),
        ({"forever": True}, 422),
        (b"{", 400),
    ],
)
def test_a_bad_request_for_a_link_makes_none(running: Running, body: Any, status: int) -> None:
    """It is told what is wrong."""
    owner = running.person()
    demo_id = owner.request("s3")
    assert status == owner.call("POST", f"/demos/{demo_id}/shares", body).status_code
    assert [] == owner.call("GET", f"/demos/{demo_id}/shares").json()["shares"]


@pytest.mark.parametrize("token", ["", "x" * 121, "abcdefgh.abcdefgh." + "a" * 43, 7, None])
def test_what_is_no_token_opens_nothing(running: Running, token: Any) -> None:
    """A 4xx problem document, and nothing else."""
    answer = Api(running.up.api_url, "").call("POST", "/shared", {"token": token})
    assert answer.status_code in (404, 422)
    assert "application/problem+json" == answer.headers["content-type"]


def test_me_tells_who_calls_and_what_is_allowed(running: Running) -> None:
    """Owner, role, address and the operator's caps."""
    person, admin = running.person(), running.admin()
    me = person.call("GET", "/me").json()
    assert (person.owner, False) == (me["owner"], me["admin"])
    assert "127.0.0.1/32" == me["cidr"]
    assert {"default": 4, "at_once": 72, "in_total": 168, "ahead": 336} == me["lease_hours"]
    assert admin.call("GET", "/me").json()["admin"]
    assert 401 == Api(running.up.api_url, "").call("GET", "/me").status_code


def test_a_brief_list_tells_the_same_demos_in_fewer_words(running: Running) -> None:
    """What a line of a list shows, and no more."""
    owner = running.person()
    demo_id = owner.request("s3")
    owner.until(demo_id, "ready")
    brief = owner.call("GET", "/demos?brief=true").json()["demos"]
    whole = owner.call("GET", "/demos").json()["demos"]
    assert [demo_id] == [d["demo_id"] for d in brief] == [d["demo_id"] for d in whole]
    assert {"ready": 1, "of": 1} == brief[0]["progress"]
    assert ["s3"] == brief[0]["component_names"]
    shared = set(brief[0]) - {"progress", "component_names"}
    assert {name: whole[0][name] for name in shared} == {name: brief[0][name] for name in shared}

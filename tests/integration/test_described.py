"""The real answers are what /openapi.json says they are: status, headers, type and every field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.integration.conftest import Api, Running
from tests.integration.description import Description, closed

Call = Callable[..., httpx.Response]

# A demo that can be retried takes a teardown that gave up: test_teardown makes one. Its answer
# is the same view of a demo as deleteDemo's. Clicks need a link, and letting in needs
# somebody who is not let in: tests/browser has both.
NOT_MADE_HERE = {("retryDemo", 202), ("countClick", 204), ("answerAccessRequest", 202)}


@pytest.fixture(scope="module")
def description(deployed: Running) -> Description:
    return Description(closed(deployed.person().call("GET", "/openapi.json").json()))


@pytest.fixture
def checked(description: Description) -> Call:
    """Make a call whose answer is held to the description."""

    def call(api: Api, operation: str, method: str, path: str, *rest: Any, **headers: str) -> Any:
        answer = api.call(method, path, *rest, **headers)
        description.check(operation, answer)
        return answer

    return call


def test_every_operation_answers_as_described(
    running: Running, description: Description, checked: Call
) -> None:
    """Over a demo's life and for all that can be asked about the service, success by success."""
    owner = running.person()
    for operation, path in (
        ("getCatalog", "/catalog"),
        ("getCaller", "/me"),
        ("getDescription", "/openapi.json"),
        ("getHealth", "/health"),
        ("getFront", "/"),
        ("getPage", "/app"),
        ("getSharePage", "/share"),
        ("getFile", "/web/any/app.js"),
        ("getFile", "/web/any/style.css"),
        ("getSignIn", "/config.json"),
    ):
        checked(owner, operation, "GET", path)
    _admins(running.admin(), checked)
    demo = _made(owner, checked)
    _shares(owner, Api(running.up.api_url, ""), demo, checked)
    _deleting(_handed_over(owner, running.person(), demo, checked), demo, checked)
    _waiting(owner, checked)
    described = {
        (name, int(status))
        for name, operation in description.operations().items()
        for status in operation["responses"]
        if int(status) < 304
    }
    assert described - NOT_MADE_HERE == {each for each in description.seen if each[1] < 304}


def _made(owner: Api, checked: Call) -> str:
    """Make a demo, look at it and change it; return its path."""
    body = {"components": ["s3"], "name": "described"}
    checked(owner, "planDemo", "POST", "/plan", body)
    demo = f"/demos/{checked(owner, 'createDemo', 'POST', '/demos', body).json()['demo_id']}"
    owner.until(demo.removeprefix("/demos/"), "ready")
    checked(owner, "getDemo", "GET", demo)
    checked(owner, "listDemos", "GET", "/demos")
    checked(owner, "listDemos", "GET", "/demos?brief=true&limit=1")
    checked(owner, "listEvents", "GET", f"{demo}/events")
    checked(owner, "inspectComponent", "GET", f"{demo}/components/s3/events")
    checked(owner, "listDemos", "GET", "/demos?phase=live&q=described&order=ends")
    checked(owner, "changeDemo", "PATCH", demo, {"name": "described again"})
    owner.until(demo.removeprefix("/demos/"), "ready")
    checked(owner, "changeLease", "PATCH", f"{demo}/lease", {"extend_hours": 1})
    checked(owner, "getCredentials", "GET", f"{demo}/credentials")
    return demo


def _waiting(owner: Api, checked: Call) -> None:
    """Plan and make a demo that waits, move its start, and delete it."""
    moments = [f"{datetime.now(UTC) + timedelta(days=n):%Y-%m-%dT%H:%M:%SZ}" for n in (2, 3)]
    body = {"components": ["s3"], "ready_by": moments[0]}
    planned = checked(owner, "planDemo", "POST", "/plan", body).json()["start"]
    made = checked(owner, "createDemo", "POST", "/demos", body).json()
    demo = f"/demos/{made['demo_id']}"
    moved = checked(owner, "changeDemo", "PATCH", demo, {"ready_by": moments[1]}).json()
    assert made["starts_at"] < planned["ready_by"] < moved["starts_at"] < moved["ready_by"]
    brief = checked(owner, "listDemos", "GET", "/demos?brief=true&phase=requested").json()["demos"]
    assert [moved["starts_at"]] == [each["starts_at"] for each in brief]
    _deleting(owner, demo, checked)


def _shares(owner: Api, anybody: Api, demo: str, checked: Call) -> None:
    """Share a demo, visit it, and take the share back."""
    page = {"page_url": "https://demo.example.com/share"}
    share = checked(owner, "createShare", "POST", f"{demo}/shares", page).json()
    token = share["url"].partition("#")[2]
    checked(anybody, "visitSharedDemo", "POST", "/shared", {"token": token})
    checked(anybody, "requestAccess", "POST", "/shared/access-requests", {"token": token})
    checked(anybody, "getSharedDemo", "GET", "/shared", **{"X-Share-Token": token})
    checked(owner, "listShares", "GET", f"{demo}/shares")
    checked(owner, "revokeShare", "DELETE", f"{demo}/shares/{share['share_id']}")


def _handed_over(owner: Api, other: Api, demo: str, checked: Call) -> Api:
    """Offer a demo, withdraw that, and let another person take it over; return them."""
    checked(owner, "offerDemo", "POST", f"{demo}/handover")
    checked(owner, "withdrawOffer", "DELETE", f"{demo}/handover")
    url = checked(owner, "offerDemo", "POST", f"{demo}/handover").json()["url"]
    code = url.rpartition("/")[2]
    checked(other, "getOffer", "GET", "/handover", **{"X-Handover-Code": code})
    checked(other, "acceptDemo", "POST", "/handover", {"code": code})
    return other


def _deleting(owner: Api, demo: str, checked: Call) -> None:
    """Delete a demo, and look at what is left of it."""
    stale = checked(owner, "deleteDemo", "DELETE", demo, **{"If-Match": '"another"'})
    assert 412 == stale.status_code
    checked(owner, "deleteDemo", "DELETE", demo)
    owner.until(demo.removeprefix("/demos/"), "deleted")
    checked(owner, "getDemo", "GET", demo)


def _admins(admin: Api, checked: Call) -> None:
    """Ask for what admins alone are answered."""
    checked(admin, "getOverview", "GET", "/overview")
    checked(admin, "putPool", "PUT", "/pools/described", {"components": ["s3"], "ready": 0})
    checked(admin, "getPool", "GET", "/pools/described")
    checked(admin, "listPools", "GET", "/pools")
    checked(admin, "deletePool", "DELETE", "/pools/described")


def test_refusals_are_as_described(running: Running, checked: Call) -> None:
    """Each kind of refusal that a caller can bring about."""
    owner, anybody = running.person(), Api(running.up.api_url, "")
    plain = {"Content-Type": "text/plain"}
    cases: list[tuple[int, Api, str, str, str, Any, dict[str, str]]] = [
        (400, owner, "createDemo", "POST", "/demos", b"{", {}),
        (401, anybody, "createDemo", "POST", "/demos", {}, {}),
        (401, Api(running.up.api_url, "x"), "listDemos", "GET", "/demos", None, {}),
        (404, owner, "getDemo", "GET", "/demos/nosuchid", None, {}),
        (404, anybody, "visitSharedDemo", "POST", "/shared", {"token": "x"}, {}),
        (422, anybody, "getSharedDemo", "GET", "/shared", None, {}),
        (404, owner, "acceptDemo", "POST", "/handover", {"code": "x"}, {}),
        (422, owner, "getOffer", "GET", "/handover", None, {}),
        (401, anybody, "acceptDemo", "POST", "/handover", {"code": "x"}, {}),
        (404, anybody, "getFile", "GET", "/web/any/none.js", None, {}),
        (413, owner, "createDemo", "POST", "/demos", b" " * 70_000, {}),
        (415, owner, "createDemo", "POST", "/demos", b"a=b", plain),
        (415, owner, "listDemos", "GET", "/demos", None, plain),
        (422, owner, "createDemo", "POST", "/demos", {"components": ["esc"]}, {}),
        (422, owner, "listDemos", "GET", "/demos?mine=perhaps", None, {}),
        (422, owner, "listDemos", "GET", "/demos?brief=", None, {}),
    ]
    for status, caller, operation, method, path, body, headers in cases:
        answer = checked(caller, operation, method, path, body, **headers)
        assert status == answer.status_code, (operation, answer.text)


def test_an_unchanged_answer_is_as_described(running: Running, checked: Call) -> None:
    """It has its headers and no body."""
    owner = running.person()
    etag = checked(owner, "listDemos", "GET", "/demos").headers["ETag"]
    again = checked(owner, "listDemos", "GET", "/demos", **{"If-None-Match": etag})
    assert 304 == again.status_code


def test_a_full_quota_and_a_passed_limit_are_as_described(running: Running, checked: Call) -> None:
    """The quota's name, size and holders; a phase that forbids what is asked."""
    owner = running.person()
    made = [owner.request("s3") for _ in range(3)]
    full = checked(owner, "createDemo", "POST", "/demos", {"components": ["s3"]})
    assert (429, sorted(made)) == (full.status_code, sorted(full.json()["held_by"]))
    wanted = {"extend_hours": 9_000}
    late = checked(owner, "changeLease", "PATCH", f"/demos/{made[0]}/lease", wanted)
    early = checked(owner, "retryDemo", "POST", f"/demos/{made[0]}/retry")
    assert (409, 409) == (late.status_code, early.status_code)
    for demo_id in made:
        checked(owner, "deleteDemo", "DELETE", f"/demos/{demo_id}")
    for demo_id in made:
        owner.until(demo_id, "deleted")


def test_answers_are_compressed_for_who_takes_that(running: Running) -> None:
    """From 1 KB on, as the gateway is set; a small one is not worth it."""
    (api,) = running.aws.client("apigateway").get_rest_apis()["items"]
    assert 1024 == api["minimumCompressionSize"]
    owner = running.person()
    large, small = owner.call("GET", "/catalog"), owner.call("GET", "/health")
    assert "gzip" == large.headers["content-encoding"]
    assert int(large.headers["content-length"]) * 4 < len(large.content)
    assert "content-encoding" not in small.headers
    plain = owner.call("GET", "/catalog", **{"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json() == large.json()

"""A demo changes its owner over HTTP, between two people who are signed in."""

from __future__ import annotations

from chalicelib.core.naming import PREFIX

from .conftest import Api, Running, wait_for


def offered(owner: Api, demo_id: str) -> str:
    answer = owner.call("POST", f"/demos/{demo_id}/handover")
    assert 201 == answer.status_code, answer.text
    page, _, code = answer.json()["url"].rpartition("/")
    assert "app#/handover" == page
    return str(code)


def accept(person: Api, code: str) -> int:
    return person.call("POST", "/handover", {"code": code}).status_code


def test_a_colleague_takes_a_demo_over(running: Running) -> None:
    """Lists, quotas, credentials, links and tags follow; to who gave it, it is not there."""
    ann, bob = running.person(), running.person()
    demo_id = ann.request("s3", name="On leave")
    ann.until(demo_id, "ready")
    assert 201 == ann.call("POST", f"/demos/{demo_id}/shares", {"label": "Acme"}).status_code
    code = offered(ann, demo_id)
    seen = bob.call("GET", "/handover", **{"X-Handover-Code": code}).json()
    assert ("On leave", ann.owner) == (seen["name"], seen["owner"])
    assert 404 == bob.call("GET", f"/demos/{demo_id}").status_code
    assert [200, 200, 404] == [accept(person, code) for person in (bob, bob, ann)]
    for path in ("", "/events", "/credentials", "/shares"):
        assert 404 == ann.call("GET", f"/demos/{demo_id}{path}").status_code
    assert 404 == ann.call("DELETE", f"/demos/{demo_id}").status_code
    assert [] == ann.call("GET", "/demos?mine=true").json()["demos"]
    assert [0, 1] == [p.call("GET", "/me").json()["quotas"]["held_own"] for p in (ann, bob)]
    assert bob.owner == bob.demo(demo_id)["owner"]
    (share,) = bob.call("GET", f"/demos/{demo_id}/shares").json()["shares"]
    assert ("Acme", True) == (share["label"], share["open"])
    assert f"handed over by {ann.owner} to {bob.owner}" in [e["text"] for e in bob.events(demo_id)]
    wait_for(lambda: bob.owner == _tagged(running, demo_id), "the new owner's tag")
    bob.until(demo_id, "ready")
    bob.delete(demo_id)
    bob.until(demo_id, "deleted")


def _tagged(running: Running, demo_id: str) -> str | None:
    stacks = running.aws.client("cloudformation").describe_stacks()["Stacks"]
    tags = [{t["Key"]: t["Value"] for t in stack["Tags"]} for stack in stacks]
    (ours,) = (t for t in tags if t.get(f"{PREFIX}:demo-id") == demo_id)
    return ours.get(f"{PREFIX}:owner")


def test_a_full_receiver_is_reported_and_nothing_changes(running: Running) -> None:
    """What is in the way is named; the offer stands, also while the demo is being made."""
    ann, bob = running.person(), running.person()
    held = [bob.request("s3") for _ in range(3)]
    demo_id = ann.request("s3")
    code = offered(ann, demo_id)
    full = bob.call("POST", "/handover", {"code": code})
    assert (429, sorted(held)) == (full.status_code, sorted(full.json()["held_by"]))
    assert ann.owner == ann.demo(demo_id)["owner"]
    bob.delete(held[0])
    bob.until(held[0], "deleted")
    assert 200 == accept(bob, code)
    bob.until(demo_id, "ready")


def test_what_cannot_be_handed_over(running: Running) -> None:
    """By others, to oneself, with an old code, and once it is being removed."""
    ann, bob, admin = running.person(), running.person(), running.admin()
    demo_id = ann.request("s3")
    path = f"/demos/{demo_id}/handover"
    assert [404, 403] == [p.call("POST", path).status_code for p in (bob, admin)]
    first, second = offered(ann, demo_id), offered(ann, demo_id)
    assert [404, 409] == [accept(bob, first), accept(ann, second)]
    ann.delete(demo_id)
    assert [409, 409] == [accept(bob, second), ann.call("POST", path).status_code]
    assert 401 == Api(running.up.api_url, "").call("POST", "/handover", {}).status_code

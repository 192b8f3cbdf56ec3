"""The lease ends three ways, each enough alone, and moves only within its caps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.integration.conftest import Api, Running, wait_for

SECOND = 1 / 3600


def _short_demo(owner: Api, seconds: float) -> str:
    demo_id = owner.request("s3", ttl_hours=seconds * SECOND)
    owner.until(demo_id, "ready")
    return demo_id


def test_the_sweep_ends_a_lease_without_a_person(running: Running) -> None:
    """A lease of seconds, swept every now and then, ends in an empty account."""
    running.remember()
    owner = running.person()
    demo_id = _short_demo(owner, 6)

    def is_deleted() -> bool:
        running.invoke("Sweep")
        return bool(owner.demo(demo_id)["phase"] == "deleted")

    wait_for(is_deleted, "deleted by the sweep")
    assert [] == running.left_behind()
    ended = next(e for e in owner.events(demo_id) if e["kind"] == "desired")
    assert ("lease", True) == (ended["actor"], "the lease has ended" in ended["text"])


def test_ttl_and_stream_end_a_lease_with_the_sweep_off(running: Running) -> None:
    """The lease item's removal alone takes the demo down."""
    running.remember()
    owner = running.person()
    demo_id = _short_demo(owner, 3)
    running.aws.control.ttl(on=True, interval=1)
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
    assert [] == running.left_behind()


def test_removing_the_lease_item_by_hand_ends_the_demo(running: Running) -> None:
    """A person who deletes the item in the console has ended the demo."""
    owner = running.person()
    demo_id = owner.request("s3")
    owner.until(demo_id, "ready")
    _remove(running, demo_id, "LEASE")
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
    ended = next(e for e in owner.events(demo_id) if e["kind"] == "desired")
    assert "by hand" in ended["text"]


def test_an_orphan_is_found_and_taken_down(running: Running) -> None:
    """With record and lease deleted by hand, two searches in a row remove what is left."""
    running.remember()
    owner = running.person()
    demo_id = owner.request("s3")
    owner.until(demo_id, "ready")
    _remove(running, demo_id, "DEMO")
    _remove(running, demo_id, "LEASE")
    assert 404 == owner.call("GET", f"/demos/{demo_id}").status_code
    running.invoke("Orphans")
    assert 404 == owner.call("GET", f"/demos/{demo_id}").status_code
    running.invoke("Orphans")
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
    assert [] == running.left_behind()


def test_stacks_without_our_tags_are_never_touched(running: Running) -> None:
    """A stranger's stack with a name like ours survives any number of searches."""
    cloudformation = running.aws.client("cloudformation")
    template = '{"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}'
    name = "stelligent-demo-abcdefgh-s3"
    cloudformation.create_stack(StackName=name, TemplateBody=template)
    for _ in range(3):
        running.invoke("Orphans")
    status = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"]
    cloudformation.delete_stack(StackName=name)
    assert "CREATE_COMPLETE" == status


def test_a_lease_moves_within_its_caps(running: Running) -> None:
    """Extending and shortening work; past a cap 409 tells the numbers; the past is 422."""
    owner = running.person()
    demo_id = owner.request("s3", ttl_hours=4)
    owner.until(demo_id, "ready")
    path = f"/demos/{demo_id}/lease"
    created = datetime.fromisoformat(owner.demo(demo_id)["created_at"])

    def hours() -> float:
        end = datetime.fromisoformat(owner.demo(demo_id)["expires_at"])
        return round((end - created) / timedelta(hours=1), 3)

    assert 200 == owner.call("PATCH", path, {"extend_hours": 2}).status_code
    assert 6 == hours()
    sooner = (created + timedelta(hours=1)).isoformat()
    assert 200 == owner.call("PATCH", path, {"expires_at": sooner}).status_code
    assert 1 == hours()
    refused = owner.call("PATCH", path, {"extend_hours": 100})
    assert 409 == refused.status_code
    assert "72 hours from now" in refused.json()["detail"]
    past = (datetime.now(UTC) - timedelta(hours=1)).isoformat()
    assert 422 == owner.call("PATCH", path, {"expires_at": past}).status_code
    for body in ({}, {"extend_hours": 1, "expires_at": past}, {"extend_hours": -1}, {"x": 1}):
        assert 422 == owner.call("PATCH", path, body).status_code
    assert 1 == hours()
    owner.delete(demo_id)
    owner.until(demo_id, "deleted")
    assert 409 == owner.call("PATCH", path, {"extend_hours": 1}).status_code


def _remove(running: Running, demo_id: str, sort: str) -> None:
    running.aws.client("dynamodb").delete_item(
        TableName=running.up.outputs["TableName"],
        Key={"pk": {"S": f"DEMO#{demo_id}"}, "sk": {"S": sort}},
    )

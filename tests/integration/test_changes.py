"""A demo is changed, paused, resumed and repaired through HTTP, every role's rights enforced."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.conftest import Api, Running, wait_for

MERGE_PATCH = {"Content-Type": "application/merge-patch+json"}


def patched(owner: Api, demo_id: str, body: Any, expected: int = 202, **headers: str) -> Any:
    sent = MERGE_PATCH | headers
    answer = owner.call("PATCH", f"/demos/{demo_id}", json.dumps(body).encode(), **sent)
    assert expected == answer.status_code, answer.text
    return answer.json()


def status_of(demo: dict[str, Any], name: str) -> str | None:
    return next((c["status"] for c in demo["components"] if c["name"] == name), None)


def gone(owner: Api, demo_id: str) -> None:
    owner.delete(demo_id)
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]


def ingress(running: Running, group: str) -> set[str]:
    (found,) = running.aws.client("ec2").describe_security_groups(GroupIds=[group])[
        "SecurityGroups"
    ]
    return {r["CidrIp"] for p in found["IpPermissions"] for r in p["IpRanges"]}


def test_an_address_is_let_in_and_nothing_else_is_touched(running: Running) -> None:
    """The group is updated in place; the record's version is its tag, and a stale one is 412."""
    owner = running.person()
    demo_id = owner.request("sg", allowed_cidr=["203.0.113.0/24"])
    ready = owner.until(demo_id, "ready", "deleted")
    group = ready["outputs"]["sg"]["LoadBalancerSecurityGroupId"]
    tag = {"If-Match": owner.call("GET", f"/demos/{demo_id}").headers["ETag"]}
    wanted = ["203.0.113.0/24", "198.51.100.7/32"]
    changing = patched(owner, demo_id, {"allowed_cidr": wanted}, 202, **tag)
    assert wanted == changing["allowed_cidr"]
    patched(owner, demo_id, {"name": "other"}, 412, **tag)
    wait_for(lambda: ingress(running, group) >= set(wanted), "the address is in the group")
    after = owner.until(demo_id, "ready")
    assert after["failure"] is None
    assert ready["outputs"] == after["outputs"]
    gone(owner, demo_id)


def test_components_are_added_and_left_out(running: Running) -> None:
    """What another requires cannot be left out, and is named."""
    owner = running.person()
    demo_id = owner.request("vpc", "s3")
    owner.until(demo_id, "ready", "deleted")
    patched(owner, demo_id, {"components": ["vpc", "sg", "s3"]})
    wait_for(lambda: status_of(owner.demo(demo_id), "sg") == "ready", "sg is there")
    refused = patched(owner, demo_id, {"components": ["sg"]}, 422)
    assert "'vpc' cannot be removed: sg requires it" in refused["detail"]
    patched(owner, demo_id, {"components": ["vpc", "sg"]})
    wait_for(lambda: status_of(owner.demo(demo_id), "s3") is None, "s3 is gone")
    patched(owner, demo_id, {"components": ["sg"]})
    wait_for(lambda: not owner.demo(demo_id)["reason"].startswith("wait"), "it has come to rest")
    after = owner.until(demo_id, "ready")
    assert {"vpc", "sg"} == {c["name"] for c in after["components"]}
    gone(owner, demo_id)
    patched(owner, demo_id, {"name": "too late"}, 409)


def test_a_pause_stops_the_database_and_a_resumption_starts_it(running: Running) -> None:
    """Pausing what is paused changes nothing, and somebody else's demo is not found."""
    owner = running.person()
    demo_id = owner.request("rds", "asg")
    owner.until(demo_id, "ready", "deleted")
    patched(owner, demo_id, {"desired_state": "paused"})
    paused = owner.until(demo_id, "paused", "deleted")
    assert paused["failure"] is None
    assert ("stopped", "deleted") == (status_of(paused, "rds"), status_of(paused, "asg"))
    assert "ready" == status_of(paused, "vpc")
    (database,) = databases(running, demo_id)
    assert "stopped" == database["DBInstanceStatus"]
    before = owner.events(demo_id)
    patched(owner, demo_id, {"desired_state": "paused"})
    assert before == owner.events(demo_id)
    patched(running.person(), demo_id, {"desired_state": "running"}, 404)
    patched(owner, demo_id, {"desired_state": "running"})
    resumed = owner.until(demo_id, "ready", "failed", "deleted")
    assert {"ready"} == {c["status"] for c in resumed["components"]}
    gone(owner, demo_id)


def databases(running: Running, demo_id: str) -> list[dict[str, Any]]:
    found = running.aws.client("rds").describe_db_instances()["DBInstances"]
    return [d for d in found if demo_id in d["DBInstanceIdentifier"]]


@pytest.mark.parametrize(
    ("from_", "to", "begun"),
    [
        ("running", "paused", "pausing"),
        ("running", "running", "changing"),
        ("paused", "running", "resuming"),
    ],
)
def test_deletion_in_the_middle_of_a_pause_change_or_resumption_ends_empty(
    running: Running, from_: str, to: str, begun: str
) -> None:
    """Whatever is under way, all goes, and the account is as it was."""
    running.remember()
    owner = running.person()
    demo_id = owner.request("rds", "asg")
    owner.until(demo_id, "ready", "deleted")
    if from_ == "paused":
        patched(owner, demo_id, {"desired_state": "paused"})
        owner.until(demo_id, "paused", "deleted")
    patched(owner, demo_id, {"desired_state": to, "allowed_cidr": ["198.51.100.7/32"]})
    # From the timeline: a change may be over between two looks at the phase.
    wait_for(lambda: begun in str(owner.events(demo_id)), "it is on its way")
    gone(owner, demo_id)
    assert [] == running.left_behind()


def test_a_protected_database_that_is_stopped_is_started_before_it_goes(
    running: Running,
) -> None:
    """RDS modifies none that is stopped, so its protection could not be lifted before."""
    running.remember()
    owner = running.person()
    demo_id = owner.request("rds")
    owner.until(demo_id, "ready", "deleted")
    (database,) = databases(running, demo_id)
    running.aws.client("rds").modify_db_instance(
        DBInstanceIdentifier=database["DBInstanceIdentifier"],
        DeletionProtection=True,
        ApplyImmediately=True,
    )
    patched(owner, demo_id, {"desired_state": "paused"})
    owner.until(demo_id, "paused", "deleted")
    running.aws.control.reset_calls()
    gone(owner, demo_id)
    asked = [c.action for c in running.aws.control.calls("rds") if "Lift" in c.caller]
    assert {"StartDBInstance", "ModifyDBInstance"} <= set(asked), asked
    assert [] == running.left_behind()


def test_a_new_name_reaches_the_demos_pages_while_it_stays_ready(running: Running) -> None:
    """It is put beside the bundle, and no stack is updated."""
    owner = running.person()
    demo_id = owner.request("ecs", name="Old")
    ready = owner.until(demo_id, "ready", "deleted")
    bucket = ready["outputs"]["s3"]["BucketName"]
    patched(owner, demo_id, {"name": "New"})
    s3 = running.aws.client("s3")
    wait_for(lambda: shown(s3, bucket)["name"] == "New", "the new name is shown")
    assert ready["expires_at"][:19] == shown(s3, bucket)["expires_at"][:19]
    phases = [e["text"] for e in owner.events(demo_id) if e["kind"] == "phase"]
    assert not [text for text in phases if text.startswith("changing")]
    gone(owner, demo_id)


def shown(s3: Any, bucket: str) -> dict[str, Any]:
    return dict(json.loads(s3.get_object(Bucket=bucket, Key="demo.json")["Body"].read()))


def test_a_failed_change_leaves_what_was_there_and_says_why(running: Running) -> None:
    """A component that cannot be added is removed again, and the demo is ready as before."""
    owner = running.person()
    demo_id = owner.request("sg")
    owner.until(demo_id, "ready", "deleted")
    running.aws.control.fail("no more buckets", component="s3")
    patched(owner, demo_id, {"components": ["sg", "s3"]})
    wait_for(lambda: owner.demo(demo_id)["failure"], "the change has failed")
    after = owner.until(demo_id, "ready", "failed", "deleted")
    assert ("ready", ["sg"]) == (after["phase"], after["requested_components"])
    assert {"vpc", "sg"} == {c["name"] for c in after["components"]}
    assert "no more buckets" in after["failure"]["reason"]
    running.aws.control.heal()
    gone(owner, demo_id)


def test_a_failed_demo_is_repaired(running: Running) -> None:
    """Its failed stack is deleted and made again."""
    owner = running.person()
    running.aws.control.fail("no more buckets", component="s3")
    demo_id = owner.request("s3", "sg", keep_on_failure=True)
    assert "failed" == owner.until(demo_id, "failed", "deleted", "ready")["phase"]
    running.aws.control.heal()
    assert 202 == owner.call("POST", f"/demos/{demo_id}/retry").status_code
    repaired = owner.until(demo_id, "ready", "deleted")
    assert {"ready"} == {c["status"] for c in repaired["components"]}
    assert repaired["failure"] is None
    gone(owner, demo_id)

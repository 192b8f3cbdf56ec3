"""A teardown repairs what stands in its way, proves itself, or says who must look."""

from __future__ import annotations

from typing import Any

from tests.integration.conftest import Running


def test_a_bucket_full_of_versions_markers_and_uploads_is_emptied(running: Running) -> None:
    """Every version, delete marker and multipart upload goes, and then the bucket."""
    running.remember()
    owner = running.person()
    demo_id = owner.request("s3")
    bucket = owner.until(demo_id, "ready")["outputs"]["s3"]["BucketName"]
    s3 = running.aws.client("s3")
    for n in range(30):
        s3.put_object(Bucket=bucket, Key=f"a/{n % 10}", Body=b"x")
    s3.delete_object(Bucket=bucket, Key="a/1")
    s3.create_multipart_upload(Bucket=bucket, Key="big")
    owner.delete(demo_id)
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
    assert [] == running.left_behind()


def test_what_will_not_go_is_quarantined_and_can_be_retried(running: Running) -> None:
    """
    Given a security group that refuses to go, when the demo is deleted, then it ends
    quarantined with the cause and the resource named; once that is cured, a retry ends it.
    """
    running.remember()
    owner = running.person()
    demo_id = owner.request("sg")
    owner.until(demo_id, "ready")
    running.aws.control.fail(
        "User is not authorized to perform: ec2:DeleteSecurityGroup",
        on="delete",
        component="sg",
        resource_type="AWS::EC2::SecurityGroup",
    )
    owner.delete(demo_id)
    stuck = owner.until(demo_id, "quarantined")
    assert "sg" == stuck["failure"]["component"]
    assert "not authorized" in stuck["failure"]["reason"]
    assert stuck["retry_at"] is not None
    assert 409 == owner.call("PATCH", f"/demos/{demo_id}/lease", {"extend_hours": 1}).status_code
    running.aws.control.heal()
    assert 202 == owner.call("POST", f"/demos/{demo_id}/retry").status_code
    assert "deleted" == owner.until(demo_id, "deleted")["phase"]
    assert [] == running.left_behind()
    assert 409 == owner.call("POST", f"/demos/{demo_id}/retry").status_code


def test_a_bucket_that_filled_up_again_is_emptied_again(running: Running) -> None:
    """What CloudFormation calls a full bucket is repaired and tried again at once."""
    running.remember()
    reason = "The bucket you tried to delete is not empty"
    running.aws.control.fail(reason, on="delete", component="s3", times=1)
    owner = running.person()
    demo_id = owner.request("s3")
    owner.until(demo_id, "ready")
    owner.delete(demo_id)
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
    assert _is_on_timeline(owner.events(demo_id), reason)
    assert [] == running.left_behind()


def test_a_network_interface_left_behind_is_released(running: Running) -> None:
    """An interface nobody attached any more is deleted, and the network goes."""
    running.remember()
    owner = running.person()
    demo_id = owner.request("vpc")
    subnets = owner.until(demo_id, "ready")["outputs"]["vpc"]["PublicSubnetIds"]
    ec2 = running.aws.client("ec2")
    for subnet in subnets.split(","):
        ec2.create_network_interface(SubnetId=subnet)
    reason = "The subnet has dependencies and cannot be deleted (DependencyViolation)"
    kind = "AWS::EC2::Subnet"
    running.aws.control.fail(reason, on="delete", component="vpc", resource_type=kind, times=4)
    owner.delete(demo_id)
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
    assert _is_on_timeline(owner.events(demo_id), reason)
    assert [] == running.left_behind()


def test_termination_protection_is_lifted(running: Running) -> None:
    """A stack that somebody protected by hand still goes when its demo ends."""
    running.remember()
    owner = running.person()
    demo_id = owner.request("vpc")
    stack = owner.until(demo_id, "ready")["components"][0]["stack_name"]
    running.aws.client("cloudformation").update_termination_protection(
        StackName=stack, EnableTerminationProtection=True
    )
    owner.delete(demo_id)
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
    assert _is_on_timeline(owner.events(demo_id), "TerminationProtection")
    assert [] == running.left_behind()


def test_one_demos_quarantine_delays_no_other(running: Running) -> None:
    """While one refuses to go, another of the same owner comes and goes."""
    owner = running.person()
    stuck = owner.request("s3")
    owner.until(stuck, "ready")
    running.aws.control.fail("no reason given", on="delete", demo_id=stuck)
    owner.delete(stuck)
    other = owner.request("s3")
    owner.until(other, "ready")
    owner.delete(other)
    assert "deleted" == owner.until(other, "deleted", "quarantined")["phase"]
    assert owner.demo(stuck)["phase"] in ("deleting", "quarantined")
    owner.until(stuck, "quarantined")
    running.aws.control.heal()
    owner.call("POST", f"/demos/{stuck}/retry")
    owner.until(stuck, "deleted")


def _is_on_timeline(events: list[dict[str, Any]], words: str) -> bool:
    return any(words in event["text"] for event in events)

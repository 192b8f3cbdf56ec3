"""A teardown repairs what stands in its way, proves itself, or says who must look."""

from __future__ import annotations

from tests.integration.conftest import Running


def test_a_bucket_full_of_versions_markers_and_uploads_is_emptied(running: Running) -> None:
    """Every version, delete marker and multipart upload goes, and then the bucket."""
    running.remember()
    owner = running.person()
    demo_id = owner.ask("s3")
    bucket = owner.until(demo_id, "ready")["outputs"]["s3"]["BucketName"]
    s3 = running.aws.client("s3")
    for n in range(30):
        s3.put_object(Bucket=bucket, Key=f"a/{n % 10}", Body=b"x")
    s3.delete_object(Bucket=bucket, Key="a/1")
    s3.create_multipart_upload(Bucket=bucket, Key="big")
    owner.call("DELETE", f"/demos/{demo_id}")
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]
    assert [] == running.left_behind()


def test_what_will_not_go_is_quarantined_and_can_be_retried(running: Running) -> None:
    """
    Given a security group that refuses to go, when the demo is deleted, then it ends
    quarantined with the cause and the resource named; once that is cured, a retry ends it.
    """
    running.remember()
    owner = running.person()
    demo_id = owner.ask("sg")
    owner.until(demo_id, "ready")
    running.aws.control.fail(
        "User is not authorized to perform: ec2:DeleteSecurityGroup",
        on="delete",
        component="sg",
        resource_type="AWS::EC2::SecurityGroup",
    )
    owner.call("DELETE", f"/demos/{demo_id}")
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

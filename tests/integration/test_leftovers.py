"""Nothing is `deleted` while anything of it is left, whatever kind of thing it is."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.emulator.process import Emulator
from tests.integration.conftest import Running, wait_for

KEY = "stelligent-demo:demo-id"
Remove = Callable[[], object]


def _tags(demo_id: str) -> list[dict[str, str]]:
    return [{"Key": KEY, "Value": demo_id}]


def _bucket(aws: Emulator, demo_id: str) -> Remove:
    s3, name = aws.client("s3"), f"left-{demo_id}"
    s3.create_bucket(Bucket=name)
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": _tags(demo_id)})
    return lambda: s3.delete_bucket(Bucket=name)


def _security_group(aws: Emulator, demo_id: str) -> Remove:
    ec2 = aws.client("ec2")
    group = ec2.create_security_group(GroupName=f"left-{demo_id}", Description="x")["GroupId"]
    ec2.create_tags(Resources=[group], Tags=_tags(demo_id))
    return lambda: ec2.delete_security_group(GroupId=group)


def _volume(aws: Emulator, demo_id: str) -> Remove:
    ec2 = aws.client("ec2")
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
    ec2.create_tags(Resources=[volume], Tags=_tags(demo_id))
    return lambda: ec2.delete_volume(VolumeId=volume)


def _instance(aws: Emulator, demo_id: str) -> Remove:
    ec2 = aws.client("ec2")
    specification = {"ResourceType": "instance", "Tags": _tags(demo_id)}
    answer = ec2.run_instances(
        ImageId="ami-1", MinCount=1, MaxCount=1, TagSpecifications=[specification]
    )
    instance = answer["Instances"][0]["InstanceId"]
    return lambda: ec2.terminate_instances(InstanceIds=[instance])


def _log_group(aws: Emulator, demo_id: str) -> Remove:
    logs, name = aws.client("logs"), f"/left/{demo_id}"
    logs.create_log_group(logGroupName=name, tags={KEY: demo_id})
    return lambda: logs.delete_log_group(logGroupName=name)


def _secret(aws: Emulator, demo_id: str) -> Remove:
    secrets, name = aws.client("secretsmanager"), f"stelligent-demo-left-{demo_id}"
    secrets.create_secret(Name=name, SecretString="x", Tags=_tags(demo_id))
    return lambda: secrets.delete_secret(SecretId=name, RecoveryWindowInDays=7)


def _database(aws: Emulator, demo_id: str) -> Remove:
    rds, name = aws.client("rds"), f"left-{demo_id}"
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.micro",
        Engine="mysql",
        AllocatedStorage=20,
        MasterUsername="x",
        MasterUserPassword="x" * 8,
        Tags=_tags(demo_id),
    )
    return lambda: rds.delete_db_instance(DBInstanceIdentifier=name, SkipFinalSnapshot=True)


def _load_balancer(aws: Emulator, demo_id: str) -> Remove:
    elb = aws.client("elbv2")
    subnets = [s["SubnetId"] for s in aws.client("ec2").describe_subnets()["Subnets"]][:2]
    answer = elb.create_load_balancer(Name=f"left-{demo_id}", Subnets=subnets, Tags=_tags(demo_id))
    arn = answer["LoadBalancers"][0]["LoadBalancerArn"]
    return lambda: elb.delete_load_balancer(LoadBalancerArn=arn)


def _beanstalk_stack(aws: Emulator, demo_id: str) -> Remove:
    cloudformation, name = aws.client("cloudformation"), f"awseb-e-{demo_id}-stack"
    template = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    cloudformation.create_stack(
        StackName=name, TemplateBody=json.dumps(template), Tags=_tags(demo_id)
    )
    return lambda: cloudformation.delete_stack(StackName=name)


def _role(aws: Emulator, demo_id: str) -> Remove:
    iam, name = aws.client("iam"), f"stelligent-demo-{demo_id}-left"
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    iam.create_role(RoleName=name, Path="/stelligent-demo/", AssumeRolePolicyDocument=trust)
    return lambda: iam.delete_role(RoleName=name)


LEFTOVERS = (
    _bucket,
    _security_group,
    _volume,
    _instance,
    _log_group,
    _secret,
    _database,
    _load_balancer,
    _beanstalk_stack,
    _role,
)


@pytest.mark.parametrize("leave", LEFTOVERS, ids=lambda leave: leave.__name__.strip("_"))
def test_what_is_left_holds_deleted_back(
    running: Running, leave: Callable[[Emulator, str], Remove]
) -> None:
    """
    Given something that carries a demo's tag and belongs to no stack of its, when the demo is
    deleted, then it stays in deletion and says what is there; once that is gone, it is deleted.
    """
    owner = running.person()
    demo_id = owner.request("s3")
    owner.until(demo_id, "ready")
    remove = leave(running.aws, demo_id)
    assert 202 == owner.call("DELETE", f"/demos/{demo_id}").status_code

    def reported() -> dict[str, Any] | None:
        demo = owner.demo(demo_id)
        assert "deleted" != demo["phase"]
        return demo if "still there: arn:" in demo["reason"] else None

    wait_for(reported, f"{demo_id} says what is left")
    remove()
    assert "deleted" == owner.until(demo_id, "deleted", "quarantined")["phase"]

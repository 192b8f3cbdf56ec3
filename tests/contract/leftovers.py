"""One of each kind of resource that a demo's stacks may leave behind, made and removed on moto."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import boto3

from .conftest import REGION

ID: Final = "demo0001"
KEY: Final = "stelligent-demo:demo-id"
TAGS: Final = [{"Key": KEY, "Value": ID}]
ECS_TAGS: Final = [{"key": KEY, "value": ID}]
STEM: Final = f"stelligent-demo-{ID}"
ACCOUNT: Final = "123456789012"
_PATH: Final = "/stelligent-demo/"

Made = Iterator[str]
"""Yields the ARN of what was made; going on from there removes it."""


@functools.cache
def client(service: str) -> Any:
    return boto3.client(service, region_name=REGION)  # type: ignore[call-overload]


def ec2_arn(kind: str, resource_id: str) -> str:
    return f"arn:aws:ec2:{REGION}:{ACCOUNT}:{kind}/{resource_id}"


def tagged(kind: str, resource_id: str) -> str:
    client("ec2").create_tags(Resources=[resource_id], Tags=TAGS)
    return ec2_arn(kind, resource_id)


def _vpc_id() -> str:
    return str(client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def _subnet_ids() -> list[str]:
    return [s["SubnetId"] for s in client("ec2").describe_subnets()["Subnets"]][:2]


def instance() -> Made:
    ec2 = client("ec2")
    answer = ec2.run_instances(ImageId="ami-12c6146b", MinCount=1, MaxCount=1)
    made = answer["Instances"][0]["InstanceId"]
    yield tagged("instance", made)
    ec2.terminate_instances(InstanceIds=[made])


def volume() -> Made:
    made = client("ec2").create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
    yield tagged("volume", made)
    client("ec2").delete_volume(VolumeId=made)


def interface() -> Made:
    answer = client("ec2").create_network_interface(SubnetId=_subnet_ids()[0])
    made = answer["NetworkInterface"]["NetworkInterfaceId"]
    yield tagged("network-interface", made)
    client("ec2").delete_network_interface(NetworkInterfaceId=made)


def launch_template() -> Made:
    answer = client("ec2").create_launch_template(
        LaunchTemplateName=STEM, LaunchTemplateData={"InstanceType": "t3.micro"}
    )
    made = answer["LaunchTemplate"]["LaunchTemplateId"]
    yield tagged("launch-template", made)
    client("ec2").delete_launch_template(LaunchTemplateId=made)


def security_group() -> Made:
    made = client("ec2").create_security_group(GroupName=STEM, Description="x")["GroupId"]
    yield tagged("security-group", made)
    client("ec2").delete_security_group(GroupId=made)


def subnet() -> Made:
    answer = client("ec2").create_subnet(VpcId=_vpc_id(), CidrBlock="10.0.1.0/24")
    made = answer["Subnet"]["SubnetId"]
    yield tagged("subnet", made)
    client("ec2").delete_subnet(SubnetId=made)


def vpc() -> Made:
    made = _vpc_id()
    yield tagged("vpc", made)
    client("ec2").delete_vpc(VpcId=made)


def internet_gateway() -> Made:
    made = client("ec2").create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    yield tagged("internet-gateway", made)
    client("ec2").delete_internet_gateway(InternetGatewayId=made)


def route_table() -> Made:
    made = client("ec2").create_route_table(VpcId=_vpc_id())["RouteTable"]["RouteTableId"]
    yield tagged("route-table", made)
    client("ec2").delete_route_table(RouteTableId=made)


def stack() -> Made:
    template = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}})
    cloudformation = client("cloudformation")
    made = cloudformation.create_stack(
        StackName=f"awseb-e-{ID}-stack", TemplateBody=template, Tags=TAGS
    )["StackId"]
    yield made
    cloudformation.delete_stack(StackName=made)


def auto_scaling_group() -> Made:
    client("ec2").create_launch_template(
        LaunchTemplateName="other", LaunchTemplateData={"ImageId": "ami-1"}
    )
    scaling = client("autoscaling")
    scaling.create_auto_scaling_group(
        AutoScalingGroupName=STEM,
        LaunchTemplate={"LaunchTemplateName": "other"},
        MinSize=0,
        MaxSize=0,
        AvailabilityZones=[f"{REGION}a"],
        Tags=TAGS,
    )
    groups = scaling.describe_auto_scaling_groups()["AutoScalingGroups"]
    yield groups[0]["AutoScalingGroupARN"]
    scaling.delete_auto_scaling_group(AutoScalingGroupName=STEM, ForceDelete=True)


def alarm() -> Made:
    cloudwatch = client("cloudwatch")
    cloudwatch.put_metric_alarm(
        AlarmName=STEM,
        Namespace="x",
        MetricName="y",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="GreaterThanThreshold",
        Tags=TAGS,
    )
    yield cloudwatch.describe_alarms()["MetricAlarms"][0]["AlarmArn"]
    cloudwatch.delete_alarms(AlarmNames=[STEM])


@contextmanager
def _balancer(**tags: Any) -> Iterator[str]:
    elb = client("elbv2")
    answer = elb.create_load_balancer(Name="balancer", Subnets=_subnet_ids(), **tags)
    arn = answer["LoadBalancers"][0]["LoadBalancerArn"]
    yield arn
    elb.delete_load_balancer(LoadBalancerArn=arn)


@contextmanager
def _target_group(**tags: Any) -> Iterator[str]:
    elb = client("elbv2")
    answer = elb.create_target_group(
        Name="targets", Protocol="HTTP", Port=80, VpcId=_vpc_id(), **tags
    )
    arn = answer["TargetGroups"][0]["TargetGroupArn"]
    yield arn
    elb.delete_target_group(TargetGroupArn=arn)


def load_balancer() -> Made:
    with _balancer(Tags=TAGS) as arn:
        yield arn


def target_group() -> Made:
    with _target_group(Tags=TAGS) as arn:
        yield arn


def _listener(balancer: str, targets: str, **tags: Any) -> str:
    answer = client("elbv2").create_listener(
        LoadBalancerArn=balancer,
        Protocol="HTTP",
        Port=80,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
        **tags,
    )
    return str(answer["Listeners"][0]["ListenerArn"])


def listener() -> Made:
    with _balancer() as balancer, _target_group() as targets:
        arn = _listener(balancer, targets, Tags=TAGS)
        yield arn
        client("elbv2").delete_listener(ListenerArn=arn)


def listener_rule() -> Made:
    elb = client("elbv2")
    with _balancer() as balancer, _target_group() as targets:
        parent = _listener(balancer, targets)
        answer = elb.create_rule(
            ListenerArn=parent,
            Conditions=[{"Field": "path-pattern", "Values": ["/x"]}],
            Priority=1,
            Actions=[{"Type": "forward", "TargetGroupArn": targets}],
            Tags=TAGS,
        )
        arn = answer["Rules"][0]["RuleArn"]
        yield arn
        elb.delete_rule(RuleArn=arn)
        elb.delete_listener(ListenerArn=parent)


def cluster() -> Made:
    made = client("ecs").create_cluster(clusterName=STEM, tags=ECS_TAGS)["cluster"]["clusterArn"]
    yield made
    client("ecs").delete_cluster(cluster=made)


def _definition(tags: list[dict[str, str]]) -> str:
    answer = client("ecs").register_task_definition(
        family=STEM, containerDefinitions=[{"name": "x", "image": "x", "memory": 8}], tags=tags
    )
    return str(answer["taskDefinition"]["taskDefinitionArn"])


def task_definition() -> Made:
    made = _definition(ECS_TAGS)
    yield made
    client("ecs").deregister_task_definition(taskDefinition=made)


def service() -> Made:
    ecs = client("ecs")
    ecs.create_cluster(clusterName="other")
    answer = ecs.create_service(
        cluster="other",
        serviceName=STEM,
        taskDefinition=_definition([]),
        desiredCount=0,
        tags=ECS_TAGS,
    )
    yield answer["service"]["serviceArn"]
    ecs.delete_service(cluster="other", service=STEM, force=True)


def database() -> Made:
    rds = client("rds")
    answer = rds.create_db_instance(
        DBInstanceIdentifier=STEM,
        DBInstanceClass="db.t4g.micro",
        Engine="mysql",
        AllocatedStorage=20,
        MasterUsername="x",
        MasterUserPassword="x" * 8,
        Tags=TAGS,
    )
    yield answer["DBInstance"]["DBInstanceArn"]
    rds.delete_db_instance(DBInstanceIdentifier=STEM, SkipFinalSnapshot=True)


def snapshot() -> Made:
    rds = client("rds")
    rds.create_db_instance(
        DBInstanceIdentifier="other",
        DBInstanceClass="db.t4g.micro",
        Engine="mysql",
        AllocatedStorage=20,
        MasterUsername="x",
        MasterUserPassword="x" * 8,
    )
    answer = rds.create_db_snapshot(
        DBSnapshotIdentifier=STEM, DBInstanceIdentifier="other", Tags=TAGS
    )
    yield answer["DBSnapshot"]["DBSnapshotArn"]
    rds.delete_db_snapshot(DBSnapshotIdentifier=STEM)


def subnet_group() -> Made:
    rds = client("rds")
    answer = rds.create_db_subnet_group(
        DBSubnetGroupName=STEM,
        DBSubnetGroupDescription="x",
        SubnetIds=_subnet_ids(),
        Tags=TAGS,
    )
    yield answer["DBSubnetGroup"]["DBSubnetGroupArn"]
    rds.delete_db_subnet_group(DBSubnetGroupName=STEM)


def parameter_group() -> Made:
    rds = client("rds")
    answer = rds.create_db_parameter_group(
        DBParameterGroupName=STEM,
        DBParameterGroupFamily="mysql8.4",
        Description="x",
        Tags=TAGS,
    )
    yield answer["DBParameterGroup"]["DBParameterGroupArn"]
    rds.delete_db_parameter_group(DBParameterGroupName=STEM)


def bucket() -> Made:
    s3, name = client("s3"), f"{STEM}-s3-bucket"
    s3.create_bucket(Bucket=name)
    yield f"arn:aws:s3:::{name}"
    s3.delete_bucket(Bucket=name)


def log_group() -> Made:
    name = f"/{STEM}/web"
    client("logs").create_log_group(logGroupName=name, tags={KEY: ID})
    yield f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:{name}"
    client("logs").delete_log_group(logGroupName=name)


def secret() -> Made:
    secrets = client("secretsmanager")
    made = secrets.create_secret(Name=STEM, SecretString="x", Tags=TAGS)["ARN"]
    yield made
    secrets.delete_secret(SecretId=made, RecoveryWindowInDays=7)


def purged_secret() -> Made:
    secrets = client("secretsmanager")
    made = secrets.create_secret(Name=STEM, SecretString="x", Tags=TAGS)["ARN"]
    yield made
    secrets.delete_secret(SecretId=made, ForceDeleteWithoutRecovery=True)


def role() -> Made:
    iam = client("iam")
    answer = iam.create_role(RoleName=f"{STEM}-role", Path=_PATH, AssumeRolePolicyDocument="{}")
    yield answer["Role"]["Arn"]
    iam.delete_role(RoleName=f"{STEM}-role")


def instance_profile() -> Made:
    iam = client("iam")
    answer = iam.create_instance_profile(InstanceProfileName=f"{STEM}-profile", Path=_PATH)
    yield answer["InstanceProfile"]["Arn"]
    iam.delete_instance_profile(InstanceProfileName=f"{STEM}-profile")


MADE: Final[dict[str, Callable[[], Made]]] = {
    "autoscaling:autoScalingGroup": auto_scaling_group,
    "cloudformation:stack": stack,
    "cloudwatch:alarm": alarm,
    "ec2:instance": instance,
    "ec2:internet-gateway": internet_gateway,
    "ec2:launch-template": launch_template,
    "ec2:network-interface": interface,
    "ec2:route-table": route_table,
    "ec2:security-group": security_group,
    "ec2:subnet": subnet,
    "ec2:volume": volume,
    "ec2:vpc": vpc,
    "ecs:cluster": cluster,
    "ecs:service": service,
    "ecs:task-definition": task_definition,
    "elasticloadbalancing:listener": listener,
    "elasticloadbalancing:listener-rule": listener_rule,
    "elasticloadbalancing:loadbalancer": load_balancer,
    "elasticloadbalancing:targetgroup": target_group,
    "iam:instance-profile": instance_profile,
    "iam:role": role,
    "logs:log-group": log_group,
    "rds:db": database,
    "rds:pg": parameter_group,
    "rds:snapshot": snapshot,
    "rds:subgrp": subnet_group,
    "s3:bucket": bucket,
    "secretsmanager:secret": secret,
}

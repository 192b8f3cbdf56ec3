"""Every kind of resource that StackRole lets a template make, and how to look one up."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from chalicelib.adapters.leftovers.lookups import ByName, ByTag, Lookup


def _cluster_member(operation: str, argument: str, found: str, state: str, gone: str) -> ByName:
    return ByName(
        service="ecs",
        operation=operation,
        # Without the cluster in its ARN (the format of before 2019) the call fails: see TagSearch.
        arguments={"cluster": "{parts[1]}", argument: ["{arn}"]},
        found=found,
        missing="ClusterNotFoundException",
        state=state,
        gone=gone,
    )


def _balancing(operation: str, argument: str, found: str, missing: str) -> ByName:
    return ByName(
        service="elbv2",
        operation=operation,
        arguments={argument: ["{arn}"]},
        found=found,
        missing=missing,
    )


def _database(operation: str, argument: str, found: str, missing: str) -> ByName:
    return ByName(
        service="rds",
        operation=operation,
        arguments={argument: "{name}"},
        found=found,
        missing=missing,
    )


LOOKUPS: Final[Mapping[str, Lookup]] = {
    "ec2:instance": ByTag(
        operation="describe_instances",
        found="Reservations.Instances",
        id="InstanceId",
        state="State.Name",
        gone="terminated",
    ),
    "ec2:volume": ByTag(operation="describe_volumes", found="Volumes", id="VolumeId"),
    "ec2:network-interface": ByTag(
        operation="describe_network_interfaces",
        found="NetworkInterfaces",
        id="NetworkInterfaceId",
    ),
    "ec2:launch-template": ByTag(
        operation="describe_launch_templates", found="LaunchTemplates", id="LaunchTemplateId"
    ),
    "ec2:security-group": ByTag(
        operation="describe_security_groups", found="SecurityGroups", id="GroupId"
    ),
    "ec2:subnet": ByTag(operation="describe_subnets", found="Subnets", id="SubnetId"),
    "ec2:vpc": ByTag(operation="describe_vpcs", found="Vpcs", id="VpcId"),
    "ec2:internet-gateway": ByTag(
        operation="describe_internet_gateways", found="InternetGateways", id="InternetGatewayId"
    ),
    "ec2:route-table": ByTag(
        operation="describe_route_tables", found="RouteTables", id="RouteTableId"
    ),
    "ec2:vpc-endpoint": ByTag(
        operation="describe_vpc_endpoints",
        found="VpcEndpoints",
        id="VpcEndpointId",
        state="State",
        gone="(?i)deleted",
    ),
    "ec2:natgateway": ByTag(
        operation="describe_nat_gateways",
        found="NatGateways",
        id="NatGatewayId",
        state="State",
        gone="deleted",
    ),
    "ec2:elastic-ip": ByTag(operation="describe_addresses", found="Addresses", id="AllocationId"),
    "cloudformation:stack": ByName(
        service="cloudformation",
        operation="describe_stacks",
        arguments={"StackName": "{arn}"},
        found="Stacks",
        missing="ValidationError: .*does not exist",
        state="StackStatus",
        gone="DELETE_COMPLETE",
    ),
    "autoscaling:autoScalingGroup": ByName(
        service="autoscaling",
        operation="describe_auto_scaling_groups",
        arguments={"AutoScalingGroupNames": ["{last}"]},
        found="AutoScalingGroups",
    ),
    "cloudwatch:alarm": ByName(
        service="cloudwatch",
        operation="describe_alarms",
        arguments={"AlarmNames": ["{name}"]},
        found="MetricAlarms",
        missing="ResourceNotFound",
    ),
    "elasticloadbalancing:loadbalancer": _balancing(
        "describe_load_balancers", "LoadBalancerArns", "LoadBalancers", "LoadBalancerNotFound"
    ),
    "elasticloadbalancing:targetgroup": _balancing(
        "describe_target_groups", "TargetGroupArns", "TargetGroups", "TargetGroupNotFound"
    ),
    "elasticloadbalancing:listener": _balancing(
        "describe_listeners", "ListenerArns", "Listeners", "(Listener|LoadBalancer)NotFound"
    ),
    "elasticloadbalancing:listener-rule": _balancing(
        "describe_rules", "RuleArns", "Rules", "(Rule|Listener|LoadBalancer)NotFound"
    ),
    "ecs:cluster": ByName(
        service="ecs",
        operation="describe_clusters",
        arguments={"clusters": ["{arn}"]},
        found="clusters",
        missing="ClusterNotFoundException",
        state="status",
        gone="INACTIVE",
    ),
    "ecs:service": _cluster_member(
        "describe_services", "services", "services", "status", "INACTIVE"
    ),
    "ecs:task": _cluster_member("describe_tasks", "tasks", "tasks", "lastStatus", "STOPPED"),
    "ecs:container-instance": _cluster_member(
        "describe_container_instances",
        "containerInstances",
        "containerInstances",
        "status",
        "INACTIVE",
    ),
    "ecs:task-definition": ByName(
        service="ecs",
        operation="describe_task_definition",
        arguments={"taskDefinition": "{arn}"},
        found="taskDefinition",
        missing="ClientException: .*Unable to describe task definition",
        state="status",
        gone="INACTIVE|DELETE_IN_PROGRESS",
    ),
    "elasticbeanstalk:application": ByName(
        service="elasticbeanstalk",
        operation="describe_applications",
        arguments={"ApplicationNames": ["{name}"]},
        found="Applications",
    ),
    "elasticbeanstalk:environment": ByName(
        service="elasticbeanstalk",
        operation="describe_environments",
        arguments={"ApplicationName": "{parts[1]}", "EnvironmentNames": ["{last}"]},
        found="Environments",
        state="Status",
        gone="Terminated",
    ),
    "rds:db": _database(
        "describe_db_instances", "DBInstanceIdentifier", "DBInstances", "DBInstanceNotFound"
    ),
    "rds:snapshot": _database(
        "describe_db_snapshots", "DBSnapshotIdentifier", "DBSnapshots", "DBSnapshotNotFound"
    ),
    "rds:subgrp": _database(
        "describe_db_subnet_groups", "DBSubnetGroupName", "DBSubnetGroups", "DBSubnetGroupNotFound"
    ),
    "rds:pg": _database(
        "describe_db_parameter_groups",
        "DBParameterGroupName",
        "DBParameterGroups",
        "DBParameterGroupNotFound",
    ),
    "s3:bucket": ByName(
        service="s3",
        operation="head_bucket",
        arguments={"Bucket": "{last}"},
        found="",
        missing="404|NoSuchBucket",
    ),
    "logs:log-group": ByName(
        service="logs",
        operation="describe_log_groups",
        arguments={"logGroupNamePrefix": "{name}"},
        found="logGroups",
        named="logGroupName",
    ),
    "secretsmanager:secret": ByName(
        service="secretsmanager",
        operation="describe_secret",
        arguments={"SecretId": "{arn}"},
        found="",
        missing="ResourceNotFoundException",
        state="DeletedDate",
        gone=".*",
    ),
    "iam:role": ByName(
        service="iam",
        operation="get_role",
        arguments={"RoleName": "{last}"},
        found="Role",
        missing="NoSuchEntity",
    ),
    "iam:instance-profile": ByName(
        service="iam",
        operation="get_instance_profile",
        arguments={"InstanceProfileName": "{last}"},
        found="InstanceProfile",
        missing="NoSuchEntity",
    ),
}
"""By the ARN's service and kind. The error codes are those of each service's API reference."""

"""The tagging API sees more of what a demo makes, and nothing that is gone.

MiniStack's GetResources leaves out CloudFormation stacks, EC2, load balancers, RDS,
secrets, log groups and Elastic Beanstalk, and may list ECS resources after they were
deleted. IAM and Auto Scaling stay left out: AWS's own tagging API does not list IAM
roles in every region nor Auto Scaling groups at all (Resource Groups Tagging API
Reference, "Supported services").
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from local.emulator import beanstalk
from local.emulator.handlers import arn, let_stacks_tag
from local.patching import pinned

_Tagged = Iterator[tuple[str, list[dict[str, str]]]]


def install() -> None:
    """Add the missing collectors to MiniStack's, and the one type it does not tag."""
    let_stacks_tag("AWS::ECS::TaskDefinition")
    collectors = pinned("ministack.services.tagging._COLLECTORS")
    collectors.update(
        {
            "cloudformation": _stacks,
            "ec2": _ec2,
            "ecs": partial(_existing_ecs, collectors["ecs"]),
            "elasticbeanstalk": beanstalk.tagged,
            "elasticloadbalancing": _load_balancing,
            "logs": _log_groups,
            "rds": _databases,
            "secretsmanager": pinned("ministack.services.tagging._collect_secretsmanager"),
        }
    )
    # What conditions on a resource's tags are judged by.
    pinned("ministack.services.tagging._RESOURCE_TAG_COLLECTORS")["rds"] = _databases


def _as_list(tags: Any) -> list[dict[str, str]]:
    if isinstance(tags, dict):
        return [{"Key": key, "Value": value} for key, value in tags.items()]
    return list(tags or [])


def _stacks() -> _Tagged:
    for stack in pinned("ministack.services.cloudformation._stacks").values():
        if stack["StackStatus"] != "DELETE_COMPLETE" and stack.get("Tags"):
            yield stack["StackId"], _as_list(stack["Tags"])


def _ec2_stores() -> dict[str, Any]:
    """Return the store of each kind of resource, by its name in an ARN; tags have one store."""
    return {
        "instance": pinned("ministack.services.ec2._instances"),
        "internet-gateway": pinned("ministack.services.ec2._internet_gateways"),
        "launch-template": pinned("ministack.services.ec2._launch_templates"),
        "network-interface": pinned("ministack.services.ec2._network_interfaces"),
        "route-table": pinned("ministack.services.ec2._route_tables"),
        "security-group": pinned("ministack.services.ec2._security_groups"),
        "subnet": pinned("ministack.services.ec2._subnets"),
        "volume": pinned("ministack.services.ec2._volumes"),
        "vpc-endpoint": pinned("ministack.services.ec2._vpc_endpoints"),
        "vpc": pinned("ministack.services.ec2._vpcs"),
    }


def _ec2() -> _Tagged:
    stores = _ec2_stores()
    for resource_id, tags in pinned("ministack.services.ec2._tags").items():
        for kind, store in stores.items():
            if tags and resource_id in store:
                yield arn("ec2", f"{kind}/{resource_id}"), _as_list(tags)


def _existing_ecs(collect: Any) -> _Tagged:
    """Leave out clusters, services and task definitions that are gone."""
    exists = pinned("ministack.services.tagging._ecs_resource_exists")
    records = (
        *pinned("ministack.services.ecs._clusters").values(),
        *pinned("ministack.services.ecs._services").values(),
        *pinned("ministack.services.ecs._task_defs").values(),
    )
    gone = {
        record.get("serviceArn") or record.get("taskDefinitionArn") or record.get("clusterArn")
        for record in records
        if record.get("status") == "INACTIVE"
    }
    return ((name, tags) for name, tags in collect() if exists(name) and name not in gone)


def _load_balancing() -> _Tagged:
    for name, tags in pinned("ministack.services.alb._tags").items():
        yield name, _as_list(tags)


def _log_groups() -> _Tagged:
    for name, group in pinned("ministack.services.cloudwatch_logs._log_groups").items():
        if group.get("tags"):
            yield arn("logs", f"log-group:{name}"), _as_list(group["tags"])


def _databases() -> _Tagged:
    instances = pinned("ministack.services.rds._instances")
    all_tags = pinned("ministack.services.rds._tags")
    region = pinned("ministack.core.responses.get_region")()
    known = {
        record.get(key)
        for store in (
            instances,
            pinned("ministack.services.rds._clusters"),
            pinned("ministack.services.rds._subnet_groups"),
            pinned("ministack.services.rds._param_groups"),
        )
        for record in store.values()
        for key in ("DBInstanceArn", "DBClusterArn", "DBSubnetGroupArn", "DBParameterGroupArn")
    }
    for instance in instances.values():
        if instance.get("TagList") and instance["DBInstanceArn"] not in all_tags:
            yield instance["DBInstanceArn"], _as_list(instance["TagList"])
    for name, tags in all_tags.items():
        if tags and name in known and f":{region}:" in name:
            yield name, _as_list(tags)

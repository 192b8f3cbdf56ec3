"""The tagging API sees more of what a demo makes, and nothing that is gone.

MiniStack's GetResources leaves out CloudFormation stacks, EC2, load balancers, RDS,
secrets, log groups and Elastic Beanstalk, and may list ECS resources after they were
deleted. IAM and Auto Scaling stay left out: AWS's own tagging API does not list IAM
roles in every region nor Auto Scaling groups at all (Resource Groups Tagging API
Reference, "Supported services").
"""

from collections.abc import Iterable, Iterator
from typing import Any

from local.emulator import beanstalk
from local.emulator.patching import module, private

_Tagged = Iterator[tuple[str, list[dict[str, str]]]]

# EC2 keeps one tag store for all; where the id's kind lives, and its name in an ARN.
_EC2_STORES = {
    "_instances": "instance",
    "_internet_gateways": "internet-gateway",
    "_launch_templates": "launch-template",
    "_network_interfaces": "network-interface",
    "_route_tables": "route-table",
    "_security_groups": "security-group",
    "_subnets": "subnet",
    "_volumes": "volume",
    "_vpc_endpoints": "vpc-endpoint",
    "_vpcs": "vpc",
}


def install() -> None:
    """Add the missing collectors to MiniStack's, and the one type it does not tag."""
    provisioners = module("services.cloudformation.provisioners")
    private(provisioners, "_STACK_TAG_PROPERTY")["AWS::ECS::TaskDefinition"] = ("Tags", "list")
    tagging = module("services.tagging")
    collectors = private(tagging, "_COLLECTORS")
    collectors.update(
        {
            "cloudformation": _stacks,
            "ec2": _ec2,
            "ecs": _existing_ecs(collectors["ecs"]),
            "elasticbeanstalk": beanstalk.tagged,
            "elasticloadbalancing": _load_balancing,
            "logs": _log_groups,
            "rds": _databases,
            "secretsmanager": private(tagging, "_collect_secretsmanager"),
        }
    )


def _arn(service: str, resource: str) -> str:
    responses = module("core.responses")
    return f"arn:aws:{service}:{responses.get_region()}:{responses.get_account_id()}:{resource}"


def _as_list(tags: Any) -> list[dict[str, str]]:
    if isinstance(tags, dict):
        return [{"Key": key, "Value": value} for key, value in tags.items()]
    return list(tags or [])


def _stacks() -> _Tagged:
    for stack in module("services.cloudformation")._stacks.values():  # noqa: SLF001
        if stack["StackStatus"] != "DELETE_COMPLETE" and stack.get("Tags"):
            yield stack["StackId"], _as_list(stack["Tags"])


def _ec2() -> _Tagged:
    ec2 = module("services.ec2")
    for resource_id, tags in ec2._tags.items():  # noqa: SLF001
        for store, kind in _EC2_STORES.items():
            if tags and resource_id in private(ec2, store):
                yield _arn("ec2", f"{kind}/{resource_id}"), _as_list(tags)


def _existing_ecs(collect: Any) -> Any:
    """Make the collector leave out clusters, services and task definitions that are gone."""
    exists = private(module("services.tagging"), "_ecs_resource_exists")

    def existing() -> _Tagged:
        for arn, tags in collect():
            if exists(arn) and not _is_inactive(arn):
                yield arn, tags

    return existing


def _is_inactive(arn: str) -> bool:
    ecs = module("services.ecs")
    return any(
        record.get("status") == "INACTIVE"
        for store, key in (
            (ecs._clusters, "clusterArn"),  # noqa: SLF001
            (ecs._services, "serviceArn"),  # noqa: SLF001
            (ecs._task_defs, "taskDefinitionArn"),  # noqa: SLF001
        )
        for record in store.values()
        if record.get(key) == arn
    )


def _load_balancing() -> _Tagged:
    alb = module("services.alb")
    stores: Iterable[Any] = (alb._lbs, alb._tgs, alb._listeners, alb._rules)  # noqa: SLF001
    for arn, tags in alb._tags.items():  # noqa: SLF001
        if tags and any(arn in store for store in stores):
            yield arn, _as_list(tags)


def _log_groups() -> _Tagged:
    for name, group in module("services.cloudwatch_logs")._log_groups.items():  # noqa: SLF001
        if group.get("tags"):
            yield _arn("logs", f"log-group:{name}"), _as_list(group["tags"])


def _databases() -> _Tagged:
    rds = module("services.rds")
    region = module("core.responses").get_region()
    known = {
        record.get(key)
        for store in (rds._instances, rds._clusters, rds._subnet_groups, rds._param_groups)  # noqa: SLF001
        for record in store.values()
        for key in ("DBInstanceArn", "DBClusterArn", "DBSubnetGroupArn", "DBParameterGroupArn")
    }
    for instance in rds._instances.values():  # noqa: SLF001
        if instance.get("TagList") and instance["DBInstanceArn"] not in rds._tags:  # noqa: SLF001
            yield instance["DBInstanceArn"], _as_list(instance["TagList"])
    for arn, tags in rds._tags.items():  # noqa: SLF001
        if tags and arn in known and f":{region}:" in arn:
            yield arn, _as_list(tags)

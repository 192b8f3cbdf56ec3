"""Elastic Beanstalk environments that serve: what the service itself makes of one.

As on AWS an environment is a launch template, an Auto Scaling group of its own and a load
balancer; the instance takes the version's bundle, builds its image and runs it. What differs:
the load balancer goes straight to the container, without nginx on port 80 in between.
"""

import base64
import json
import shlex
from typing import Any

from local.emulator import beanstalk
from local.instances import balancers, groups
from local.patching import pinned

_ENVIRONMENT = "AWS::ElasticBeanstalk::Environment"
GROUP = "awseb-{}"  # the name of an environment's Auto Scaling group
_PORT = 8011  # what the bundle's Dockerfile exposes
_LAUNCH = "aws:autoscaling:launchconfiguration"
_PROCESS = "aws:elasticbeanstalk:environment:process:default"
_VARIABLES = "aws:elasticbeanstalk:application:environment"
_MADE = "_made"  # of an environment's record: what was made for it, as (type, physical id)

# What an instance runs (`eb_engine`) lets hooks use AWS in the environment's own region.
_PLATFORM = "#!/bin/bash\nAWS_DEFAULT_REGION={region} exec eb-engine {source} {properties}\n"


def install() -> None:
    """Make instances for the environments that stacks make, and take them away again."""
    handlers = pinned("ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS")
    known = handlers[_ENVIRONMENT]
    handlers[_ENVIRONMENT] = {
        "create": _creating(known["create"]),
        "delete": _deleting(known["delete"]),
    }


def _creating(record: Any) -> Any:
    def create(logical_id: str, properties: dict[str, Any], stack_name: str) -> Any:
        name, _ = record(logical_id, properties, stack_name)
        held = beanstalk.records()["environment", name]
        made: list[tuple[str, str]] = []
        held[_MADE] = made
        endpoint = _make(made, name, properties, stack_name)
        held["EndpointURL"] = held["CNAME"] = endpoint
        return name, {"EndpointURL": endpoint}

    return create


def _deleting(forget: Any) -> Any:
    handlers = pinned("ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS")

    def delete(name: str, properties: dict[str, Any]) -> None:
        held = beanstalk.records().get(("environment", name), {})
        for kind, physical_id in reversed(held.get(_MADE, [])):
            handlers[kind]["delete"](physical_id, {})
        forget(name, properties)

    return delete


def is_ready(environment: str) -> bool:
    """Whether an environment's instance serves; `ValueError` when its deployment failed."""
    group = groups.groups()[GROUP.format(environment)]
    held = groups.of(group)
    if failed := [one for one in held if one.boot and one.boot.poll()]:
        id_ = failed[0].machine.instance_id
        raise ValueError(
            f"Environment {environment}: [Instance: {id_}] Command failed on instance. "
            "Look at what its user data said."
        )
    arns = group["TargetGroupARNs"]
    ready = bool(held) and all(balancers.is_healthy(arns, h.machine.instance_id) for h in held)
    if ready:
        beanstalk.records()["environment", environment]["Health"] = "Green"
    return ready


class _Maker:
    """Makes the resources of an environment's own, and notes each, last one last."""

    def __init__(self, made: list[tuple[str, str]], stack_name: str) -> None:
        self._made = made
        self._stack_name = stack_name

    def make(self, kind: str, **wanted: Any) -> tuple[str, dict[str, Any]]:
        """Make a resource of a type; return its physical id and its attributes."""
        handlers = pinned("ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS")
        logical_id = kind.rpartition(":")[2]
        physical_id, attributes = handlers[kind]["create"](logical_id, wanted, self._stack_name)
        self._made.append((kind, physical_id))
        return physical_id, attributes


def _make(
    made: list[tuple[str, str]], name: str, properties: dict[str, Any], stack_name: str
) -> str:
    """Make what an environment consists of; return its address."""
    options = _options(properties)
    tags = properties.get("Tags", [])
    maker = _Maker(made, stack_name)
    targets, address = _balanced(maker, options, tags)
    template, _ = maker.make(
        "AWS::EC2::LaunchTemplate",
        TagSpecifications=[{"ResourceType": "launch-template", "Tags": tags}],
        LaunchTemplateData={
            "InstanceType": options.get(("aws:ec2:instances", "InstanceTypes"), "t3.small"),
            "IamInstanceProfile": {"Arn": options[_LAUNCH, "IamInstanceProfile"]},
            "UserData": _user_data(properties["VersionLabel"], options),
        },
    )
    maker.make(
        "AWS::AutoScaling::AutoScalingGroup",
        AutoScalingGroupName=GROUP.format(name),
        MinSize=options.get(("aws:autoscaling:asg", "MinSize"), "1"),
        MaxSize=options.get(("aws:autoscaling:asg", "MaxSize"), "4"),
        LaunchTemplate={"LaunchTemplateId": template, "Version": "$Latest"},
        TargetGroupARNs=[targets],
        Tags=tags,
    )
    return address


def _balanced(maker: _Maker, options: dict[tuple[str, str], str], tags: Any) -> tuple[str, str]:
    """Make the load balancer; return its target group and its address."""
    balancer, known = maker.make(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        Subnets=options["aws:ec2:vpc", "ELBSubnets"].split(","),
        SecurityGroups=[options["aws:elbv2:loadbalancer", "SecurityGroups"]],
        Tags=tags,
    )
    targets, _ = maker.make(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        VpcId=options["aws:ec2:vpc", "VPCId"],
        Port=_PORT,
        HealthCheckPath=options.get((_PROCESS, "HealthCheckPath"), "/"),
        HealthCheckIntervalSeconds=options.get((_PROCESS, "HealthCheckInterval"), "15"),
        Tags=tags,
    )
    maker.make(
        "AWS::ElasticLoadBalancingV2::Listener",
        LoadBalancerArn=balancer,
        DefaultActions=[{"Type": "forward", "TargetGroupArn": targets}],
    )
    return targets, str(known["DNSName"])


def _options(properties: dict[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (one["Namespace"], one["OptionName"]): str(one["Value"])
        for one in properties.get("OptionSettings", [])
    }


def _user_data(label: str, options: dict[tuple[str, str], str]) -> str:
    source = beanstalk.records()["version", label]["_source"]
    properties = {key: value for (space, key), value in options.items() if space == _VARIABLES}
    script = _PLATFORM.format(
        region=pinned("ministack.core.responses.get_region")(),
        source=shlex.quote(f"s3://{source}"),
        properties=shlex.quote(json.dumps(properties)),
    )
    return base64.b64encode(script.encode()).decode()

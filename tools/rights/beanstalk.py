"""What Elastic Beanstalk does for an environment with the rights of the caller that made it.

The registry schema of an environment lists the calls to Elastic Beanstalk alone. What that
service then does, it does as the caller: a stack of its own with the environment's resources
in it, and files in its buckets (AWS Elastic Beanstalk Developer Guide, "Managing Elastic
Beanstalk user policies", and the managed policy AdministratorAccess-AWSElasticBeanstalk).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from tools.rights.policy import Request
from tools.rights.resources import Resource, arn
from tools.rights.template import Stack, load

TYPE: Final = "AWS::ElasticBeanstalk::Environment"
_TEMPLATE: Final = Path(__file__).with_suffix(".yaml")
_ON_THE_STACK: Final[Mapping[str, tuple[str, ...]]] = {
    "create": ("CreateStack", "DescribeStackEvents", "DescribeStackResources", "DescribeStacks"),
    "read": ("DescribeStackResource", "DescribeStackResources", "DescribeStacks", "GetTemplate"),
    "update": ("CancelUpdateStack", "DescribeStackEvents", "ListStackResources", "UpdateStack"),
    "delete": ("DeleteStack", "DescribeStackEvents", "DescribeStackResources", "DescribeStacks"),
}


def own_resources(environment: Resource) -> list[Resource]:
    """Return the resources that Elastic Beanstalk makes for an environment."""
    options = options_of(environment)
    stack = Stack(
        template=load(_TEMPLATE),
        parameters={
            "InstanceProfile": options.get("IamInstanceProfile", ""),
            "TagsLaunchTemplate": options.get("LaunchTemplateTagPropagationEnabled", "false"),
        },
        place=replace(environment.place, stack_name=_stack_name(environment)),
        tags=environment.tags(),
    )
    return [_tagged(resource) for resource in stack.resources()]


def own_requests(environment: Resource, handler: str) -> Iterator[Request]:
    """Yield what Elastic Beanstalk calls beside the calls of its resources' handlers."""
    place = replace(environment.place, stack_name=_stack_name(environment))
    for action in _ON_THE_STACK.get(handler, ()):
        yield Request(f"cloudformation:{action}", place.stack_id, place.region)
    if handler == "create":
        # Its own bucket, and the one with the scripts that run on every instance.
        for bucket in (f"{place.region}-{place.account}", f"env-resources-{place.region}"):
            file = arn("s3:object", f"elasticbeanstalk-{bucket}/file", place)
            yield Request("s3:GetObject", file, place.region)


def options_of(environment: Resource) -> Mapping[str, str]:
    """Return an environment's options by their name."""
    settings = environment.properties.get("OptionSettings") or ()
    return {option["OptionName"]: str(option.get("Value", "")) for option in settings}


def _stack_name(environment: Resource) -> str:
    return f"awseb-e-{environment.name[-10:]}-stack"


def _tagged(resource: Resource) -> Resource:
    if not resource.properties.get("TagSpecifications"):
        return resource
    tags = [{"Key": key, "Value": value} for key, value in resource.stack_tags.items()]
    specification = {"ResourceType": "launch-template", "Tags": tags}
    return replace(
        resource, properties={**resource.properties, "TagSpecifications": [specification]}
    )

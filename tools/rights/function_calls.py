"""The calls that each of the service's functions makes, put to the function's own role.

`calls.json` lists them by function, each with the resource it is about: under "seen" those of a
demo's whole life, which a test holds against the emulator's own count; under any other heading,
which says why not, those that it need not show.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chalicelib.core.bundle import BUNDLE_KEY, DEMO_KEY
from tools.rights import beanstalk, facts
from tools.rights.policy import Request
from tools.rights.requests import resource_tags
from tools.rights.resources import Place, Resource, arn
from tools.rights.service import SLACK_CREDENTIALS, Service
from tools.rights.template import Stack

SEEN: Final = "seen"
EVERY: Final = "every function"
_FILE: Final = Path(__file__).with_name("calls.json")
_OWN_CONTEXT: Final[Mapping[str, Mapping[str, str]]] = {
    "iam:PassRole": {"iam:passedtoservice": "cloudformation.amazonaws.com"},
    "dynamodb:PutItem": {"dynamodb:leadingkeys": "SLACK#ASK#0123"},
}
_ON_AN_ARN_ALL_THE_SAME: Final = frozenset(
    {
        # Granted on a state machine by AWS's own CDK, which tried it (aws/aws-cdk#8486).
        "states:SendTaskSuccess",
        # Granted on a stream by AWS's own SAM (policy template DynamoDBStreamReadPolicy).
        "dynamodb:ListStreams",
    }
)
"""Actions that the Service Authorization Reference gives no resource, and that take one."""


@dataclass(frozen=True)
class Call:
    """One call of one function: the IAM action, what it is about, and the heading it is under."""

    function: str
    action: str
    subject: str
    heading: str


def listed() -> list[Call]:
    """Return every call that `calls.json` lists."""
    content = json.loads(_FILE.read_text(encoding="utf-8"))
    shared = content.pop(EVERY)
    return [
        Call(function, action, subject, heading)
        for function, headings in content.items()
        for heading, calls in {**headings, **shared}.items()
        for action, subject in map(str.split, calls)
    ]


def request_of(call: Call, subjects: Mapping[str, Resource | str], service: Service) -> Request:
    """Return a call as IAM sees it."""
    subject = subjects[call.subject]
    context: dict[str, str | tuple[str, ...]] = dict(_OWN_CONTEXT.get(call.action, {}))
    if call.action == "cloudformation:CreateStack":
        context["cloudformation:rolearn"] = service.stack.resource("StackRole").arn
    if isinstance(subject, Resource):
        context |= resource_tags(subject.tags(), call.action)
        subject = subject.arn
    return Request(call.action, subject, service.stack.place.region, tuple(context.items()))


def subjects_of(service: Service, stacks: Mapping[str, Stack]) -> dict[str, Resource | str]:
    """Return what calls are about, by the words of `calls.json`: resources and ARNs."""
    demo = {resource.type: resource for stack in stacks.values() for resource in stack.resources()}
    return {
        "*": "*",
        **{name: demo[type_name] for name, type_name in _OF_A_DEMO.items()},
        **dict(_of_the_service(service)),
        **dict(_by_name(service.stack.place, demo, stacks)),
    }


_OF_A_DEMO: Final = {
    "balancer": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "bucket": "AWS::S3::Bucket",
    "cluster": "AWS::ECS::Cluster",
    "database": "AWS::RDS::DBInstance",
    "ecs-service": "AWS::ECS::Service",
    "environment": beanstalk.TYPE,
    "instance-profile": "AWS::IAM::InstanceProfile",
    "parameter-group": "AWS::RDS::DBParameterGroup",
    "role": "AWS::IAM::Role",
    "secret": "AWS::SecretsManager::Secret",
    "subnet-group": "AWS::RDS::DBSubnetGroup",
}


def _of_the_service(service: Service) -> Iterator[tuple[str, str]]:
    table, loop = service.stack.resource("Table"), service.stack.resource("Loop")
    place = service.stack.place
    yield "table", table.arn
    for index in table.properties["GlobalSecondaryIndexes"]:
        yield f"index/{index['IndexName']}", f"{table.arn}/index/{index['IndexName']}"
    yield "stream", str(service.stack.resolve({"Fn::GetAtt": ["Table", "StreamArn"]}))
    yield "idempotency", service.stack.resource("IdempotencyTable").arn
    yield "loop", loop.arn
    yield "execution", arn("states:execution", loop.name, place)
    yield "stack-role", service.stack.resource("StackRole").arn
    yield "slack-secret", arn("secretsmanager:Secret", f"{SLACK_CREDENTIALS}-a1B2c3", place)
    yield "slack-parameter", arn("ssm:parameter", SLACK_CREDENTIALS.lstrip("/"), place)
    group = f"/aws/lambda/{service.name}-Plan-0123456789AB"
    yield "logs", arn("logs:log-stream", group, place)


def _by_name(
    place: Place, demo: Mapping[str, Resource], stacks: Mapping[str, Stack]
) -> Iterator[tuple[str, str]]:
    bucket, cluster = demo["AWS::S3::Bucket"].name, demo["AWS::ECS::Cluster"].name
    demo_place = stacks["s3"].place
    yield "stack", demo_place.stack_id
    environment = demo[beanstalk.TYPE]
    yield "beanstalk-stack", beanstalk.own_resources(environment)[0].place.stack_id
    yield "alarm", arn("cloudwatch:alarm", f"awseb-e-{environment.name}", place)
    yield "object", arn("s3:object", f"{bucket}/any/key", place)
    yield "bundle", arn("s3:object", f"{bucket}/{BUNDLE_KEY}", place)
    yield "demo-file", arn("s3:object", f"{bucket}/{DEMO_KEY}", place)
    yield "interface", arn("ec2:network-interface", "eni-0123", place)
    yield "snapshot", arn("rds:snapshot", f"{demo_place.stack_name}-snapshot", place)
    for kind in ("container-instance", "task"):
        yield kind, arn(f"ecs:{kind}", cluster, place)
    without_account = Place(place.region, "", place.partition)
    yield "public-parameter", arn("ssm:parameter", "aws/service/any", without_account)
    yield "solution-stack", arn("elasticbeanstalk:solutionstack", "any", place)


def misplaced(calls: list[Call]) -> list[Call]:
    """Return the calls whose resource is not one that AWS authorises the action on."""
    return [call for call in calls if not _is_placed(call)]


def _is_placed(call: Call) -> bool:
    if not facts.actions_like(call.action):
        return False
    targets = facts.targets(call.action)
    if call.subject == "*":
        return not any(target.required for target in targets)
    return bool(targets) or call.action in _ON_AN_ARN_ALL_THE_SAME

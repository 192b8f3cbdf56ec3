"""boto3's operations as they are named in the adapters, and the IAM actions that they need."""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Iterator

from botocore import xform_name
from botocore.session import Session

# By the client's name in boto3: its name in IAM, and the operations that IAM names otherwise
# (Service Authorization Reference of each service).
SERVICES = {
    "autoscaling": "autoscaling",
    "cloudformation": "cloudformation",
    "cloudwatch": "cloudwatch",
    "dynamodb": "dynamodb",
    "ec2": "ec2",
    "ecs": "ecs",
    "elasticbeanstalk": "elasticbeanstalk",
    "elbv2": "elasticloadbalancing",
    "iam": "iam",
    "logs": "logs",
    "rds": "rds",
    "resourcegroupstaggingapi": "tag",
    "s3": "s3",
    "secretsmanager": "secretsmanager",
    "service-quotas": "servicequotas",
    "ssm": "ssm",
    "stepfunctions": "states",
}
RENAMED = {
    "s3:DeleteObjects": {"s3:DeleteObject", "s3:DeleteObjectVersion"},
    "s3:HeadBucket": {"s3:ListBucket"},
    "s3:ListBuckets": {"s3:ListAllMyBuckets"},
    "s3:ListMultipartUploads": {"s3:ListBucketMultipartUploads"},
    "s3:ListObjectVersions": {"s3:ListBucketVersions"},
    "dynamodb:TransactWriteItems": {
        "dynamodb:DeleteItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    },
}


@functools.cache
def known_operations() -> dict[str, list[set[str]]]:
    """Return each operation's actions, one set for each client that has it."""
    found: dict[str, list[set[str]]] = {}
    for client, prefix in SERVICES.items():
        for operation in Session().get_service_model(client).operation_names:
            action = f"{prefix}:{operation}"
            name = xform_name(operation)
            found.setdefault(name, []).append(RENAMED.get(action, {action}))
    return found


def name_of(node: ast.AST) -> str:
    """Return the name that a node may have of an operation: an attribute, or a string."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def actions_of(adapter: type, method: str, services: set[str]) -> set[str]:
    """Return the actions that a method may need, by itself and by its class's own methods."""
    known = known_operations()
    alternatives = [each for name in _names(adapter, method) for each in known.get(name, [])]
    return {
        action
        for actions in alternatives
        if {action.partition(":")[0] for action in actions} <= services
        for action in actions
    }


def _names(adapter: type, method: str) -> Iterator[str]:
    """Yield every name in a method, and in the methods of its class that it names."""
    pending, read = [method], set()
    while pending:
        current = pending.pop()
        read.add(current)
        source = inspect.unwrap(adapter.__dict__[current])
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(source)))):
            name = name_of(node)
            yield name
            own = inspect.isfunction(adapter.__dict__.get(name))
            if own and name not in read:
                pending.append(name)

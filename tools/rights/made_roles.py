"""What a role that a stack makes is meant to do, within the boundary it must carry.

A permission that a template gives its role and the boundary does not is found on AWS only when
something runs. AWS's own managed policies are not looked into: they give more than is used.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from tools.rights import facts
from tools.rights.policy import Document, Request, Role
from tools.rights.requests import resource_tags, supposed_tags
from tools.rights.resources import Resource


def made_role(resource: Resource, boundary: Document) -> Role:
    """Return a role as IAM will see it once the stack has made it."""
    policies = resource.properties.get("Policies") or ()
    documents = tuple(policy["PolicyDocument"] for policy in policies)
    return Role(resource.name, documents, boundary, resource.place.account)


def requests_of_role(resource: Resource) -> Iterator[Request]:
    """Yield a request for each action and resource that the role's own policies allow."""
    for policy in resource.properties.get("Policies") or ():
        for statement in _many(policy["PolicyDocument"]["Statement"]):
            if statement["Effect"] == "Allow":
                yield from _requests(resource, statement)


def _requests(resource: Resource, statement: Mapping[str, Any]) -> Iterator[Request]:
    for pattern in _many(statement.get("Action", ())):
        for action in facts.actions_like(pattern):
            for named in _many(statement.get("Resource", ())):
                yield _request(resource, action, str(named), statement)


def _request(resource: Resource, action: str, named: str, statement: Mapping[str, Any]) -> Request:
    targets = facts.targets(action)
    context = {
        key: value
        for target in targets
        for key, value in resource_tags(supposed_tags(target, resource), action).items()
    }
    # What the statement itself requires is there when the role is used as it is meant to be.
    for keys in statement.get("Condition", {}).values():
        context |= {key.lower(): str(_many(value)[0]) for key, value in keys.items()}
    return Request(
        action, named if targets else "*", resource.place.region, tuple(context.items())
    )


def _many(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else [value]

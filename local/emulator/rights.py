"""CloudFormation acts with the role that a stack was given, and with nothing more.

MiniStack makes whatever a template names. Here each step of a stack that was given a
role is first put to that role's policies, by the calls that AWS's handler for the resource
makes and the tags that the resource really carries (`tools.rights`); a step that the role
may not do fails in AWS's words. A stack without a role acts with its caller's rights on
AWS; here it may do anything.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from local.patching import pinned
from tools.rights.facts import Handler
from tools.rights.passed_roles import index
from tools.rights.policy import Denied, Role, decide
from tools.rights.requests import calls_of
from tools.rights.resources import Place, Resource

_ROLE = "RoleARN"
_PROPERTIES_AT = {"create": 2, "update": 3, "delete": 2}  # among a step's arguments
_HANDLERS: dict[str, Handler] = {"create": "create", "update": "update", "delete": "delete"}
_Stack = dict[str, Any]


def install() -> None:
    """Keep the role that a call hands over: `operations` asks before each step."""
    actions = pinned("ministack.services.cloudformation.handlers._ACTION_HANDLERS")
    for action in ("CreateStack", "UpdateStack", "DeleteStack"):
        actions[action] = _keeping_role(actions[action])


def _keeping_role(handle: Any) -> Any:
    stacks = pinned("ministack.services.cloudformation._stacks")

    def handle_and_keep(params: Mapping[str, list[str]]) -> Any:
        answer = handle(params)
        stack = stacks.get(params["StackName"][0].rpartition("stack/")[2].partition("/")[0])
        if stack is not None and answer[0] == 200 and params.get(_ROLE):  # noqa: PLR2004 - HTTP's OK
            stack[_ROLE] = params[_ROLE][0]
        return answer

    return handle_and_keep


def check(action: str, stack: _Stack, resource_type: str, logical_id: str, args: Any) -> None:
    """Raise `ValueError` in AWS's words when the stack's role may not do this step."""
    if _ROLE not in stack:
        return
    properties = args[_PROPERTIES_AT[action]]
    physical_id = "" if action == "create" else args[1]
    resource = _resource(stack, resource_type, logical_id, properties, physical_id)
    role = _role(stack[_ROLE])
    calls = calls_of(resource, _HANDLERS[action], index(_named(stack)))
    verdicts = (decide(role, request) for request in calls.requests)
    if denied := next((verdict for verdict in verdicts if isinstance(verdict, Denied)), None):
        raise ValueError(_message(denied))


def _role(arn: str) -> Role:
    """Read a role's policies and boundary as they are now; a role that is gone has none."""
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    kept = pinned("ministack.services.iam._roles").get_scoped(account, None, name) or {}
    managed = pinned("ministack.core.iam_evaluator._resolve_managed_policy_document")
    attached = (managed(policy, account) for policy in kept.get("AttachedPolicies", ()))
    documents = (*kept.get("InlinePolicies", {}).values(), *filter(None, attached))
    limit = kept.get("PermissionsBoundary")
    boundary = managed(limit, account) if limit else None
    return Role(name, tuple(map(_document, documents)), _document(boundary), account)


def _document(policy: Any) -> Any:
    return json.loads(policy) if isinstance(policy, str) else policy


def _resource(
    stack: _Stack, resource_type: str, logical_id: str, properties: Any, physical_id: str
) -> Resource:
    _, partition, _, region, account, _ = stack["StackId"].split(":", 5)
    return Resource(
        type=resource_type,
        logical_id=logical_id,
        properties=properties or {},
        place=Place(region, account, partition, stack["StackName"]),
        stack_tags={tag["Key"]: tag["Value"] for tag in stack.get("Tags") or ()},
        attributes=(stack["_template"]["Resources"].get(logical_id) or {}),
        physical_id=physical_id,
    )


def _named(stack: _Stack) -> Iterator[Resource]:
    """Yield the resources that a step of this stack may name: those of all stacks of its role."""
    for other in pinned("ministack.services.cloudformation._stacks").values():
        if other.get(_ROLE) == stack[_ROLE]:
            for logical_id, made in other.get("_resources", {}).items():
                yield _resource(
                    other,
                    made["ResourceType"],
                    logical_id,
                    made.get("Properties"),
                    made["PhysicalResourceId"],
                )


def _message(denied: Denied) -> str:
    service = denied.action.partition(":")[0]
    message = denied.message
    if service == "ec2":
        message = f"You are not authorized to perform this operation. {message}"
    return (
        f'Resource handler returned message: "{message} (Service: {service.title()}, '
        f'Status Code: 403, Request ID: {uuid.uuid4()})" (RequestToken: {uuid.uuid4()}, '
        "HandlerErrorCode: AccessDenied)"
    )

"""What a call is about, where MiniStack names something else to the role that makes it.

ECS's calls for services are decided by the service's ARN, SignalResource by the stack's id, and an
answer to a task's token by the state machine that the token is of (Service Authorization
Reference); MiniStack takes the cluster, a pattern and `*` for them.
"""

import json
from typing import Any

from local.emulator import steps
from local.patching import around, pinned

_OF_SERVICES = ("DescribeServices", "UpdateService")
_OF_TOKENS = ("SendTaskSuccess", "SendTaskFailure", "SendTaskHeartbeat")


def install() -> None:
    """Name what such a call is about to those who decide it."""
    around("ministack.core.iam_actions.extract_resource_arn", _named)


def _named(  # noqa: PLR0917 - as MiniStack calls it
    extract: Any, service: str, method: str, path: str, headers: Any, body: bytes, *rest: Any
) -> Any:
    action = headers.get("x-amz-target", "").rpartition(".")[2]
    if service == "ecs" and action in _OF_SERVICES:
        _, region, account = rest[:3]
        return _service(json.loads(body), region, account)
    if action in _OF_TOKENS:
        return steps.machine_of(json.loads(body or b"{}").get("taskToken", ""))
    about_stack = service == "cloudformation" and b"Action=SignalResource" in body
    named = _stack(rest[0]) if about_stack else ""
    return named or extract(service, method, path, headers, body, *rest)


def _service(request: dict[str, Any], region: str, account: str) -> str:
    """Name the service of a call, or the first of several."""
    names = [*request.get("services", ()), request.get("service", "")]
    cluster = str(request.get("cluster", "default")).rpartition("/")[2]
    name = str(names[0]).rpartition("/")[2]
    return f"arn:aws:ecs:{region}:{account}:service/{cluster}/{name}"


def _stack(params: Any) -> str:
    name = params.get("StackName", "")
    name = name[0] if isinstance(name, list) else name
    held = pinned("ministack.services.cloudformation._stacks").get(name)
    return str(held["StackId"]) if held else ""

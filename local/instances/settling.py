"""Stacks wait for what runs: a resource is made, or gone, when its instances say so.

Each step of a stack comes by here after MiniStack has done its part. A resource that cannot
come to be is taken away again before the step fails in AWS's words, as is one whose creation is
cancelled.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from local.instances import beanstalk, databases, fleet, groups, signals, tasks
from local.patching import pinned

_POLL_SECONDS = 0.05  # seconds
_GROUP = "AWS::AutoScaling::AutoScalingGroup"
_PATIENCE = 600.0  # seconds; what takes longer has failed, and says so
# What says that a resource with this physical id has come to be; `ValueError` that it cannot.
_READY: dict[str, Callable[[str], bool]] = {
    "AWS::ECS::Service": tasks.is_stable,
    "AWS::ElasticBeanstalk::Environment": beanstalk.is_ready,
    "AWS::RDS::DBInstance": databases.is_ready,
}
# What waits for instances has the time of so many other resources of its stack, as on AWS.
_LONG = 8
_OWNERS = {
    _GROUP: "group {}",
    "AWS::ElasticBeanstalk::Environment": f"group {beanstalk.GROUP}",
    "AWS::RDS::DBInstance": "database {}",
}


def steps(resource_type: str) -> int:
    """Say how many steps' time a resource has; one of more than one waits after it was made."""
    return _LONG if fleet.is_on() and (resource_type == _GROUP or resource_type in _READY) else 1


async def created(
    stack: dict[str, Any],
    logical_id: str,
    resource_type: str,
    made: Any,
    properties: Any,
    *,
    turn: Callable[[], Awaitable[None]] | None = None,
) -> None:
    """Wait until a resource that was made is what AWS calls complete, and its `turn` is over.

    Its instances start while its share of the stack's time goes by.
    """
    if not fleet.is_on():
        return
    (physical_id, _), _ = made
    try:
        if resource_type == _GROUP:
            policy = _creation_policy(stack, logical_id)
            await signals.wait(stack, logical_id, resource_type, policy)
        elif is_ready := _READY.get(resource_type):
            await _until(lambda: is_ready(physical_id))
        if turn is not None:
            await turn()
    except BaseException:
        pinned("ministack.services.cloudformation.stacks._delete_resource")(
            resource_type, physical_id, properties, stack["StackName"], logical_id
        )
        raise


async def deleted(resource_type: str, physical_id: str) -> None:
    """Wait until nothing is left of the instances of a resource that was deleted."""
    owner = _OWNERS.get(resource_type, "").format(physical_id)
    if owner and fleet.is_on():
        groups.poll()
        databases.poll()
        await _until(lambda: not fleet.all_of(owner) and not fleet.all_of(f"ended {owner}"))


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(_PATIENCE):
        while not is_so():  # noqa: ASYNC110 - what is looked at is MiniStack's plain records
            await asyncio.sleep(_POLL_SECONDS)


def _creation_policy(stack: dict[str, Any], logical_id: str) -> Any:
    """Return a resource's creation policy with its references resolved."""
    policy = stack["_template"]["Resources"][logical_id].get("CreationPolicy")
    resolve = pinned("ministack.services.cloudformation.engine._resolve_refs")
    conditions = pinned("ministack.services.cloudformation.engine._evaluate_conditions")
    template, given = stack["_template"], stack["_resolved_params"]
    return policy and resolve(
        policy,
        stack["_resources"],
        given,
        conditions(template, given),
        template.get("Mappings") or {},
        stack["StackName"],
        stack["StackId"],
    )

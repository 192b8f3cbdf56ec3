"""Failures on request: a resource that does not come up, does not go, or never finishes."""

import asyncio
from typing import Any

from local.emulator.controls import Fault, controls

_LOOK_AGAIN = 0.05  # seconds between looks whether a hanging step was released


async def strike(action: str, stack: dict[str, Any], resource_type: str, logical_id: str) -> None:
    """Fail or hang this step if a fault was asked for; `ValueError` carries its reason."""
    fault = _matching(action, stack, resource_type, logical_id)
    if fault is None:
        return
    fault.spend()
    # A fault is plain data that outlives a restart, so it carries no event to wait for.
    while fault.hang and fault in controls.faults:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_AGAIN)
    if not fault.hang:
        raise ValueError(fault.reason)


def _matching(
    action: str, stack: dict[str, Any], resource_type: str, logical_id: str
) -> Fault | None:
    tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags") or []}
    name = stack["StackName"]
    return next(
        (
            fault
            for fault in controls.faults
            if fault.on == action
            and fault.times != 0
            and fault.resource_type in ("", resource_type)
            and fault.logical_id in ("", logical_id)
            and _is(fault.component, tags.get("stelligent-demo:component"), name.split("-")[-1])
            and _is(fault.demo_id, tags.get("stelligent-demo:demo-id"), name)
        ),
        None,
    )


def _is(wanted: str, *answers: str | None) -> bool:
    return not wanted or wanted in answers

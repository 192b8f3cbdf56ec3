"""Failures on request: a resource that does not come up, does not go, or never finishes."""

import asyncio
from typing import Any

from local.emulator.controls import Failure, controls

_LOOK_AGAIN = 0.05  # seconds between looks whether a hanging step was released


async def strike(action: str, stack: dict[str, Any], resource_type: str, logical_id: str) -> None:
    """Fail or hang this step if a fault was asked for; `ValueError` carries its reason."""
    failure = _matching(action, stack, resource_type, logical_id)
    if failure is None:
        return
    failure.spend()
    # A fault is plain data that outlives a restart, so it carries no event to wait for.
    while failure.hang and failure in controls.failures:  # noqa: ASYNC110
        await asyncio.sleep(_LOOK_AGAIN)
    if not failure.hang:
        raise ValueError(failure.reason)


def _matching(
    action: str, stack: dict[str, Any], resource_type: str, logical_id: str
) -> Failure | None:
    tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags") or []}
    name = stack["StackName"]
    return next(
        (
            failure
            for failure in controls.failures
            if failure.on == action
            and failure.times != 0
            and failure.resource_type in ("", resource_type)
            and failure.logical_id in ("", logical_id)
            and _is(failure.component, tags.get("stelligent-demo:component"), name.split("-")[-1])
            and _is(failure.demo_id, tags.get("stelligent-demo:demo-id"), name)
        ),
        None,
    )


def _is(wanted: str, *answers: str | None) -> bool:
    return not wanted or wanted in answers

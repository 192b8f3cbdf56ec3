"""Creation policies: an Auto Scaling group is made when its instances have signalled.

The words are CloudFormation's own, as stack events of public reports show them ("Received 1
FAILURE signal(s) out of 2. Unable to satisfy 100% MinSuccessfulInstancesPercent requirement").
Signals and their events are kept where MiniStack keeps those of wait conditions.
"""

import asyncio
import re
from typing import Any

from local.patching import pinned

_POLL_SECONDS = 0.05  # seconds
_OK = 200


def send(stack: str, resource: str, unique_id: str, status: str) -> tuple[int, str]:
    """Signal a resource as SignalResource does: exit status and what was answered."""
    answered = pinned("ministack.services.cloudformation.handlers._signal_resource")(
        {
            "StackName": [stack],
            "LogicalResourceId": [resource],
            "UniqueId": [unique_id],
            "Status": [status],
        }
    )
    if answered[0] == _OK:
        return 0, ""
    message = re.search(r"<Message>(.*?)</Message>", str(answered[2], "utf-8"))
    return 1, f"ValidationError: {message[1] if message else answered[2]!r}"


async def wait(stack: dict[str, Any], logical_id: str, resource_type: str, policy: Any) -> None:
    """Wait until a resource has its signals; `ValueError` in AWS's words when it cannot."""
    signal = (policy or {}).get("ResourceSignal")
    if signal is None:
        return
    count = pinned("ministack.services.cloudformation.wait_conditions.validate_count")(
        signal.get("Count"), logical_id
    )
    within = pinned(
        "ministack.services.cloudformation.wait_conditions.validate_resource_signal_timeout"
    )(signal.get("Timeout"), logical_id)
    stack_id = stack["StackId"]
    token = pinned("ministack.services.cloudformation.wait_conditions.register_slot")(stack_id)
    handles = pinned("ministack.services.cloudformation.wait_conditions._handles")
    waiting = pinned("ministack.services.cloudformation.wait_conditions._waiting")
    waiting[stack_id, logical_id] = {
        "token": token,
        "stack_name": stack["StackName"],
        "resource_type": resource_type,
    }
    try:
        await _judged(handles[token]["signals"], count, within)
    finally:
        waiting.pop((stack_id, logical_id), None)
        handles.pop(token, None)


async def _judged(received: dict[str, dict[str, str]], count: int, within: float) -> None:
    until = asyncio.get_running_loop().time() + within
    while True:
        words = [signal["Status"] for signal in received.values()]
        for word in ("FAILURE", "SUCCESS"):
            late = word == "SUCCESS" and asyncio.get_running_loop().time() > until
            if (word == "FAILURE" and word in words) or late:
                raise ValueError(
                    f"Received {words.count(word)} {word} signal(s) out of {count}. "
                    "Unable to satisfy 100% MinSuccessfulInstancesPercent requirement"
                )
        if words.count("SUCCESS") >= count:
            return
        await asyncio.sleep(_POLL_SECONDS)

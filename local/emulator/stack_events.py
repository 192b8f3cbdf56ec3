"""Stack events as AWS has them: on EventBridge, and complete when a creation fails.

The event is AWS's "CloudFormation Stack Status Change" (CloudFormation User Guide, "Stack
Status Change event detail"): `detail` has `stack-id`, `status-details.status`,
`status-details.status-reason` and `client-request-token`.
"""

import json
from dataclasses import astuple, dataclass, replace
from typing import Any

from local.emulator import operations
from local.emulator.controls import controls
from local.patching import around, pinned

_STACK_TYPE = "AWS::CloudFormation::Stack"


@dataclass(frozen=True)
class _Event:
    """One stack event, in MiniStack's order."""

    stack_id: str
    stack_name: str
    logical_id: str
    resource_type: str
    status: str
    reason: str = ""
    physical_id: str = ""
    detailed_status: str = ""

    @property
    def is_about_stack(self) -> bool:
        return self.resource_type == _STACK_TYPE and self.logical_id == self.stack_name

    def of(self, logical_id: str, resource_type: str, status: str, reason: str = "") -> "_Event":
        """Make an event of another resource of the same stack."""
        return _Event(self.stack_id, self.stack_name, logical_id, resource_type, status, reason)


def install() -> None:
    """Put this module between MiniStack and its list of stack events."""
    around("ministack.services.cloudformation.stacks._add_event", _add_and_publish)


def _add_and_publish(record: Any, *args: Any, **kwargs: Any) -> None:
    event = _Event(*args, **kwargs)
    operation = operations.current.get()
    for each in _with_siblings(operation, event):
        record(*astuple(each))
    if event.is_about_stack and controls.events:
        _publish(event.stack_id, event.status, _reason(operation, event))


def _with_siblings(operation: operations.Operation | None, event: _Event) -> list[_Event]:
    """Return the event, with those of the resources that were being made beside it."""
    if operation is None:
        return [event]
    if event.is_about_stack:
        return [replace(event, reason=_reason(operation, event))]
    if event.status.startswith("CREATE_") and event.logical_id in operation.already_made:
        return []  # made before a restart, and reported then
    beside = _beside(operation, event)
    return [
        *(event.of(name, kind, "CREATE_IN_PROGRESS") for name, kind in beside.items()),
        event,
        *(
            event.of(name, kind, "CREATE_FAILED", operations.CANCELLED)
            for name, kind in beside.items()
        ),
    ]


def _beside(operation: operations.Operation, event: _Event) -> dict[str, str]:
    """Find what AWS would have been making beside a resource that failed: id and type."""
    if operation.kind != "create" or event.status != "CREATE_FAILED":
        return {}
    operation.failed_beside.append(event.logical_id)
    if event.reason == operations.CANCELLED:
        return {}
    wanted = operations.wanted(operation.stack)
    made = operation.stack["_resources"]
    depends_on = pinned("ministack.services.cloudformation.engine._extract_deps")
    beside = {
        name: resource["Type"]
        for name, resource in wanted.items()
        if name != event.logical_id
        and name not in made
        and all(need in made for need in depends_on(resource, set(wanted)))
    }
    operation.failed_beside.extend(beside)
    return beside


def _reason(operation: operations.Operation | None, event: _Event) -> str:
    """Return AWS's words for a stack that failed by its resources; other reasons stay."""
    if operation is None or event.status != "CREATE_FAILED" or not operation.failed_beside:
        return event.reason
    names = ", ".join(operation.failed_beside)
    reason = f"The following resource(s) failed to create: [{names}]. "
    operation.stack["StackStatusReason"] = reason
    return reason


def _publish(stack_id: str, status: str, reason: str) -> None:
    token = pinned("ministack.services.cloudformation.stacks.CLIENT_REQUEST_TOKEN").get()
    detail: dict[str, Any] = {"stack-id": stack_id, "status-details": {"status": status}}
    if reason:
        detail["status-details"]["status-reason"] = reason
    if token:
        detail["client-request-token"] = token
    entry = {
        "Source": "aws.cloudformation",
        "DetailType": "CloudFormation Stack Status Change",
        "Detail": json.dumps(detail),
        "Resources": [stack_id],
    }
    put = pinned("ministack.services.eventbridge._put_events")
    put({"Entries": [entry]}, allow_aws_source=True)

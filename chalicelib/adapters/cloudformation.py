"""CloudFormation behind the Stacks port.

A stack whose creation fails is left as it is (OnFailure DO_NOTHING): its events and resources
can still be read, and the deletion that follows deletes it once, not twice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import code_of, ours, translated
from chalicelib.adapters.stack_events import stack_events
from chalicelib.core.component import Status
from chalicelib.core.errors import Rejected, RetryableError
from chalicelib.core.naming import PREFIX
from chalicelib.core.observe import ABSENT, StackObservation
from chalicelib.core.stack_details import likely_cause

STATUSES: Final[Mapping[str, Status]] = {
    "REVIEW_IN_PROGRESS": Status.CREATING,
    "CREATE_IN_PROGRESS": Status.CREATING,
    "CREATE_COMPLETE": Status.READY,
    "CREATE_FAILED": Status.FAILED,
    "ROLLBACK_IN_PROGRESS": Status.FAILED,
    "ROLLBACK_COMPLETE": Status.FAILED,
    "ROLLBACK_FAILED": Status.FAILED,
    "DELETE_IN_PROGRESS": Status.DELETING,
    "DELETE_COMPLETE": Status.DELETED,
    "DELETE_FAILED": Status.DELETE_FAILED,
    "UPDATE_IN_PROGRESS": Status.UPDATING,
    "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS": Status.UPDATING,
    "UPDATE_COMPLETE": Status.READY,
    "UPDATE_FAILED": Status.FAILED,
    "UPDATE_ROLLBACK_IN_PROGRESS": Status.UPDATING,
    "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS": Status.UPDATING,
    "UPDATE_ROLLBACK_COMPLETE": Status.READY,
    "UPDATE_ROLLBACK_FAILED": Status.FAILED,
    # A person may import into a demo's stack by hand; it counts as ready all the while.
    "IMPORT_IN_PROGRESS": Status.READY,
    "IMPORT_COMPLETE": Status.READY,
    "IMPORT_ROLLBACK_IN_PROGRESS": Status.READY,
    "IMPORT_ROLLBACK_COMPLETE": Status.READY,
    "IMPORT_ROLLBACK_FAILED": Status.READY,
}
"""CloudFormation User Guide, "Understand CloudFormation stack creation events": every status."""

_OPERATIONS: Final = {"UPDATE": "UPDATE_STACK", "DELETE": "DELETE_STACK"}
"""How the statuses of stacks begin, by the operation that failed (LastOperations has its name)."""
_ROLLED_BACK: Final = "UPDATE_ROLLBACK_COMPLETE"
_NOTHING_TO_UPDATE: Final = "No updates are to be performed"
_BEING_UPDATED: Final = re.compile(r"UPDATE_\w*IN_PROGRESS")


class CloudFormation:
    """The stacks of one region; `role_arn` is what CloudFormation itself may do there."""

    def __init__(self, client: Any, *, role_arn: str, service: str) -> None:
        self._client = client
        self._role_arn = role_arn
        self._service = service

    @translated
    def create(
        self,
        *,
        name: str,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        timeout_minutes: int,
        token: str,
    ) -> None:
        """Begin to create a stack; asking again for the same one is no error."""
        try:
            self._client.create_stack(
                StackName=name,
                TemplateBody=template,
                Parameters=[
                    {"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()
                ],
                Tags=_tags(tags),
                Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
                RoleARN=self._role_arn,
                OnFailure="DO_NOTHING",
                TimeoutInMinutes=timeout_minutes,
                ClientRequestToken=token,
            )
        except ClientError as error:
            if code_of(error) != "AlreadyExistsException":
                raise

    @translated
    def update(
        self,
        *,
        name: str,
        parameters: Mapping[str, str],
        previous: Iterable[str],
        tags: Mapping[str, str] | None,
        token: str,
    ) -> bool:
        """Begin to update a stack in place, by the template it was made from.

        It acts by the role that made it. Tags that are left out stay as they are, because a new
        tag would update every resource that has it.
        """
        tagged = {} if tags is None else {"Tags": _tags(tags)}
        given = [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()]
        kept = [{"ParameterKey": k, "UsePreviousValue": True} for k in previous]
        try:
            self._client.update_stack(
                StackName=name,
                UsePreviousTemplate=True,
                Parameters=[*given, *kept],
                **tagged,
                Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
                ClientRequestToken=token,
            )
        except ClientError as error:
            invalid = code_of(error) == "ValidationError"
            if invalid and _NOTHING_TO_UPDATE in str(error):
                return False
            if not (invalid and _BEING_UPDATED.search(str(error))):
                raise
        return True

    @translated
    def describe(self, name: str) -> StackObservation:
        """Look at a stack; one that does not exist is seen as ABSENT."""
        try:
            stack = self._client.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if _absent(error):
                return StackObservation(status=ABSENT)
            raise
        status = status_of(stack["StackStatus"])
        rolled_back = stack["StackStatus"] == _ROLLED_BACK
        failed = rolled_back or status in (Status.FAILED, Status.DELETE_FAILED)
        resource, reason = self._root_cause(stack) if failed else (None, "")
        parameters = stack.get("Parameters", [])
        tags = {t["Key"]: t["Value"] for t in stack.get("Tags", [])}
        return StackObservation(
            status=status,
            outputs={o["OutputKey"]: o["OutputValue"] for o in stack.get("Outputs", [])},
            owner=tags.get(f"{PREFIX}:owner", ""),
            parameters={p["ParameterKey"]: p.get("ParameterValue", "") for p in parameters},
            rolled_back=rolled_back,
            resource=resource,
            reason=reason,
        )

    def _root_cause(self, stack: Mapping[str, Any]) -> tuple[str | None, str]:
        """Return the first resource that failed in the stack's last operation, and why."""
        cause = likely_cause(stack_events(self._client, stack["StackId"]))
        if cause is not None:
            return cause.logical_id, cause.reason
        return self._failed_validation(stack) or (
            None,
            stack.get("StackStatusReason", "no reason given"),
        )

    def _failed_validation(self, stack: Mapping[str, Any]) -> tuple[str, str] | None:
        """Return what failed before any resource was begun, where CloudFormation says so.

        Only DescribeEvents reports pre-deployment validation and hooks, by operation. Older
        clients do not know it; where it is refused, the stack's own reason must do.
        """
        kind = _OPERATIONS.get(stack["StackStatus"].partition("_")[0], "CREATE_STACK")
        known = [o for o in stack.get("LastOperations", ()) if o["OperationType"] == kind]
        if not known or not hasattr(self._client, "describe_events"):
            return None
        pages = self._client.get_paginator("describe_events").paginate(
            OperationId=known[0]["OperationId"], Filters={"FailedEvents": True}
        )
        try:
            events = [event for page in pages for event in page["OperationEvents"]]
        except ClientError as error:
            if isinstance(ours(error), RetryableError):
                raise
            return None
        in_order = sorted(events, key=lambda e: str(e.get("Timestamp")))
        return next(filter(None, map(_reported, in_order)), None)

    @translated
    def delete(self, name: str) -> None:
        """Begin to delete a stack; asking for one that does not exist is no error."""
        self._client.delete_stack(StackName=name)

    @translated
    def resources(self, name: str, type_: str) -> tuple[str, ...]:
        """Return the physical ids of a stack's resources of a type; none when it is gone."""
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=name)
        try:
            return tuple(
                resource["PhysicalResourceId"]
                for page in pages
                for resource in page["StackResourceSummaries"]
                if resource["ResourceType"] == type_
                and resource.get("PhysicalResourceId")
                and resource["ResourceStatus"] != "DELETE_COMPLETE"
            )
        except ClientError as error:
            if _absent(error):
                return ()
            raise

    @translated
    def unprotect(self, name: str) -> None:
        """Lift a stack's termination protection."""
        self._client.update_termination_protection(
            StackName=name, EnableTerminationProtection=False
        )

    @translated
    def ours(self) -> Mapping[str, Mapping[str, str]]:
        """Return every stack that carries this service's tags: its name to its tags."""
        found = {}
        for page in self._client.get_paginator("describe_stacks").paginate():
            for stack in page["Stacks"]:
                tags = {t["Key"]: t["Value"] for t in stack.get("Tags", [])}
                if tags.get(f"{PREFIX}:service") == self._service:
                    found[stack["StackName"]] = tags
        return found


def _tags(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _reported(event: Mapping[str, Any]) -> tuple[str, str] | None:
    """Return the resource and the reason that an event of an operation gives for a failure."""
    warned = "WARN" in (event.get("ValidationFailureMode"), event.get("HookFailureMode"))
    for kind in ("Validation", "Hook", "Resource"):
        if (reason := event.get(f"{kind}StatusReason")) and not warned:
            where = f" (at {path})" if (path := event.get("ValidationPath")) else ""
            return event.get("LogicalResourceId", "the stack"), f"{reason}{where}"
    return None


def status_of(raw: str) -> Status:
    """Return our status for CloudFormation's; raise Rejected for an unknown one."""
    if raw not in STATUSES:
        raise Rejected(f"CloudFormation answered with an unknown stack status {raw}")
    return STATUSES[raw]


def _absent(error: ClientError) -> bool:
    return code_of(error) == "ValidationError" and "does not exist" in str(error)

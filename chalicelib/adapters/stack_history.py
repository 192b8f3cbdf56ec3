"""CloudFormation behind the StackHistory port: what a stack is made of and what befell it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import code_of, translated
from chalicelib.core.stack_details import StackDetails, StackEvent, StackResource

_PAGES: Final = 3
"""Pages of events that are read, of 100 each: more than the creation of any shipped stack has."""


class CloudFormationHistory:
    """The stacks of one region, to look at."""

    def __init__(self, client: Any) -> None:
        self._client = client

    @translated
    def of(self, name: str) -> StackDetails | None:
        """Return a stack with its resources and events; None when there is no such stack."""
        try:
            stack = self._client.describe_stacks(StackName=name)["Stacks"][0]
            return StackDetails(
                stack_id=stack["StackId"],
                status=stack["StackStatus"],
                resources=self._resources(stack["StackId"]),
                events=self._events(stack["StackId"]),
            )
        except ClientError as error:
            if code_of(error) == "ValidationError" and "does not exist" in str(error):
                return None
            raise

    def _resources(self, stack_id: str) -> tuple[StackResource, ...]:
        pages = self._client.get_paginator("list_stack_resources").paginate(StackName=stack_id)
        return tuple(
            StackResource(**_fields(each), at=each["LastUpdatedTimestamp"])
            for page in pages
            for each in page["StackResourceSummaries"]
        )

    def _events(self, stack_id: str) -> tuple[StackEvent, ...]:
        pages = self._client.get_paginator("describe_stack_events").paginate(StackName=stack_id)
        return tuple(
            StackEvent(**_fields(each), at=each["Timestamp"], stack_id=each["StackId"])
            for page in islice(pages, _PAGES)
            for each in page["StackEvents"]
        )


def _fields(each: Mapping[str, Any]) -> dict[str, str]:
    return {
        "logical_id": each["LogicalResourceId"],
        "physical_id": each.get("PhysicalResourceId", ""),
        "type": each["ResourceType"],
        "status": each["ResourceStatus"],
        "reason": each.get("ResourceStatusReason", ""),
    }

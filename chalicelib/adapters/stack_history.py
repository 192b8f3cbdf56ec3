"""CloudFormation behind the StackHistory port: what a stack is made of and what happened to it."""

from __future__ import annotations

from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import code_of, translated
from chalicelib.adapters.stack_events import resource_fields, stack_events
from chalicelib.core.stack_details import StackDetails, StackEvent, StackResource

_PAGES: Final = 3
"""Pages of events that are read, of 100 each: more than the creation of any shipped stack has."""


class CloudFormationHistory:
    """The stacks of one region, in detail."""

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
            StackResource(**resource_fields(each), at=each["LastUpdatedTimestamp"])
            for page in pages
            for each in page["StackResourceSummaries"]
        )

    def _events(self, stack_id: str) -> tuple[StackEvent, ...]:
        return tuple(stack_events(self._client, stack_id, pages=_PAGES))

"""The events of a stack, as CloudFormation lists them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from chalicelib.core.stack_details import StackEvent


def stack_events(client: Any, stack_id: str, *, pages: int | None = None) -> Iterator[StackEvent]:
    """Yield a stack's events, the newest first, reading so many pages (of 100) at most."""
    listed = client.get_paginator("describe_stack_events").paginate(StackName=stack_id)
    for page in islice(listed, pages):
        for each in page["StackEvents"]:
            yield StackEvent(
                **resource_fields(each), at=each["Timestamp"], stack_id=each["StackId"]
            )


def resource_fields(each: Mapping[str, Any]) -> dict[str, str]:
    """Return what an event or a summary says of its resource, by our names."""
    return {
        "logical_id": each["LogicalResourceId"],
        "physical_id": each.get("PhysicalResourceId", ""),
        "type": each.get("ResourceType", ""),
        "status": each["ResourceStatus"],
        "reason": each.get("ResourceStatusReason", ""),
    }

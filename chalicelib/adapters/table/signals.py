"""What events write on a record for its loop: their count and changes; and the task token."""

from __future__ import annotations

from typing import Any

from chalicelib.adapters import items
from chalicelib.adapters.aws import translated
from chalicelib.adapters.items import marshal, unmarshal
from chalicelib.adapters.table.writes import if_met
from chalicelib.core.stack_change import StackChange


class LoopSignalItems:
    """DynamoDB as the LoopSignals; all of them are attributes beside a demo's record."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    @translated
    def count_event(self, demo_id: str, change: StackChange | None = None) -> str | None:
        """Count an event, note what it named, and take the parked task token if there is one."""
        added = {":one": 1} | ({":change": {change.encode()}} if change else {})
        answer = if_met(
            lambda: self._client.update_item(
                TableName=self._name,
                Key=marshal(items.demo_key(demo_id)),
                UpdateExpression="ADD wakes :one"
                + (", changed :change" if change else "")
                + " REMOVE #token",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeNames={"#token": "token"},
                ExpressionAttributeValues=marshal(added),
                ReturnValues="ALL_OLD",
            )
        )
        if answer is None:
            return None
        token: str | None = unmarshal(answer.get("Attributes", {})).get("token")
        return token

    @translated
    def park(self, demo_id: str, *, generation: int, seen: int, token: str) -> bool:
        """Leave a task token, unless an event came since `seen` or another loop took over."""
        values = {":token": token, ":seen": seen, ":generation": generation}
        answer = if_met(
            lambda: self._client.update_item(
                TableName=self._name,
                Key=marshal(items.demo_key(demo_id)),
                UpdateExpression="SET #token = :token",
                ConditionExpression="wakes = :seen AND generation = :generation",
                ExpressionAttributeNames={"#token": "token"},
                ExpressionAttributeValues=marshal(values),
            )
        )
        return answer is not None

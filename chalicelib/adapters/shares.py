"""Prospect links in the table: DEMO#<demo_id> / SHARE#<share_id>, beside the demo's record.

DEMO#<demo_id> / LINKS counts those that were ever made: of two made at once, one counts again.

Removed by the table's TTL like the demo's timeline, long after they ended, so that an owner
can still read how often one was opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import code_of, translated
from chalicelib.adapters.items import KEPT, Item, epoch, marshal, sortable, unmarshal
from chalicelib.core.errors import StaleRecord
from chalicelib.core.share import Share


class ShareTable:
    """DynamoDB as the ShareStore."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    @translated
    def made(self, demo_id: str) -> int:
        """Return how many links of a demo were ever made, strongly consistent."""
        answer = self._client.get_item(
            TableName=self._name, Key=marshal(_count_key(demo_id)), ConsistentRead=True
        )
        return int(unmarshal(answer.get("Item", {})).get("made", 0))

    @translated
    def put(self, share: Share, *, made: int) -> None:
        """Keep a new link; raise StaleRecord unless so many were made before it."""
        item = _item(share)
        count = {
            "TableName": self._name,
            "Key": marshal(_count_key(share.demo_id)),
            "UpdateExpression": "SET made = :made, #ttl = :ttl",
            "ConditionExpression": "made = :before" if made else "attribute_not_exists(made)",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": marshal(
                {":made": made + 1, ":ttl": item["ttl"]} | ({":before": made} if made else {})
            ),
        }
        link = {"TableName": self._name, "Item": marshal(item)}
        try:
            self._client.transact_write_items(TransactItems=[{"Update": count}, {"Put": link}])
        except ClientError as error:
            reasons = {r.get("Code") for r in error.response.get("CancellationReasons", ())}
            if reasons.isdisjoint({"ConditionalCheckFailed", "TransactionConflict"}):
                raise
            # Somebody else made a link, or is making one: either way it is to be counted.
            raise StaleRecord(f"another link of {share.demo_id} was made") from error

    @translated
    def get(self, demo_id: str, share_id: str) -> Share | None:
        """Read a link, strongly consistent, so that a revoked one is closed at once."""
        answer = self._client.get_item(
            TableName=self._name, Key=marshal(_key(demo_id, share_id)), ConsistentRead=True
        )
        return _share(unmarshal(answer["Item"])) if "Item" in answer else None

    @translated
    def of_demo(self, demo_id: str) -> Sequence[Share]:
        """Read every link of a demo."""
        pages = self._client.get_paginator("query").paginate(
            TableName=self._name,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :share)",
            ExpressionAttributeValues=marshal({":pk": f"DEMO#{demo_id}", ":share": "SHARE#"}),
            ConsistentRead=True,
        )
        return [_share(unmarshal(item)) for page in pages for item in page["Items"]]

    @translated
    def remove(self, demo_id: str, share_id: str) -> bool:
        """Forget a link; say whether there was one."""
        answer = self._client.delete_item(
            TableName=self._name, Key=marshal(_key(demo_id, share_id)), ReturnValues="ALL_OLD"
        )
        return bool(answer.get("Attributes"))

    @translated
    def count_visit(self, share: Share, now: datetime) -> bool:
        """Count a visit; say whether the link was still there to count it on."""
        try:
            self._client.update_item(
                TableName=self._name,
                Key=marshal(_key(share.demo_id, share.share_id)),
                UpdateExpression="ADD visits :one SET visited_at = :now",
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues=marshal({":one": 1, ":now": sortable(now)}),
            )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True


def _count_key(demo_id: str) -> Item:
    return {"pk": f"DEMO#{demo_id}", "sk": "LINKS"}


def _key(demo_id: str, share_id: str) -> Item:
    return {"pk": f"DEMO#{demo_id}", "sk": f"SHARE#{share_id}"}


def _item(share: Share) -> Item:
    # Not `created_at` and `owner`: those two would put the item into the indexes of demos.
    return {
        **_key(share.demo_id, share.share_id),
        "demo_id": share.demo_id,
        "share_id": share.share_id,
        "digest": share.digest,
        "shared_by": share.created_by,
        "shared_at": sortable(share.created_at),
        "share_ends": sortable(share.expires_at),
        "visits": share.visits,
        "ttl": epoch(share.expires_at + KEPT),
    }


def _share(item: Mapping[str, Any]) -> Share:
    visited = item.get("visited_at")
    return Share(
        share_id=item["share_id"],
        demo_id=item["demo_id"],
        digest=item["digest"],
        created_by=item["shared_by"],
        created_at=datetime.fromisoformat(item["shared_at"]),
        expires_at=datetime.fromisoformat(item["share_ends"]),
        visits=int(item["visits"]),
        visited_at=datetime.fromisoformat(visited) if visited else None,
    )

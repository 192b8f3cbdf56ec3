"""Prospect links in the table: DEMO#<demo_id> / SHARE#<share_id>, beside the demo's record.

DEMO#<demo_id> / LINKS counts those that were ever made: of two made at once, one counts again.

Removed by the table's TTL like the demo's timeline, long after they ended, so that an owner
can still read how often one was opened.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import code_of, translated
from chalicelib.adapters.items import KEPT, Item, entry_item, epoch, marshal, sortable, unmarshal
from chalicelib.core.errors import StaleRecord, Throttled
from chalicelib.core.share import Share
from chalicelib.core.timeline import Entry

_CLICK: Final = "click "
"""Begins the attribute that counts how often something was opened, by its title."""


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
    def put(self, share: Share, entry: Entry, *, made: int) -> None:
        """Keep a new link with its timeline entry; raise StaleRecord unless so many were made."""
        item = _item(share)
        before = {":before": made} if made else {}
        count = {
            "TableName": self._name,
            "Key": marshal(_count_key(share.demo_id)),
            "UpdateExpression": "SET made = :made, #ttl = :ttl",
            "ConditionExpression": "made = :before" if made else "attribute_not_exists(made)",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": marshal(
                {":made": made + 1, ":ttl": item["ttl"], **before}
            ),
        }
        link = {"TableName": self._name, "Item": marshal(item)}
        writes = [{"Update": count}, {"Put": link}]
        try:
            done = self._transact(share, writes, entry)
        except Throttled as error:  # another link was just made: count again
            raise StaleRecord(str(error)) from error
        if not done:
            raise StaleRecord(f"another link of {share.demo_id} was made")

    def _transact(self, share: Share, writes: list[Item], entry: Entry | None) -> bool:
        """Write all of it and a timeline entry, or nothing and return False.

        Raises Throttled while others hold an item.
        """
        entries = [{"Put": self._entry(share, entry)}] if entry else []
        try:
            self._client.transact_write_items(TransactItems=[*writes, *entries])
        except ClientError as error:
            reasons = {r.get("Code") for r in error.response.get("CancellationReasons", ())}
            if "ConditionalCheckFailed" in reasons:
                return False
            if "TransactionConflict" in reasons:
                raise Throttled(f"another request holds a link of {share.demo_id}") from error
            raise
        return True

    def _entry(self, share: Share, entry: Entry) -> Item:
        order = secrets.token_hex(4)
        item = entry_item(share.demo_id, entry, order, until=share.expires_at)
        return {"TableName": self._name, "Item": marshal(item)}

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
    def remove(self, share: Share, entry: Entry) -> bool:
        """Forget a link, with a timeline entry; say whether it was still there."""
        gone = {**self._link(share), "ConditionExpression": "attribute_exists(pk)"}
        return self._transact(share, [{"Delete": gone}], entry)

    @translated
    def count_visit(self, share: Share, now: datetime) -> bool:
        """Count a visit; say whether the link was still there to count it on."""
        return self._count(
            share,
            "ADD visits :one SET visited_at = :now, first_visited_at = "
            "if_not_exists(first_visited_at, :now)",
            {":now": sortable(now)},
        )

    @translated
    def count_click(self, share: Share, title: str) -> bool:
        """Count that something was opened from a link; say whether the link was still there."""
        return self._count(share, "ADD #click :one", {}, {"#click": f"{_CLICK}{title}"})

    def _count(
        self, share: Share, update: str, values: Item, names: Mapping[str, str] | None = None
    ) -> bool:
        try:
            self._client.update_item(
                **self._link(share),
                UpdateExpression=update,
                ConditionExpression="attribute_exists(pk)",
                ExpressionAttributeValues=marshal({":one": 1, **values}),
                **({"ExpressionAttributeNames": names} if names else {}),
            )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    @translated
    def add_waiting(self, share: Share, block: str, entry: Entry | None, *, most: int) -> bool:
        """Note that an address waits for an answer, with a timeline entry if there is one."""
        condition = (
            "attribute_exists(pk) AND NOT contains(waiting, :block)"
            " AND NOT contains(declined, :block)"
            " AND (attribute_not_exists(waiting) OR size(waiting) < :most)"
        )
        values = {":block": block, ":blocks": {block}, ":most": most}
        update = self._update(share, "ADD waiting :blocks", condition, values)
        return self._transact(share, [update], entry)

    @translated
    def take_waiting(
        self, share: Share, block: str, *, declined: bool, entry: Entry | None
    ) -> bool:
        """Note the answer to an address that waits; say whether it still waited."""
        expression = "DELETE waiting :blocks" + (" ADD declined :blocks" if declined else "")
        values = {":block": block, ":blocks": {block}}
        update = self._update(share, expression, "contains(waiting, :block)", values)
        return self._transact(share, [update], entry)

    def _update(self, share: Share, expression: str, condition: str, values: Item) -> Item:
        return {
            "Update": {
                **self._link(share),
                "UpdateExpression": expression,
                "ConditionExpression": condition,
                "ExpressionAttributeValues": marshal(values),
            }
        }

    def _link(self, share: Share) -> Item:
        return {"TableName": self._name, "Key": marshal(_key(share.demo_id, share.share_id))}


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
        "label": share.label,
        "host": share.host,
        "note": share.note,
        "visits": share.visits,
        "ttl": epoch(share.expires_at + KEPT),
    }


def _share(item: Mapping[str, Any]) -> Share:
    return Share(
        share_id=item["share_id"],
        demo_id=item["demo_id"],
        digest=item["digest"],
        created_by=item["shared_by"],
        created_at=datetime.fromisoformat(item["shared_at"]),
        expires_at=datetime.fromisoformat(item["share_ends"]),
        # The first release wrote none of these.
        label=item.get("label", ""),
        host=item.get("host", ""),
        note=item.get("note", ""),
        visits=int(item["visits"]),
        first_visited_at=_moment(item, "first_visited_at"),
        visited_at=_moment(item, "visited_at"),
        clicks={k.removeprefix(_CLICK): int(v) for k, v in item.items() if k.startswith(_CLICK)},
        waiting=frozenset(item.get("waiting", ())),
        declined=frozenset(item.get("declined", ())),
    )


def _moment(item: Mapping[str, Any], name: str) -> datetime | None:
    return datetime.fromisoformat(item[name]) if item.get(name) else None

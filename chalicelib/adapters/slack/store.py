"""The table's items for Slack: requests, known people, and where each status message is.

Keys: SLACK#ASK#<key> / ASK, SLACK#USER#<user> / USER, and beside a demo's record, so that the
stream keeps their order, DEMO#<id> / SLACK. The stream's filters (.chalice/resources.yaml) name
the sort keys.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from botocore.exceptions import ClientError
from pydantic import Field, TypeAdapter

from chalicelib.adapters.aws import code_of, translated
from chalicelib.adapters.items import Item, demo_key, epoch, marshal, unmarshal
from chalicelib.services.slack.commands import DemoCommand
from chalicelib.services.slack.ports import Account, MessageRef, SlackRequest

_REQUEST_KEPT: Final = timedelta(days=1)
_ACCOUNT_KEPT: Final = timedelta(hours=12)
_COMMAND: Final[TypeAdapter[DemoCommand]] = TypeAdapter(
    Annotated[DemoCommand, Field(discriminator="kind")]
)


class SlackItems:
    """DynamoDB as RequestStore, AccountStore and MessageRefs."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    @translated
    def add_request(self, request: SlackRequest) -> bool:
        """Record a request in one conditional write; False when it was recorded before."""
        item = {
            **_request_key(request.key),
            "key": request.key,
            "order": _COMMAND.dump_json(request.command).decode(),
            "user": request.user,
            "channel": request.channel,
            "response_url": request.response_url,
            "demo_id": request.demo_id,
            "at": request.at.isoformat(),
            "pressed": request.pressed,
            "page_url": request.page_url,
            "ttl": epoch(request.at + _REQUEST_KEPT),
        }
        return self._put_new(item)

    @translated
    def pending_request(self, key: str) -> SlackRequest | None:
        """Return a recorded request, or None when it was handled or is not there any more."""
        item = self._get(_request_key(key))
        return _request_of(item) if item and not item.get("finished") else None

    @translated
    def mark_handled(self, key: str) -> None:
        """Record that a request was handled."""
        self._update(_request_key(key), "SET finished = :yes", {":yes": True})

    @translated
    def account(self, user: str, now: datetime) -> Account | None:
        """Return what is known of a Slack user, or None when Slack has to be queried."""
        item = self._get(_user_key(user))
        # TTL removes items when it comes to it, which may be days late.
        if not item or item["ttl"] <= epoch(now):
            return None
        return Account(
            email=str(item["email"]), zone=item.get("zone", ""), offset=int(item.get("offset", 0))
        )

    @translated
    def keep_account(self, user: str, account: Account, now: datetime) -> None:
        """Keep what Slack said of a user for some hours."""
        item = {
            **_user_key(user),
            "email": account.email,
            "zone": account.zone,
            "offset": account.offset,
            "ttl": epoch(now + _ACCOUNT_KEPT),
        }
        self._client.put_item(TableName=self._name, Item=marshal(item))

    @translated
    def message_ref(self, demo_id: str) -> MessageRef | None:
        """Return where a demo's status message is or is to be; None for a demo without one."""
        item = self._get(_message_key(demo_id))
        if not item:
            return None
        return MessageRef(
            demo_id=demo_id,
            channel=item["channel"],
            user=item["user"],
            response_url=item["response_url"],
            keep_until=datetime.fromtimestamp(int(item["ttl"]), UTC),
            ts=item.get("ts"),
            digest=item.get("shown", ""),
            notified=frozenset(item.get("told", ())),
            page_url=item.get("page_url", ""),
        )

    @translated
    def add_message_ref(self, ref: MessageRef) -> None:
        """Record where a status message is to be; one that is recorded already stays as it is."""
        self._put_new(
            {
                **_message_key(ref.demo_id),
                "channel": ref.channel,
                "user": ref.user,
                "response_url": ref.response_url,
                "page_url": ref.page_url,
                "ttl": epoch(ref.keep_until),
            }
        )

    @translated
    def mark_posted(self, ref: MessageRef) -> None:
        """Record where a status message was posted, and the digest of what it shows."""
        values = {":channel": ref.channel, ":ts": ref.ts, ":digest": ref.digest}
        change = "SET channel = :channel, ts = :ts, shown = :digest"
        self._update(_message_key(ref.demo_id), change, values)

    @translated
    def mark_notified(self, demo_id: str, notice: str) -> None:
        """Record that a notice was posted."""
        self._update(_message_key(demo_id), "ADD told :notice", {":notice": {notice}})

    def _get(self, key: Item) -> Item:
        answer = self._client.get_item(TableName=self._name, Key=marshal(key), ConsistentRead=True)
        return unmarshal(answer.get("Item", {}))

    def _put_new(self, item: Item) -> bool:
        try:
            self._client.put_item(
                TableName=self._name,
                Item=marshal(item),
                ConditionExpression="attribute_not_exists(pk)",
            )
        except ClientError as error:
            if code_of(error) == "ConditionalCheckFailedException":
                return False
            raise
        return True

    def _update(self, key: Item, change: str, values: Item) -> None:
        self._client.update_item(
            TableName=self._name,
            Key=marshal(key),
            UpdateExpression=change,
            ExpressionAttributeValues=marshal(values),
        )


def _request_of(item: Item) -> SlackRequest:
    return SlackRequest(
        key=item["key"],
        command=_COMMAND.validate_json(item["order"]),
        user=item["user"],
        channel=item["channel"],
        response_url=item["response_url"],
        demo_id=item["demo_id"],
        at=datetime.fromisoformat(item["at"]),
        pressed=bool(item["pressed"]),
        page_url=item.get("page_url", ""),
    )


def _request_key(key: str) -> Item:
    return {"pk": f"SLACK#ASK#{key}", "sk": "ASK"}


def _user_key(user: str) -> Item:
    return {"pk": f"SLACK#USER#{user}", "sk": "USER"}


def _message_key(demo_id: str) -> Item:
    return {**demo_key(demo_id), "sk": "SLACK"}

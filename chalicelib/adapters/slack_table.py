"""The table's items for Slack: asks, known people, and where a demo is shown.

Keys: SLACK#ASK#<key> / ASK, SLACK#USER#<user> / USER, and beside a demo's record, so that the
stream keeps their order, DEMO#<id> / SLACK.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from botocore.exceptions import ClientError
from pydantic import Field, TypeAdapter

from chalicelib.adapters.aws import code_of, translated
from chalicelib.adapters.records import Item, demo_key, epoch, marshal, unmarshal
from chalicelib.core.chat.orders import DemoCommand
from chalicelib.services.slack_ports import MessageRef, SlackRequest

ASK: Final = "ASK"
MESSAGE_REF: Final = "SLACK"
_ASK_KEPT: Final = timedelta(days=1)
_PERSON_KEPT: Final = timedelta(hours=12)
_ORDER: Final[TypeAdapter[DemoCommand]] = TypeAdapter(
    Annotated[DemoCommand, Field(discriminator="kind")]
)


class SlackItems:
    """DynamoDB as the Notes."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name

    @translated
    def ask(self, ask: SlackRequest) -> bool:
        """Note an ask in one conditional write; False when it was noted before."""
        item = {
            **_ask_key(ask.key),
            "key": ask.key,
            "order": _ORDER.dump_json(ask.order).decode(),
            "user": ask.user,
            "channel": ask.channel,
            "response_url": ask.response_url,
            "demo_id": ask.demo_id,
            "at": ask.at.isoformat(),
            "pressed": ask.pressed,
            "ttl": epoch(ask.at + _ASK_KEPT),
        }
        return self._put_new(item)

    @translated
    def finished(self, key: str) -> bool:
        """Return whether an ask was carried out."""
        return bool(self._get(_ask_key(key)).get("finished"))

    @translated
    def finish(self, key: str) -> None:
        """Note that an ask was carried out."""
        self._update(_ask_key(key), "SET finished = :yes", {":yes": True})

    @translated
    def person(self, user: str, now: datetime) -> str | None:
        """Return the e-mail address known for a Slack user, or None when it must be asked for."""
        item = self._get(_user_key(user))
        # TTL removes items when it comes to it, which may be days late.
        if not item or item["ttl"] <= epoch(now):
            return None
        return str(item["email"])

    @translated
    def remember(self, user: str, email: str, now: datetime) -> None:
        """Keep a Slack user's e-mail address for a while."""
        item = {**_user_key(user), "email": email, "ttl": epoch(now + _PERSON_KEPT)}
        self._client.put_item(TableName=self._name, Item=marshal(item))

    @translated
    def place(self, demo_id: str) -> MessageRef | None:
        """Return where a demo is shown, or None when it is not."""
        item = self._get(_place_key(demo_id))
        if not item:
            return None
        return MessageRef(
            demo_id=demo_id,
            channel=item["channel"],
            user=item["user"],
            response_url=item["response_url"],
            keep_until=datetime.fromtimestamp(int(item["ttl"]), UTC),
            ts=item.get("ts"),
            shown=item.get("shown", ""),
            told=frozenset(item.get("told", ())),
        )

    @translated
    def found(self, place: MessageRef) -> None:
        """Note where a demo is to be shown; a place that is known stays as it is."""
        self._put_new(
            {
                **_place_key(place.demo_id),
                "channel": place.channel,
                "user": place.user,
                "response_url": place.response_url,
                "ttl": epoch(place.keep_until),
            }
        )

    @translated
    def posted(self, place: MessageRef) -> None:
        """Note what is shown where now."""
        values = {":channel": place.channel, ":ts": place.ts, ":shown": place.shown}
        change = "SET channel = :channel, ts = :ts, shown = :shown"
        self._update(_place_key(place.demo_id), change, values)

    @translated
    def told(self, demo_id: str, notice: str) -> None:
        """Note that a notice was given."""
        self._update(_place_key(demo_id), "ADD told :notice", {":notice": {notice}})

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


def to_slack_request(image: Mapping[str, Any]) -> SlackRequest:
    """Return the ask in an item's typed form, as the table's stream brings it."""
    item = unmarshal(image)
    return SlackRequest(
        key=item["key"],
        order=_ORDER.validate_json(item["order"]),
        user=item["user"],
        channel=item["channel"],
        response_url=item["response_url"],
        demo_id=item["demo_id"],
        at=datetime.fromisoformat(item["at"]),
        pressed=bool(item["pressed"]),
    )


def _ask_key(key: str) -> Item:
    return {"pk": f"SLACK#ASK#{key}", "sk": ASK}


def _user_key(user: str) -> Item:
    return {"pk": f"SLACK#USER#{user}", "sk": "USER"}


def _place_key(demo_id: str) -> Item:
    return {**demo_key(demo_id), "sk": MESSAGE_REF}

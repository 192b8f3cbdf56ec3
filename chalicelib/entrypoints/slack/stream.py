"""What the table's stream brings for Slack: requests to handle, and demos that have changed.

Responses go to the requester; each demo has its status message, and notices under it. The stream
delivers what concerns one demo in order and one batch at a time; so of several changes only the
last is shown, and no two writers race.

A batch is read through first, so that a demo that changed five times is shown once. Then its
tasks are done in order up to the first that Slack or AWS has no time for; the stream brings
that one and what follows again. Only what may succeed later is brought again, and no longer
than an hour.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import (
    DynamoDBRecordEventName,
    DynamoDBStreamEvent,
    StreamRecord,
)

from chalicelib.core.demo import Demo
from chalicelib.core.errors import (
    AccessDenied,
    DemoError,
    FatalError,
    MissingSetting,
    NotFound,
    Rejected,
    RetryableError,
)
from chalicelib.core.timeline import EntryKind
from chalicelib.entrypoints.logs import logger
from chalicelib.entrypoints.slack import spec, status_message
from chalicelib.services.slack.commands import ShowCredentials
from chalicelib.services.slack.ports import (
    ChannelUnavailable,
    Chat,
    Message,
    MessageRef,
    Updates,
)
from chalicelib.wiring import now, slack_updates

GIVE_UP_AFTER: Final = 3600.0
"""Seconds after which a change is no news any more."""
_REQUEST, _MESSAGE_REF, _DEMO, _ENTRY = "ASK", "SLACK", "DEMO", "EVENT#"
_OPERATORS: Final = (AccessDenied, MissingSetting, Rejected)
"""What only the operator can repair: the sender learns no more than that."""


@dataclass(frozen=True, slots=True)
class Notice:
    """News of a demo; what is urgent is shown in the channel too, with what can be done.

    An access request comes with the buttons that answer it.
    """

    text: str
    urgent: bool = False
    access_request: bool = False


@dataclass(slots=True)
class Task:
    """One thing to do: handle a request, or show a demo with the notices that came for it."""

    sequence_number: str
    at: float
    request_key: str = ""
    demo_id: str = ""
    notices: dict[str, Notice] = field(default_factory=dict)


def process_batch(event: dict[str, Any]) -> dict[str, Any]:
    """Do a batch's tasks; answer where the stream is to go on next time, if not behind it."""
    tasks = tasks_of(
        record.dynamodb
        for record in DynamoDBStreamEvent(event).records
        if record.dynamodb and record.event_name is not DynamoDBRecordEventName.REMOVE
    )
    try:
        slack = slack_updates() if tasks else None
    except DemoError as error:
        logger().error("Slack is off", extra={"why": str(error)})
        return {"batchItemFailures": []}
    for task in tasks:
        if slack is not None and not _done(slack, task):
            return {"batchItemFailures": [{"itemIdentifier": task.sequence_number}]}
    return {"batchItemFailures": []}


def tasks_of(changes: Iterable[StreamRecord]) -> list[Task]:
    """Return the tasks of a batch, one for each request and each demo, in order."""
    tasks: dict[str, Task] = {}
    for change in changes:
        key, sort = change.keys["pk"], change.keys["sk"]
        new = not change.old_image
        task = Task(change.sequence_number or "", change.approximate_creation_date_time or 0)
        notices = _notices(sort, change.new_image) if new else {}
        if new and sort == _REQUEST:
            task.request_key = key.rpartition("#")[2]
        elif notices or (new and sort == _MESSAGE_REF) or (sort == _DEMO and _differs(change)):
            task.demo_id = key.removeprefix("DEMO#")
        else:
            continue
        tasks.setdefault(key, task).notices |= notices
    return [*tasks.values()]


def _differs(change: StreamRecord) -> bool:
    # Wake-ups and task tokens stand beside the record itself, and show nowhere.
    return bool(change.old_image.get("demo") != change.new_image.get("demo"))


def _notices(sort: str, entry: dict[str, Any]) -> dict[str, Notice]:
    kind = entry["kind"] if sort.startswith(_ENTRY) else ""
    if kind not in (EntryKind.NOTICE, EntryKind.WARNING, EntryKind.ACCESS_REQUEST):
        return {}
    asks = kind == EntryKind.ACCESS_REQUEST
    return {sort: Notice(entry["text"], urgent=kind == EntryKind.WARNING, access_request=asks)}


def _done(slack: Updates, task: Task) -> bool:
    """Do a task; return False when the stream must bring it again."""
    of = {"request": task.request_key} if task.request_key else {"demo_id": task.demo_id}
    try:
        if task.request_key:
            respond_to(slack, task.request_key)
        else:
            show(slack, task.demo_id, task.notices)
    except RetryableError as error:
        late: bool = now().timestamp() - task.at > GIVE_UP_AFTER
        logger().warning("Slack later", extra={"why": str(error), "given_up": late, **of})
        return late
    except DemoError as error:
        logger().error("Slack refused", extra={"why": str(error), **of})
    except Exception:  # noqa: BLE001 - logged whole; one poisoned record must not stop the rest
        logger().exception("Slack failed", extra=of)
    return True


def respond_to(slack: Updates, key: str) -> None:
    """Handle a recorded request, and respond to its sender.

    Raises RetryableError when it must be handled again, and what the operator must repair after
    the sender was told that something is wrong.
    """
    from chalicelib.entrypoints.slack import responses  # noqa: PLC0415 - with the first request

    request = slack.requests.pending_request(key)
    if request is None:
        return
    try:
        message = responses.response(request, slack.handle(request))
    except RetryableError:
        raise
    except _OPERATORS:
        _respond(slack.chat, request.response_url, request.user, responses.our_fault())
        raise
    except DemoError as error:
        message = responses.refusal(request.command, error)
    if message is not None:
        if isinstance(request.command, ShowCredentials):
            # Nowhere else: a direct message would keep the password.
            slack.chat.respond(request.response_url, message)
        else:
            _respond(slack.chat, request.response_url, request.user, message)
        slack.requests.mark_handled(key)


def show(slack: Updates, demo_id: str, notices: Mapping[str, Notice]) -> None:
    """Bring a demo's status message up to date, then post its notices, by their names.

    Does nothing for a demo that was not requested in Slack; of one that was handed over since,
    the message says that and no more, as its place is the earlier owner's. Raises RetryableError
    when Slack must be called again; nothing is posted twice then.
    """
    ref = slack.refs.message_ref(demo_id)
    if ref is None:
        return
    try:
        demo = slack.records.get(demo_id)
    except NotFound:
        return  # its record was removed by hand; the orphan search makes a new one if need be
    ref = _show_status(slack, ref, demo)
    for name, notice in notices.items():
        if name not in ref.notified and not demo.first_owner:
            message = _noticed(demo, notice, ref.user)
            slack.chat.post(ref.channel, message, thread=ref.ts or "", broadcast=notice.urgent)
            slack.refs.mark_notified(demo_id, name)


def _noticed(demo: Demo, notice: Notice, mention: str | None) -> Message:
    if notice.access_request:
        return spec.access_request(notice.text, demo, mention)
    return status_message.notice(demo, notice.text, mention, urgent=notice.urgent)


def _show_status(slack: Updates, ref: MessageRef, demo: Demo) -> MessageRef:
    message = _status(demo, ref)
    posted = replace(ref, digest=_digest(message))
    if ref.ts is None:
        posted = _post(slack.chat, posted, message)
    elif posted == ref:
        return ref
    else:
        try:
            slack.chat.update(ref.channel, ref.ts, message)
        except ChannelUnavailable:  # somebody deleted it: another takes its place
            posted = _post(slack.chat, posted, message)
    slack.refs.mark_posted(posted)
    return posted


def _status(demo: Demo, ref: MessageRef) -> Message:
    if demo.first_owner:
        return spec.handed_over(demo)
    return status_message.status_message(demo, ref.user, ref.page_url)


def _post(chat: Chat, ref: MessageRef, message: Message) -> MessageRef:
    """Post a status message in its channel, or to its owner where that cannot be written to."""
    try:
        channel, ts = chat.post(ref.channel, message)
    except ChannelUnavailable:
        channel, ts = chat.post(ref.user, message)
        _respond(chat, ref.response_url, ref.user, status_message.not_in_channel())
    return replace(ref, channel=channel, ts=ts)


def _respond(chat: Chat, response_url: str, user: str, message: Message) -> None:
    """Respond so that only one person sees it; by direct message where its address is used up."""
    try:
        chat.respond(response_url, message)
    except FatalError:
        chat.post(user, message)


def _digest(message: Message) -> str:
    shown = json.dumps([message.text, *message.blocks], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:20]

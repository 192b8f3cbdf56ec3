"""What is written to Slack: responses to requests, and each demo's status message and notices.

Called from the table's stream, which delivers what concerns one demo in order and one batch
at a time; so of several changes only the last is shown, and no two writers race.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

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
from chalicelib.entrypoints.slack import responses, status_message
from chalicelib.services.slack.ports import (
    ChannelUnavailable,
    Chat,
    Message,
    MessageRef,
    SlackContext,
)
from chalicelib.services.slack.requests import handle

_OPERATORS: Final = (AccessDenied, MissingSetting, Rejected)
"""What only the operator can repair: the sender learns no more than that."""


@dataclass(frozen=True, slots=True)
class Notice:
    """News of a demo; what is urgent is shown in the channel too, with what can be done."""

    text: str
    urgent: bool


def respond_to(slack: SlackContext, key: str) -> None:
    """Handle a recorded request, and respond to its sender.

    Raises RetryableError when it must be handled again, and what the operator must repair after
    the sender was told that something is wrong.
    """
    request = slack.store.pending_request(key)
    if request is None:
        return
    try:
        message = responses.response(request.command, handle(slack, request))
    except RetryableError:
        raise
    except _OPERATORS:
        _respond(slack.chat, request.response_url, request.user, responses.our_fault())
        raise
    except DemoError as error:
        message = responses.refusal(request.command, error)
    if message is not None:
        _respond(slack.chat, request.response_url, request.user, message)
        slack.store.mark_handled(key)


def show(slack: SlackContext, demo_id: str, notices: Mapping[str, Notice]) -> None:
    """Bring a demo's status message up to date, then post its notices, by their names.

    Does nothing for a demo that was not requested in Slack. Raises RetryableError when Slack
    must be called again; nothing is posted twice then.
    """
    ref = slack.store.message_ref(demo_id)
    if ref is None:
        return
    try:
        demo = slack.use_cases.ports.records.get(demo_id)
    except NotFound:
        return  # its record was removed by hand; the orphan search makes a new one if need be
    ref = _show_status(slack, ref, demo)
    for name, notice in notices.items():
        if name not in ref.notified:
            message = status_message.notice(demo, notice.text, ref.user, urgent=notice.urgent)
            slack.chat.post(ref.channel, message, thread=ref.ts or "", broadcast=notice.urgent)
            slack.store.mark_notified(demo_id, name)


def _show_status(slack: SlackContext, ref: MessageRef, demo: Demo) -> MessageRef:
    message = status_message.status_message(demo, ref.user)
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
    slack.store.mark_posted(posted)
    return posted


def _post(chat: Chat, ref: MessageRef, message: Message) -> MessageRef:
    """Post a status message in its channel, or to its owner where that cannot be written to."""
    try:
        channel, ts = chat.post(ref.channel, message)
    except ChannelUnavailable:
        channel, ts = chat.post(ref.user, message)
        _respond(chat, ref.response_url, ref.user, responses.not_in_channel())
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

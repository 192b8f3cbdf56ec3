"""Keep the living message of a demo true, and give each notice once.

Called from the table's stream, which delivers what concerns one demo in order and one batch
at a time; so of several changes only the last is shown, and no two writers race.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace

from chalicelib.core.chat import messages
from chalicelib.core.chat.blocks import Message
from chalicelib.core.demo import Demo
from chalicelib.core.errors import NotFound
from chalicelib.services.slack_ask import say
from chalicelib.services.slack_ports import ChannelUnavailable, MessageRef, Notice, SlackWorld


def show(slack: SlackWorld, demo_id: str, notices: Mapping[str, Notice]) -> None:
    """Bring a demo's living message up to date, then give its notices, by their names.

    Does nothing for a demo that was not asked for in Slack. Raises RetryableError when Slack
    must be tried again; nothing is said twice then.
    """
    place = slack.notes.place(demo_id)
    if place is None:
        return
    try:
        demo = slack.world.store.get(demo_id)
    except NotFound:
        return  # its record was removed by hand; the orphan search makes a new one if need be
    place = _status_message(slack, place, demo)
    for name, notice in notices.items():
        if name not in place.told:
            _give(slack, place, demo, notice)
            slack.notes.told(demo_id, name)


def _status_message(slack: SlackWorld, place: MessageRef, demo: Demo) -> MessageRef:
    message = messages.status_message(demo, place.user)
    shown = digest(message)
    if place.ts is not None and shown == place.shown:
        return place
    now = replace(place, shown=shown)
    if place.ts is not None:
        try:
            slack.chat.update(place.channel, place.ts, message)
        except ChannelUnavailable:
            now = _posted(slack, now, message)  # somebody deleted it: it starts anew
    else:
        now = _posted(slack, now, message)
    slack.notes.posted(now)
    return now


def _posted(slack: SlackWorld, place: MessageRef, message: Message) -> MessageRef:
    """Post the living message where it was asked for, or to who asked for it."""
    try:
        channel, ts = slack.chat.post(place.channel, message)
    except ChannelUnavailable:
        channel, ts = slack.chat.post(place.user, message)
        hint = "I cannot write in this channel, so your demo is in our direct messages. "
        invite = messages.word(f":wave: {hint}Invite me here and I write here the next time.")
        say(slack, place.response_url, place.user, invite)
    return replace(place, channel=channel, ts=ts)


def _give(slack: SlackWorld, place: MessageRef, demo: Demo, notice: Notice) -> None:
    message = messages.notice(demo, notice.text, place.user, urgent=notice.urgent)
    slack.chat.post(place.channel, message, thread=place.ts or "", broadcast=notice.urgent)


def digest(message: Message) -> str:
    """Return a name for what a message shows."""
    shown = json.dumps([message.text, *message.blocks], sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()[:20]

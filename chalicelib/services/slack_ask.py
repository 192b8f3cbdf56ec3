"""Carry out what somebody asked for in Slack: the same use cases as over HTTP.

May run more than once for one ask, so everything here comes out the same the second time.
"""

from __future__ import annotations

from datetime import timedelta
from typing import assert_never

from chalicelib.core.chat import messages
from chalicelib.core.chat.blocks import Message, escaped, when
from chalicelib.core.chat.orders import Create, Delete, Extend, ListDemos, Retry, Status
from chalicelib.core.demo import Demo
from chalicelib.core.errors import (
    AccessDenied,
    DemoError,
    FatalError,
    FieldProblem,
    InvalidRequest,
    LimitReached,
    MissingSetting,
    NotAllowed,
    NotFound,
    Rejected,
    RetryableError,
)
from chalicelib.core.identity import may_own
from chalicelib.core.request import DemoRequest, check
from chalicelib.services import change, read
from chalicelib.services.read import Caller
from chalicelib.services.request import request_once
from chalicelib.services.slack_ports import MessageRef, SlackRequest, SlackWorld, Unverified

_KEPT = timedelta(days=90)
_LOOKED_THROUGH = 100
_SORRY = "something is wrong on our side; the log tells the operator what"
_OPERATORS = (AccessDenied, MissingSetting, Rejected)
_FIELD_WORDS = {"ttl_hours": "lease", "allowed_cidr": "from", "region": "in"}


def handle(slack: SlackWorld, ask: SlackRequest) -> None:
    """Do what was asked and say how it went; raise RetryableError when it must be tried again.

    Raises another error, after it was told, when it is the operator's to mend.
    """
    if slack.notes.finished(ask.key):
        return
    try:
        said = _done(slack, ask, caller(slack, ask.user))
        if not isinstance(ask.order, ListDemos | Status):
            slack.notes.finish(ask.key)  # before it is told: a change is not made twice
    except RetryableError:
        raise
    except _OPERATORS:
        say(slack, ask.response_url, ask.user, messages.refused(_SORRY))
        raise
    except DemoError as error:
        said = messages.refused(_refusal(slack, ask, error))
    if said is not None:
        say(slack, ask.response_url, ask.user, said)
        slack.notes.finish(ask.key)


def caller(slack: SlackWorld, user: str) -> Caller:
    """Return who a Slack user is over HTTP; raise Unverified or NotAllowed."""
    now = slack.world.clock()
    email = slack.notes.person(user, now)
    if email is None:
        email = slack.chat.email(user)
        slack.notes.remember(user, email, now)
    admin = bool({email, user.lower()} & slack.admins)
    if not admin and not may_own(email, slack.owner_domains):
        raise NotAllowed(f"{email} may not have demos here; ask the service's operator")
    return Caller(owner=email, admin=admin)


def say(slack: SlackWorld, response_url: str, user: str, message: Message) -> None:
    """Say something to one person; by direct message where the answer's address is used up."""
    try:
        slack.chat.answer(response_url, message)
    except FatalError:
        slack.chat.post(user, message)


def _done(slack: SlackWorld, ask: SlackRequest, who: Caller) -> Message | None:
    world, order = slack.world, ask.order
    match order:
        case Create():
            _create(slack, ask, order, who)
            return None
        case ListDemos():
            return _list(slack, order, who)
        case Status():
            return messages.status_message(read.find(world, who, order.demo_id))
        case Extend():
            return _extend(slack, order, who)
        case Delete():
            demo = read.find(world, who, order.demo_id)
            change.end(world, demo, actor=who.owner, why=f"{who.owner} asked for its end")
            return _quiet(slack, demo, f"`{demo.demo_id}` is being removed.")
        case Retry():
            demo = read.find(world, who, order.demo_id)
            change.retry(world, demo, actor=who.owner)
            return _quiet(slack, demo, f"The removal of `{demo.demo_id}` is tried again.")
        case _:
            assert_never(order)


def _quiet(slack: SlackWorld, demo: Demo, text: str) -> Message | None:
    """Return a confirmation, unless the demo's living message shows the same."""
    return None if slack.notes.place(demo.demo_id) else messages.word(text)


def to_request(slack: SlackWorld, order: Create) -> DemoRequest:
    """Return the request behind a command; raise InvalidRequest where it needs an address."""
    blocks = order.cidr or slack.cidr
    if not blocks:
        message = "Slack does not tell me your address: add 'from 203.0.113.7' with your own"
        raise InvalidRequest(FieldProblem("allowed_cidr", message))
    return DemoRequest(
        components=order.components,
        name=order.name,
        ttl=order.ttl,
        allowed_cidr=blocks,
        region=order.region,
    )


def prechecked(slack: SlackWorld, order: Create) -> None:
    """Raise InvalidRequest for a command that would be refused, reading and writing nothing."""
    world = slack.world
    check(to_request(slack, order), world.templates.catalog(), world.policy.request)


def _create(slack: SlackWorld, ask: SlackRequest, order: Create, who: Caller) -> None:
    request = to_request(slack, order)
    # Before the demo, so that none of its notices finds nowhere to go. The table's stream takes
    # it from here; a place whose demo was refused is never looked at.
    slack.notes.found(
        MessageRef(
            demo_id=ask.demo_id,
            channel=ask.channel or ask.user,
            user=ask.user,
            response_url=ask.response_url,
            keep_until=ask.at + slack.world.policy.lease.in_total + _KEPT,
        )
    )
    request_once(slack.world, who.owner, request, demo_id=ask.demo_id)


def _list(slack: SlackWorld, order: ListDemos, who: Caller) -> Message:
    if order.everybody and not who.admin:
        return messages.word("`list all` is for admins; `/demo list` shows yours.")
    page = read.list_demos(
        slack.world, who, everybody=order.everybody, limit=_LOOKED_THROUGH, cursor=None
    )
    live = [demo for demo in page.items if not demo.ended]
    more = page.cursor is not None or len(live) > messages.LISTED
    return messages.listing(live, everybody=order.everybody, more=more)


def _extend(slack: SlackWorld, order: Extend, who: Caller) -> Message | None:
    demo = read.find(slack.world, who, order.demo_id)
    wanted = (order.seen or demo.expires_at) + order.by
    if order.seen is not None and wanted <= demo.expires_at:
        return messages.word(f"`{demo.demo_id}` was extended: it ends {when(demo.expires_at)}.")
    moved = change.move_lease(slack.world, demo, wanted, actor=who.owner)
    return _quiet(slack, moved, f"`{demo.demo_id}` now ends {when(moved.expires_at)}.")


def _refusal(slack: SlackWorld, ask: SlackRequest, error: DemoError) -> str:
    match error:
        case InvalidRequest():
            return invalid(error)
        case LimitReached(limit="per owner"):
            held = ", ".join(f"`{demo_id}`" for demo_id in error.holders)
            return f"you have {error.maximum} demos, which is as many as one may: {held}"
        case LimitReached():
            return f"all {error.maximum} places are taken; try again when a demo has ended"
        case NotFound() if ask.pressed:
            return f"only {_owner(slack, ask)} or an admin may do that"
        case NotFound():
            return f"there is no demo `{getattr(ask.order, 'demo_id', '')}` of yours"
        case Unverified():
            return f"I cannot tell who you are: {error}"
        case _:
            return escaped(str(error))


def invalid(error: InvalidRequest) -> str:
    """Return what is wrong with a request, in the words of the command."""
    return "; ".join(
        f"`{_FIELD_WORDS.get(field, field)}`: {escaped(text)}"
        for field, text in ((p.field.split(".")[0], p.message) for p in error.problems)
    )


def _owner(slack: SlackWorld, ask: SlackRequest) -> str:
    place = slack.notes.place(getattr(ask.order, "demo_id", ""))
    return f"<@{place.user}>" if place else "its owner"

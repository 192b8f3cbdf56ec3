"""Handle what somebody asked for in Slack: the same use cases as over HTTP.

May run more than once for one request, so everything here has the same result the second time.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import assert_never

from chalicelib.core.demo import Demo
from chalicelib.core.errors import (
    FatalError,
    FieldProblem,
    InvalidRequest,
    NotAllowed,
    NotFound,
)
from chalicelib.core.identity import Caller, may_own
from chalicelib.core.request import DemoRequest
from chalicelib.services.slack.commands import (
    Create,
    Delete,
    Extend,
    ListDemos,
    Retry,
    ShowDemo,
)
from chalicelib.services.slack.ports import MessageRef, SlackContext, SlackRequest

_KEPT = timedelta(days=90)
"""How long a message is known beyond the longest life of its demo."""
_PAGE = 100


class NotOwner(FatalError):  # noqa: N818
    """A button of somebody else's demo was pressed; `owner` is the owner's Slack id, if known."""

    def __init__(self, owner: str | None) -> None:
        super().__init__("only the demo's owner or an admin may do that")
        self.owner = owner


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoResult:
    """The demo as it is now; `shown` says that its status message shows the outcome by itself."""

    demo: Demo
    shown: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ListResult:
    """Live demos, newest first; `more` says that there are others."""

    demos: tuple[Demo, ...]
    everybody: bool
    more: bool


Result = DemoResult | ListResult


def handle(slack: SlackContext, request: SlackRequest) -> Result:
    """Do what was asked; a change is recorded as handled before its result is returned.

    So a change whose response is lost is not made twice. Raises any DemoError of the use cases,
    Unverified and NotOwner; a RetryableError means that the request is to be handled again.
    """
    result = _perform(slack, request, identify(slack, request.user))
    if not isinstance(request.command, ListDemos | ShowDemo):
        slack.store.mark_handled(request.key)
    return result


def identify(slack: SlackContext, user: str) -> Caller:
    """Return who a Slack user is over HTTP; raise Unverified or NotAllowed."""
    now = slack.use_cases.ports.clock()
    email = slack.store.email(user, now)
    if email is None:
        email = slack.chat.email(user)
        slack.store.keep_email(user, email, now)
    admin = bool({email, user.lower()} & slack.policy.admins)
    if not admin and not may_own(email, slack.policy.owner_domains):
        raise NotAllowed(f"{email} may not have demos here; ask the service's operator")
    return Caller(owner=email, admin=admin)


def check_create(slack: SlackContext, command: Create) -> None:
    """Raise InvalidRequest for a command that would be refused, reading and writing nothing."""
    slack.use_cases.offer.check(_to_request(slack, command))


def _perform(slack: SlackContext, request: SlackRequest, caller: Caller) -> Result:
    use_cases, command = slack.use_cases, request.command
    match command:
        case Create():
            return _create(slack, request, command, caller)
        case ListDemos():
            return _list(slack, command, caller)
        case ShowDemo():
            return DemoResult(demo=use_cases.read.find(caller, command.demo_id))
        case Extend():
            return _extend(slack, command, _find(slack, request, caller, command.demo_id), caller)
        case Delete():
            demo = _find(slack, request, caller, command.demo_id)
            why = f"{caller.owner} asked for its end"
            return _changed(slack, use_cases.change.delete(demo, actor=caller.owner, why=why))
        case Retry():
            demo = _find(slack, request, caller, command.demo_id)
            return _changed(slack, use_cases.change.retry(demo, actor=caller.owner))
        case _:
            assert_never(command)


def _find(slack: SlackContext, request: SlackRequest, caller: Caller, demo_id: str) -> Demo:
    try:
        return slack.use_cases.read.find(caller, demo_id)
    except NotFound:
        if not request.pressed:
            raise
        ref = slack.store.message_ref(demo_id)
        raise NotOwner(ref.user if ref else None) from None


def _changed(slack: SlackContext, demo: Demo) -> DemoResult:
    return DemoResult(demo=demo, shown=slack.store.message_ref(demo.demo_id) is not None)


def _create(
    slack: SlackContext, request: SlackRequest, command: Create, caller: Caller
) -> DemoResult:
    wanted = _to_request(slack, command)
    # Before the demo, so that none of its notices is lost. The table's stream posts the message;
    # one whose demo was refused is never looked at.
    slack.store.add_message_ref(
        MessageRef(
            demo_id=request.demo_id,
            channel=request.channel or request.user,
            user=request.user,
            response_url=request.response_url,
            keep_until=request.at + slack.use_cases.policy.lease.in_total + _KEPT,
        )
    )
    demo = slack.use_cases.request.create_once(caller.owner, wanted, demo_id=request.demo_id)
    return DemoResult(demo=demo, shown=True)


def _to_request(slack: SlackContext, command: Create) -> DemoRequest:
    """Return the request behind a command; raise InvalidRequest where it needs an address."""
    cidr = command.cidr or slack.policy.cidr
    if not cidr:
        message = "Slack does not tell me your address: add 'from 203.0.113.7' with your own"
        raise InvalidRequest(FieldProblem("allowed_cidr", message))
    return DemoRequest(
        components=command.components,
        name=command.name,
        ttl=command.ttl,
        allowed_cidr=cidr,
        region=command.region,
    )


def _list(slack: SlackContext, command: ListDemos, caller: Caller) -> ListResult:
    if command.everybody and not caller.admin:
        raise NotAllowed("only an admin may list everybody's demos")
    page = slack.use_cases.read.list(caller, everybody=command.everybody, limit=_PAGE, cursor=None)
    return ListResult(
        demos=tuple(demo for demo in page.items if not demo.ended),
        everybody=command.everybody,
        more=page.cursor is not None,
    )


def _extend(slack: SlackContext, command: Extend, demo: Demo, caller: Caller) -> DemoResult:
    wanted = (command.seen or demo.expires_at) + command.by
    if command.seen is not None and wanted <= demo.expires_at:
        return DemoResult(demo=demo)
    return _changed(slack, slack.use_cases.change.move_lease(demo, wanted, actor=caller.owner))

"""Requests from Slack: recorded while Slack waits, then handled by the use cases of HTTP."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import NotAllowed, NotFound
from chalicelib.core.identity import Caller, may_own
from chalicelib.core.naming import DEMO_ID
from chalicelib.core.share import Invitation
from chalicelib.services.slack.commands import (
    AboutOne,
    Allow,
    AnswerRequest,
    Begin,
    Create,
    Delete,
    DemoCommand,
    DemoResult,
    Extend,
    ListDemos,
    ListResult,
    NotOneDemo,
    NotOwner,
    Pause,
    Result,
    Resume,
    Retry,
    ShareDemo,
    ShareResult,
    ShowCredentials,
    ShowDemo,
)
from chalicelib.services.slack.ports import (
    Account,
    AccountStore,
    Directory,
    Forms,
    MessageRef,
    MessageRefs,
    RequestStore,
    SlackPolicy,
    SlackRequest,
)
from chalicelib.services.slack.wanted import wanted_by

if TYPE_CHECKING:  # what wiring gives is loaded by then, and only in the function that uses it
    from chalicelib.core.preview import Preview
    from chalicelib.services.change import ChangeDemo
    from chalicelib.services.offer import Offer
    from chalicelib.services.ports.runtime import Clock, NewId
    from chalicelib.services.read import ReadDemos
    from chalicelib.services.request import RequestDemo
    from chalicelib.services.shares import Sharing
    from chalicelib.services.slack.spec import SpecCommands

_KEPT = timedelta(days=90)
"""How long a message is known beyond the longest life of its demo."""
_PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """Reads the package alone, and makes one write."""

    offer: Offer
    requests: RequestStore
    forms: Forms
    clock: Clock
    new_id: NewId
    policy: SlackPolicy

    def preview(self, command: Create) -> Preview:
        """Return what a command would make; raise InvalidRequest for one to be refused.

        A time of day is checked once the sender's time zone is known.
        """
        return self.offer.preview(wanted_by(command, self.clock(), self.policy))

    def record(self, press: str, command: DemoCommand, **of: Any) -> bool:
        """Record a request; False when it was recorded before.

        `press` names the one press that it came from, however often it is delivered.
        """
        request = SlackRequest(
            key=hashlib.sha256(press.encode()).hexdigest()[:32],
            command=command,
            demo_id=self.new_id(),
            at=self.clock(),
            **of,
        )
        return self.requests.add_request(request)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackRequests:
    """Requests from Slack, handled.

    May run more than once for one request, so everything here has the same result then.
    """

    requests: RequestStore
    accounts: AccountStore
    directory: Directory
    refs: MessageRefs
    read: ReadDemos
    request: RequestDemo
    change: ChangeDemo
    sharing: Sharing
    spec: SpecCommands
    clock: Clock
    policy: SlackPolicy

    def handle(self, request: SlackRequest) -> Result:
        """Do what a request says; a change is recorded as handled before its result is returned.

        So a change whose response is lost is not made twice. Raises any DemoError of the use
        cases, Unverified, NotOwner and NotOneDemo; a RetryableError means that the request is to
        be handled again.
        """
        account = self._account(request.user)
        caller = self._caller(request.user, account)
        result = self._perform(request, account, caller)
        if not isinstance(request.command, ListDemos | ShowDemo | ShowCredentials):
            self.requests.mark_handled(request.key)
        return result

    def _account(self, user: str) -> Account:
        now = self.clock()
        account = self.accounts.account(user, now)
        if account is None:
            account = self.directory.account(user)
            self.accounts.keep_account(user, account, now)
        return account

    def _caller(self, user: str, account: Account) -> Caller:
        """Return who a Slack user is over HTTP; raise NotAllowed."""
        admin = bool({account.email, user.lower()} & self.policy.admins)
        if not admin and not may_own(account.email, self.policy.owner_domains):
            raise NotAllowed(
                f"{account.email} may not have demos here; ask the service's operator"
            )
        return Caller(owner=account.email, admin=admin)

    def _perform(self, request: SlackRequest, account: Account, caller: Caller) -> Result:
        match request.command:
            case Create() as command:
                return self._create(request, command, account, caller)
            case ListDemos() as command:
                return self._list(command, caller)
            case command:
                demo = self._find(request, command, caller)
                return self._about(demo, command, request.at, account, caller)

    def _about(
        self, demo: Demo, command: AboutOne, at: datetime, account: Account, caller: Caller
    ) -> Result:
        """Do what a command wants of one demo."""
        match command:
            case Extend():
                return self._extend(demo, command, at, account, caller)
            case Delete() if command.confirmed:
                why = f"{caller.owner} requested its removal"
                return self._changed(self.change.delete(demo, actor=caller.owner, why=why))
            case Retry():
                return self._changed(self.change.retry(demo, actor=caller.owner))
            case ShareDemo() as command:
                share, token = self.sharing.create(
                    caller, demo.demo_id, Invitation(label=command.label)
                )
                return ShareResult(demo=demo, share=share, token=token)
            case Pause() | Resume() | Begin() as wish:
                result = self.spec.set_desired_state(demo, wish, caller)
                return self._changed(result) if isinstance(result, Demo) else result
            case Allow() | AnswerRequest() as answer:
                return DemoResult(demo=self.spec.let_in(demo, answer, caller))
            case ShowCredentials():
                return self.spec.show_credentials(demo, caller)
            case _:
                return DemoResult(demo=demo)

    def _find(self, request: SlackRequest, command: AboutOne, caller: Caller) -> Demo:
        """Return the demo that is meant: by its id, or else among the caller's live ones."""
        named = command.demo
        try:
            if DEMO_ID.fullmatch(named.lower()):
                return self.read.find(caller, named.lower())
        except NotFound:
            if request.pressed:
                ref = self.refs.message_ref(named)
                raise NotOwner(ref.user if ref else None) from None
        mine = self.read.list(caller, everybody=False, limit=_PAGE, cursor=None).items
        live = [demo for demo in mine if not demo.ended]
        found = _meant(named, live) if named else [d for d in live if _fits(command, d)]
        if len(found) != 1:
            raise NotOneDemo(named, tuple(found))
        return found[0]

    def _changed(self, demo: Demo) -> DemoResult:
        return DemoResult(demo=demo, shown=self.refs.message_ref(demo.demo_id) is not None)

    def _create(
        self, request: SlackRequest, command: Create, account: Account, caller: Caller
    ) -> DemoResult:
        wanted = wanted_by(command, request.at, self.policy, account.time_zone)
        # Before the demo, so that none of its notices is lost. The table's stream posts the
        # message; one whose demo was refused is never looked at.
        self.refs.add_message_ref(
            MessageRef(
                demo_id=request.demo_id,
                channel=request.channel or request.user,
                user=request.user,
                response_url=request.response_url,
                keep_until=request.at + self.change.lease.longest + _KEPT,
                page_url=request.page_url,
            )
        )
        demo = self.request.create_once(caller.owner, wanted, demo_id=request.demo_id)
        return DemoResult(demo=demo, shown=True)

    def _list(self, command: ListDemos, caller: Caller) -> ListResult:
        if command.everybody and not caller.admin:
            raise NotAllowed("only an admin may list everybody's demos")
        page = self.read.list(caller, everybody=command.everybody, limit=_PAGE, cursor=None)
        return ListResult(
            demos=tuple(demo for demo in page.items if not demo.ended),
            everybody=command.everybody,
            more=page.cursor is not None,
        )

    def _extend(
        self, demo: Demo, command: Extend, at: datetime, account: Account, caller: Caller
    ) -> DemoResult:
        if command.until:
            wanted = command.until.after(at, account.time_zone)
        else:
            wanted = (command.seen or demo.expires_at) + command.by
        if command.seen is not None and wanted <= demo.expires_at:
            return DemoResult(demo=demo)
        return self._changed(self.change.move_lease(demo, wanted, actor=caller.owner))


def _meant(named: str, demos: list[Demo]) -> list[Demo]:
    """Return the demos of a name, or else those whose name holds it."""
    wanted = named.casefold()
    whole = [demo for demo in demos if demo.name.casefold() == wanted]
    return whole or [demo for demo in demos if wanted in demo.name.casefold()]


def _fits(command: AboutOne, demo: Demo) -> bool:
    """Whether a command can be meant of a demo when it names none."""
    match command:
        case Retry():
            return demo.phase in (Phase.QUARANTINED, Phase.FAILED)
        case Begin():
            return demo.waiting
        case Resume():
            return demo.desired_state is Desired.PAUSED
        case Extend() | Delete() | ShareDemo() | Pause() | Allow() | ShowCredentials():
            return demo.desired_state is not Desired.DELETED
        case _:
            return True

"""What the API answers about who gets into a demo, and to whom it is given (see answers.py)."""

from __future__ import annotations

from chalicelib.core.access import Access
from chalicelib.core.share import State
from chalicelib.entrypoints.rest.answers import Address, Answer, Moment, Prices


class Share(Answer):
    """A read-only link for a prospect, as the demo's owner sees it."""

    share_id: str
    label: str
    """The owner's own word for it, which no prospect sees."""
    host: str
    """Who invites, as the prospect reads it."""
    note: str
    """What the prospect reads besides."""
    created_by: str
    created_at: Moment
    expires_at: Moment
    open: bool
    """Whether it still shows anything."""
    visits: int
    first_visited_at: Moment | None
    visited_at: Moment | None
    clicks: dict[str, int]
    """How often each of the demo's links was opened from it, by the title that was pressed."""
    access_requests: list[str]
    """The addresses that ask to be let in, as blocks of one."""


class QrCode(Answer):
    """A QR code: a square of `size` modules, without the quiet zone of four around it."""

    size: int
    path: str
    """The dark modules as the path of an SVG image (`d`), a module being a unit."""


class NewShare(Share):
    """A link that was just made."""

    url: str
    """Relative to the API's own address; in no other answer."""
    qr: QrCode | None
    """The link's whole address, under `page_url` or where the API was called; null only where the
    request named no host, or one too long."""


class ShareList(Answer):
    """A demo's links, newest first."""

    shares: list[Share]


class SharedDemo(Answer):
    """What a prospect may know of a demo."""

    name: str
    host: str
    """Who invites; may be empty."""
    note: str
    state: State
    links: dict[str, Address]
    """What can be opened, by its component's title."""
    ready_by: Moment | None
    """When it is to be ready, if not as soon as possible."""
    ends_at: Moment
    address: str
    """The visitor's own address."""
    let_in: bool
    """Whether the demo's links open from there."""
    access: Access
    """The same, with the request to be let in and its answer."""


class Credentials(Answer):
    """How to sign in to what one component runs."""

    component: str
    title: str
    user: str
    password: str
    address: str
    """What to connect to."""
    command: str
    """A shell command that connects and asks for the password."""


class CredentialsList(Answer):
    """The credentials of every component that has some, read at this moment and kept nowhere."""

    credentials: list[Credentials]


class NewHandover(Answer):
    """An offer of a demo to whoever gets its link."""

    url: str
    """Relative to the API's own address; in no other answer. The code follows `#/handover/`."""
    expires_at: Moment


class Handover(Prices):
    """What somebody reads before they accept a demo."""

    demo_id: str
    name: str
    owner: str
    """Who offers it; the caller, once they have accepted."""
    region: str
    components: list[str]
    """Their titles."""
    demo_ends_at: Moment
    expires_at: Moment
    """Until when the offer stands."""

"""Making, listing, opening and revoking prospect links."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.core.catalog import ALL
from chalicelib.core.demo import Desired, Phase
from chalicelib.core.errors import (
    InvalidRequest,
    NotFound,
    RetryableError,
    StaleRecord,
    WrongState,
)
from chalicelib.core.identity import Caller
from chalicelib.core.request import DemoRequest
from chalicelib.core.share import MAX_LINKS, Invitation, Share
from chalicelib.core.timeline import Entry
from chalicelib.entrypoints.rest.access_models import ShareBody
from chalicelib.entrypoints.rest.models import parsed
from testkit.fakes.shares import MemoryShares

from .builders import HOME, OWNER, Stage

ANN = Caller(owner=OWNER)
BOB = Caller(owner="bob@example.com")
HOUR = timedelta(hours=1)


class Scene:
    """A demo of Ann's, and links to it."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.store = MemoryShares(self.stage.store.entries)
        self.made = 0
        self.sharing = replace(
            self.stage.sharing,
            shares=self.store,
            new_id=self._id,
            new_secret=lambda: f"{self.made:043d}",
        )
        self.access = replace(self.stage.access, sharing=self.sharing, shares=self.store)
        self.demo_id = self.stage.request.create(
            OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,))
        ).demo_id

    def _id(self) -> str:
        self.made += 1
        return f"share{self.made:03d}"

    def create(self, caller: Caller = ANN, hours: float | None = None) -> str:
        return self.sharing.create(caller, self.demo_id, Invitation(hours=hours))[1]

    def visit(self, token: str, *, count: bool = True) -> str:
        return self.sharing.visit(token, count=count)[1].demo_id

    def visits(self) -> list[int]:
        found = self.sharing.listed(ANN, self.demo_id)
        return [each.share.visits for each in found]


def test_a_link_shows_its_demo_and_counts_visits() -> None:
    """A look by a page that is open already counts as none."""
    scene = Scene()
    token = scene.create()
    assert scene.demo_id == scene.visit(token)
    assert scene.demo_id == scene.visit(token)
    assert scene.demo_id == scene.visit(token, count=False)
    assert [2] == scene.visits()


def test_the_token_is_not_kept() -> None:
    """Reading the store is not enough to open a link."""
    scene = Scene()
    token = scene.create()
    assert token not in repr(scene.store.shares)
    assert token.rsplit(".", 1)[1] not in repr(scene.store.shares)


def test_a_revoked_link_is_closed_at_once() -> None:
    """It answers like one that never was."""
    scene = Scene()
    token = scene.create()
    scene.sharing.revoke(ANN, scene.demo_id, "share001")
    with pytest.raises(NotFound, match="not valid"):
        scene.visit(token)
    assert [] == scene.visits()


def test_a_link_revoked_while_it_is_opened_shows_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The visit is counted on the link as it is now; a page that is open asks again soon."""
    scene = Scene()
    token = scene.create()
    monkeypatch.setattr(scene.store, "count_visit", lambda *_: False)
    with pytest.raises(NotFound, match="not valid"):
        scene.visit(token)
    assert scene.demo_id == scene.visit(token, count=False)


def test_a_link_ends_by_itself() -> None:
    """At its time, although the demo lives on."""
    scene = Scene()
    token = scene.create(hours=1)
    scene.stage.clock.advance(HOUR)
    with pytest.raises(NotFound, match="not valid"):
        scene.visit(token)
    assert [False] == [each.open for each in scene.sharing.listed(ANN, scene.demo_id)]


@pytest.mark.parametrize("token", ["", "x", "demo0001.share001." + "9" * 43, "a.b.c", "\u2603"])
def test_a_wrong_token_opens_nothing(token: str) -> None:
    """Even where demo and link are right and only the secret is not."""
    scene = Scene()
    scene.create()
    with pytest.raises(NotFound, match="not valid"):
        scene.visit(token)
    assert [0] == scene.visits()


def test_a_link_of_a_demo_of_somebody_else_does_not_exist() -> None:
    """Neither to make, nor to list, nor to revoke; an admin may."""
    scene = Scene()
    scene.create()
    with pytest.raises(NotFound):
        scene.create(BOB)
    with pytest.raises(NotFound):
        scene.sharing.listed(BOB, scene.demo_id)
    with pytest.raises(NotFound):
        scene.sharing.revoke(BOB, scene.demo_id, "share001")
    scene.create(replace(BOB, admin=True))
    assert [0, 0] == scene.visits()


def test_a_link_that_is_not_there_cannot_be_revoked() -> None:
    """It is not found."""
    scene = Scene()
    with pytest.raises(NotFound, match="share999"):
        scene.sharing.revoke(ANN, scene.demo_id, "share999")


def test_a_demo_has_so_many_open_links_and_no_more() -> None:
    """One that ended makes room."""
    scene = Scene()
    for _ in range(MAX_LINKS):
        scene.create(hours=1)
    with pytest.raises(WrongState, match="20 open links"):
        scene.create()
    scene.stage.clock.advance(HOUR)
    scene.create()


def test_a_demo_with_more_open_links_than_it_may_have_gets_no_further_one() -> None:
    """A release that allowed more may have made them."""
    scene = Scene()
    for _ in range(MAX_LINKS):
        scene.create()
    (share, *_), (entry, *_) = scene.store.shares.values(), scene.store.entries[scene.demo_id]
    scene.store.put(replace(share, share_id="share099"), entry, made=MAX_LINKS)
    with pytest.raises(WrongState, match="20 open links"):
        scene.create()


def test_links_are_listed_newest_first() -> None:
    """By when they were made."""
    scene = Scene()
    for _ in range(3):
        scene.create()
        scene.stage.clock.advance(timedelta(minutes=1))
    listed = [each.share.share_id for each in scene.sharing.listed(ANN, scene.demo_id)]
    assert ["share003", "share002", "share001"] == listed


def test_what_is_opened_from_a_link_is_counted_while_it_is_there() -> None:
    """From a revoked one nothing is opened any more."""
    scene = Scene()
    share, _ = scene.sharing.visit(scene.create(), count=True)
    scene.sharing.click(share, "Web")
    (listed,) = scene.sharing.listed(ANN, scene.demo_id)
    assert {"Web": 1} == listed.share.clicks
    scene.sharing.revoke(ANN, scene.demo_id, share.share_id)
    with pytest.raises(NotFound, match="not valid"):
        scene.sharing.click(share, "Web")


def test_a_demo_that_is_ending_is_not_shared() -> None:
    """Nor is one whose lease is over."""
    scene = Scene()
    demo = scene.stage.store.get(scene.demo_id)
    ending = replace(demo, desired_state=Desired.DELETED, phase=Phase.DELETING)
    scene.stage.save(demo, ending, ())
    with pytest.raises(WrongState, match="cannot be shared"):
        scene.create()
    over = Scene()
    over.stage.clock.now = over.stage.store.get(over.demo_id).expires_at
    with pytest.raises(WrongState, match="cannot be shared"):
        over.create()


def test_links_made_at_once_are_no_more_than_may_be_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Another is made between the count and each of the first writes."""
    scene = Scene()
    for _ in range(MAX_LINKS - 2):
        scene.create()
    put = scene.store.put

    def second(share: Share, entry: Entry, *, made: int) -> None:
        monkeypatch.setattr(scene.store, "put", put)
        scene.create()
        put(share, entry, made=made)

    monkeypatch.setattr(scene.store, "put", second)
    scene.create()
    assert MAX_LINKS == len(scene.visits())
    with pytest.raises(WrongState, match="20 open links"):
        scene.create()


def test_a_link_that_others_keep_from_being_made_is_tried_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """After so many tries the caller is asked to come again."""
    scene, tries = Scene(), []

    def taken(share: Share, entry: Entry, *, made: int) -> None:
        tries.append(made)
        raise StaleRecord("another link was made")

    monkeypatch.setattr(scene.store, "put", taken)
    with pytest.raises(RetryableError):
        scene.create()
    assert 10 == len(tries)


@pytest.mark.parametrize("hours", [1e-9, 0.099, 0, -1])
def test_a_link_has_a_shortest_span(hours: float) -> None:
    """One that ends at once shows nobody anything, and its maker that it is open."""
    with pytest.raises(InvalidRequest, match="expires_hours"):
        parsed(ShareBody, {"expires_hours": hours})
    assert 0.1 == parsed(ShareBody, {"expires_hours": 0.1}).expires_hours


def test_a_link_keeps_who_invites_and_what_they_say() -> None:
    """The prospect reads both."""
    scene = Scene()
    invitation = Invitation(label="Acme", host="Ann Lee", note="See you at ten.", hours=1)
    share, _ = scene.sharing.create(ANN, scene.demo_id, invitation)
    assert ("Acme", "Ann Lee", "See you at ten.") == (share.label, share.host, share.note)


def test_making_and_revoking_a_link_is_recorded() -> None:
    """By its label, and by its id where it has none; the token is in no entry."""
    scene = Scene()
    token = scene.sharing.create(ANN, scene.demo_id, Invitation(label="Acme", hours=1))[1]
    scene.create()
    scene.sharing.revoke(ANN, scene.demo_id, "share001")
    timeline = scene.stage.timeline(scene.demo_id)[-3:]
    assert [
        "prospect link Acme made, until 2026-01-05 10:00 UTC",
        "prospect link share002 made, until 2026-01-05 13:00 UTC",
        "prospect link Acme revoked",
    ] == timeline
    assert token not in repr(timeline)


def test_words_on_a_link_may_be_so_long() -> None:
    """Sixty characters for a name, and 280 for a note."""
    words = {"label": "x" * 60, "host": "x" * 60, "note": "x" * 280}
    assert words == parsed(ShareBody, words).model_dump(include=set(words))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("label", "x" * 61),
        ("host", "x" * 61),
        ("host", "a\nb"),
        ("note", "x" * 281),
        ("note", "{{resolve:x}}"),
        ("page_url", "javascript:alert(1)"),
        ("page_url", "https://a.example/share#x"),
        ("page_url", "https://a.example/" + "x" * 300),
    ],
)
def test_words_on_a_link_are_held_to_their_form(field: str, value: str) -> None:
    """Each by its own name."""
    with pytest.raises(InvalidRequest, match=field):
        parsed(ShareBody, {field: value})

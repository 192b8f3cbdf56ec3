"""Who is let in by their address, and who asks to be."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib.core.access import (
    MAX_OPEN_REQUESTS,
    Access,
    access_of,
    address_in,
    block_of,
    lets_in,
    request_text,
)
from chalicelib.core.demo import Applied, Demo, Desired, Phase
from chalicelib.core.errors import InvalidRequest, NotFound, Outdated, WrongState
from chalicelib.core.share import Share
from chalicelib.core.spec import SpecChange
from chalicelib.core.timeline import Entry, EntryKind

from .builders import HOME, demo
from .test_share import a_share
from .test_shares import ANN, BOB, Scene

OUTSIDE = "198.51.100.9"
INSIDE = "203.0.113.9"


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("198.51.100.9", "198.51.100.9/32"),
        ("2001:DB8:0::7", "2001:db8::7/128"),
        ("::ffff:198.51.100.9", "198.51.100.9/32"),
        ("", None),
        ("x", None),
        ("198.51.100.0/24", None),
    ],
)
def test_an_address_is_a_block_of_one(address: str, block: str | None) -> None:
    """In its plain form, whichever way it was written."""
    assert block == block_of(address)


def test_a_block_lies_in_one_of_its_own_family() -> None:
    """Nowhere else."""
    blocks = ("203.0.113.0/24", "2001:db8::/32")
    assert lets_in(blocks, "203.0.113.9/32")
    assert lets_in(blocks, "2001:db8::9/128")
    assert not lets_in(blocks, "203.0.114.9/32")
    assert not lets_in(("::/0",), "203.0.113.9/32")
    assert not lets_in((), "203.0.113.9/32")


@pytest.mark.parametrize(
    ("fields", "address", "access"),
    [
        ({}, INSIDE, Access.OPEN),
        ({}, OUTSIDE, Access.CLOSED),
        ({}, "", Access.CLOSED),
        ({"waiting": frozenset({f"{OUTSIDE}/32"})}, OUTSIDE, Access.REQUESTED),
        ({"declined": frozenset({f"{OUTSIDE}/32"})}, OUTSIDE, Access.DECLINED),
        ({"waiting": frozenset({f"{INSIDE}/32"})}, INSIDE, Access.OPEN),
    ],
)
def test_a_visitor_is_told_what_their_address_is(
    fields: dict[str, object], address: str, access: Access
) -> None:
    """Being let in goes before having asked."""
    known = demo(allowed_cidr=("203.0.113.0/24",), phase=Phase.READY)
    assert access is access_of(known, a_share(**fields), address)


def test_an_address_that_is_being_let_in_is_not_in_yet() -> None:
    """Until the change is made; who was in before stays in meanwhile."""
    before = Applied(requested_components=(), parameters={}, allowed_cidr=("203.0.113.0/24",))
    blocks = ("203.0.113.0/24", f"{OUTSIDE}/32")
    changing = demo(allowed_cidr=blocks, phase=Phase.CHANGING, applied=before)
    assert Access.OPENING is access_of(changing, a_share(), OUTSIDE)
    assert Access.OPEN is access_of(changing, a_share(), INSIDE)


def test_an_address_that_asks_is_told_once() -> None:
    """On its link, and on the timeline; through a second link it waits too, and is not told."""
    scene = Scene()
    first, second = scene.create(), scene.create()
    for token in (first, first, second):
        share, known = scene.access.ask(token, OUTSIDE)
        assert Access.REQUESTED is access_of(known, share, OUTSIDE)
    entries = [
        e for e in scene.stage.store.entries[scene.demo_id] if e.kind is EntryKind.ACCESS_REQUEST
    ]
    assert [f"{OUTSIDE} asks to be let in, through the prospect link share001"] == [
        e.text for e in entries
    ]
    assert ["prospect"] == [e.actor for e in entries]
    waiting = {each.share.waiting for each in scene.sharing.listed(ANN, scene.demo_id)}
    assert {frozenset({f"{OUTSIDE}/32"})} == waiting


def test_who_is_in_has_nothing_to_ask() -> None:
    """Asking changes nothing."""
    scene = Scene()
    share, known = scene.access.ask(scene.create(), INSIDE)
    assert Access.OPEN is access_of(known, share, INSIDE)
    assert frozenset() == share.waiting


def test_so_many_addresses_wait_through_one_link_and_no_more() -> None:
    """The next is refused; one that waits already may ask again."""
    scene = Scene()
    token = scene.create()
    for number in range(MAX_OPEN_REQUESTS):
        scene.access.ask(token, f"198.51.100.{number}")
    with pytest.raises(WrongState, match="5 addresses wait"):
        scene.access.ask(token, OUTSIDE)
    scene.access.ask(token, "198.51.100.0")


def test_nobody_asks_through_a_link_that_is_not_open() -> None:
    """Nor without an address."""
    scene = Scene()
    token = scene.create()
    with pytest.raises(WrongState, match="your address is unknown"):
        scene.access.ask(token, "")
    scene.sharing.revoke(ANN, scene.demo_id, "share001")
    with pytest.raises(NotFound, match="not valid"):
        scene.access.ask(token, OUTSIDE)


def test_asking_is_no_visit() -> None:
    """Whoever asks has the page open, and was counted then."""
    scene = Scene()
    scene.access.ask(scene.create(), OUTSIDE)
    assert [0] == scene.visits()


@pytest.mark.parametrize("declined", [False, True])
def test_who_asks_twice_at_once_is_answered_once(
    monkeypatch: pytest.MonkeyPatch, *, declined: bool
) -> None:
    """The second is told what became of the first."""
    scene = Scene()
    token = scene.create()
    add = scene.store.add_waiting

    def late(share: Share, block: str, entry: Entry | None, *, most: int) -> bool:
        assert add(share, block, entry, most=most)
        if declined:
            scene.access.decline(ANN, scene.demo_id, OUTSIDE)
        return add(share, block, entry, most=most)

    monkeypatch.setattr(scene.store, "add_waiting", late)
    share, known = scene.access.ask(token, OUTSIDE)
    answer = Access.DECLINED if declined else Access.REQUESTED
    assert answer is access_of(known, share, OUTSIDE)


def test_a_line_about_a_request_names_its_address() -> None:
    """As its answer must."""
    for address in (OUTSIDE, "2001:db8::7"):
        assert address == address_in(request_text(address, a_share(label="Acme, Berlin")))


def up(scene: Scene) -> Demo:
    """Let the demo be ready."""
    known = scene.stage.store.get(scene.demo_id)
    return scene.stage.save(known, replace(known, phase=Phase.READY))


def test_an_owner_lets_in_who_asks() -> None:
    """By a change of the demo like any other; on every link through which the address asked."""
    scene = Scene()
    up(scene)
    first, second = scene.create(), scene.create()
    for token in (first, second):
        scene.access.ask(token, OUTSIDE)
    let_in = scene.access.let_in(ANN, scene.demo_id, f"{OUTSIDE}/32")
    assert (HOME, f"{OUTSIDE}/32") == let_in.allowed_cidr
    listed = scene.sharing.listed(ANN, scene.demo_id)
    assert [frozenset()] * 2 == [each.share.waiting for each in listed]
    with pytest.raises(NotFound, match="does not ask"):
        scene.access.let_in(ANN, scene.demo_id, OUTSIDE)


def test_who_was_let_in_and_put_out_may_ask_again() -> None:
    """Only who was declined may not."""
    scene = Scene()
    up(scene)
    token = scene.create()
    scene.access.ask(token, OUTSIDE)
    scene.access.let_in(ANN, scene.demo_id, OUTSIDE)
    scene.access.allow(ANN, scene.demo_id, remove=(f"{OUTSIDE}/32",))
    share, known = scene.access.ask(token, OUTSIDE)
    assert Access.REQUESTED is access_of(known, share, OUTSIDE)


def test_an_owner_declines_who_asks() -> None:
    """Told once, and for good on its links."""
    scene = Scene()
    tokens = [scene.create(), scene.create()]
    for token in tokens:
        scene.access.ask(token, OUTSIDE)
    declined = scene.access.decline(ANN, scene.demo_id, OUTSIDE)
    assert (HOME,) == declined.allowed_cidr
    assert 1 == scene.stage.timeline(scene.demo_id).count(f"{OUTSIDE} is not let in")
    for token in tokens:
        share, known = scene.access.ask(token, OUTSIDE)
        assert Access.DECLINED is access_of(known, share, OUTSIDE)


def test_nobody_else_answers() -> None:
    """For them there is no such demo."""
    scene = Scene()
    scene.access.ask(scene.create(), OUTSIDE)
    for answer in (scene.access.let_in, scene.access.decline):
        with pytest.raises(NotFound, match="there is no demo"):
            answer(BOB, scene.demo_id, OUTSIDE)
    (link,) = scene.sharing.listed(ANN, scene.demo_id)
    assert frozenset({f"{OUTSIDE}/32"}) == link.share.waiting
    with pytest.raises(NotFound):
        scene.access.allow(BOB, scene.demo_id, add=(f"{OUTSIDE}/32",))


@pytest.mark.parametrize("address", ["", "x", "198.51.100.8", "0.0.0.0/0"])
def test_only_who_asks_is_let_in(address: str) -> None:
    """Whatever the owner's client says."""
    scene = Scene()
    scene.access.ask(scene.create(), OUTSIDE)
    with pytest.raises(NotFound, match="does not ask"):
        scene.access.let_in(ANN, scene.demo_id, address)


def test_two_who_change_the_addresses_at_once_both_have_their_way() -> None:
    """The second reads again what the first has written."""
    scene = Scene()
    up(scene)
    change = scene.access.change

    seen: list[int | None] = []

    def between(demo: Demo, spec: SpecChange, *, actor: str, version: int | None) -> Demo:
        if not seen:
            seen.append(version)
            scene.stage.access.allow(ANN, scene.demo_id, add=("198.51.100.1/32",))
        return change.change(demo, spec, actor=actor, version=version)

    late: Any = SimpleNamespace(change=between)
    access = replace(scene.access, change=late)
    access.allow(ANN, scene.demo_id, add=(f"{OUTSIDE}/32",))
    blocks = scene.stage.store.get(scene.demo_id).allowed_cidr
    assert {HOME, "198.51.100.1/32", f"{OUTSIDE}/32"} == {*blocks}


@pytest.mark.parametrize("quicker", [4, 5])
def test_whoever_others_keep_from_it_tries_five_times(quicker: int) -> None:
    """And then is told that the demo has changed."""
    scene = Scene()
    up(scene)
    change = scene.access.change
    tries: list[int | None] = []

    def raced(demo: Demo, spec: SpecChange, *, actor: str, version: int | None) -> Demo:
        tries.append(version)
        if len(tries) <= quicker:
            raise Outdated("somebody else was quicker")
        return change.change(demo, spec, actor=actor, version=version)

    late: Any = SimpleNamespace(change=raced)
    access = replace(scene.access, change=late)
    with pytest.raises(Outdated) if quicker == 5 else nullcontext():
        access.allow(ANN, scene.demo_id, add=(f"{OUTSIDE}/32",))
    assert 5 == len(tries)


def test_no_more_than_ten_blocks_are_let_in() -> None:
    """The eleventh is refused by its field, and its request waits on."""
    scene = Scene()
    up(scene)
    blocks = [f"198.51.100.{n}/32" for n in range(20, 29)]
    scene.access.allow(ANN, scene.demo_id, add=blocks)
    token = scene.create()
    scene.access.ask(token, OUTSIDE)
    with pytest.raises(InvalidRequest, match="allowed_cidr"):
        scene.access.let_in(ANN, scene.demo_id, OUTSIDE)
    share, known = scene.access.ask(token, OUTSIDE)
    assert Access.REQUESTED is access_of(known, share, OUTSIDE)


def test_a_demo_that_ends_lets_nobody_in() -> None:
    """Neither who asks nor whom its owner names."""
    scene = Scene()
    token = scene.create()
    scene.access.ask(token, OUTSIDE)
    known = scene.stage.store.get(scene.demo_id)
    scene.stage.save(known, replace(known, desired_state=Desired.DELETED, phase=Phase.DELETING))
    with pytest.raises(WrongState):
        scene.access.let_in(ANN, scene.demo_id, OUTSIDE)
    with pytest.raises(WrongState):
        scene.access.ask(token, "198.51.100.10")


def test_a_link_revoked_while_somebody_asks_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The visitor learns that it is over."""
    scene = Scene()
    token = scene.create()

    def late(*_: object, **__: object) -> bool:
        scene.sharing.revoke(ANN, scene.demo_id, "share001")
        return False

    monkeypatch.setattr(scene.store, "add_waiting", late)
    with pytest.raises(NotFound, match="not valid"):
        scene.access.ask(token, OUTSIDE)

"""Offering a demo to a colleague, and taking it over."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.catalog import ALL
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import (
    LimitReached,
    NotAllowed,
    NotFound,
    StaleRecord,
    Throttled,
    WrongState,
)
from chalicelib.core.identity import Caller
from chalicelib.core.naming import PREFIX
from chalicelib.core.policy import Quotas
from chalicelib.core.request import DemoRequest
from chalicelib.core.spec import SpecChange
from chalicelib.core.timeline import Entry
from chalicelib.services.change import ChangeDemo
from chalicelib.services.handover import HandOver
from testkit.fakes import MemoryStore

from .builders import HOME, OWNER, Stage, minutes, run_loop

ANN = Caller(owner=OWNER)
BOB = Caller(owner="bob@example.com")
EVE = Caller(owner="eve@example.com")
ADMIN = Caller(owner="admin@example.com", admin=True)
REQUEST = DemoRequest(components=ALL, allowed_cidr=(HOME,))


class Scene:
    """A demo of Ann's that is ready, and its hand-over."""

    def __init__(self, **quotas: int) -> None:
        self.stage = Stage(**quotas)
        self.made = 0
        self.handover: HandOver = replace(self.stage.handover, new_secret=self._secret)
        self.demo_id = self.stage.request.create(OWNER, REQUEST).demo_id
        run_loop(self.stage, self.demo_id)

    def _secret(self) -> str:
        self.made += 1
        return f"{self.made:043d}"

    def offer(self) -> str:
        return self.handover.offer(ANN, self.demo_id)[1]

    def demo(self) -> Demo:
        return self.stage.store.get(self.demo_id)

    def change(self, **fields: Any) -> None:
        self.stage.save(self.demo(), replace(self.demo(), **fields))


def test_who_has_the_code_takes_the_demo_over() -> None:
    """Owner, place and timeline; to who gave it the demo is nobody's."""
    scene = Scene()
    code = scene.offer()
    assert scene.demo_id == scene.handover.look(BOB, code)[0].demo_id
    assert BOB.owner == scene.handover.accept(BOB, code).owner
    assert {scene.demo_id: BOB.owner} == scene.stage.store.slots()
    assert f"handed over by {OWNER} to {BOB.owner}" in scene.stage.timeline(scene.demo_id)
    assert BOB.owner == scene.stage.read.find(BOB, scene.demo_id).owner
    for left in (
        lambda: scene.stage.read.find(ANN, scene.demo_id),
        lambda: scene.stage.credentials.of(ANN, scene.demo_id),
        lambda: scene.handover.offer(ANN, scene.demo_id),
        lambda: scene.stage.sharing.listed(ANN, scene.demo_id),
    ):
        with pytest.raises(NotFound):
            left()


def test_what_runs_names_the_new_owner() -> None:
    """A demo that rests ready gets a loop, and stays ready while its tags are written."""
    scene = Scene()
    before = scene.demo()
    given = scene.handover.accept(BOB, scene.offer())
    assert (True, before.generation + 1) == (given.looping, given.generation)
    assert given.generation in [g for _, g in scene.stage.workflow.started]
    assert Phase.READY is run_loop(scene.stage, scene.demo_id).phase
    owners = {s.tags[f"{PREFIX}:owner"] for s in scene.stage.cloud.stacks.values()}
    assert {BOB.owner} == owners


@pytest.mark.parametrize("phase", [Phase.PAUSED, Phase.FAILED, Phase.QUARANTINED])
def test_what_rests_otherwise_is_left_alone(phase: Phase) -> None:
    """Its next update writes the new owner; nothing is made again or tried for that."""
    scene = Scene()
    scene.change(phase=phase)
    started = len(scene.stage.workflow.started)
    given = scene.handover.accept(BOB, scene.offer())
    assert (phase, False) == (given.phase, given.looping)
    assert started == len(scene.stage.workflow.started)


def test_the_code_is_not_kept() -> None:
    """Reading the record is not enough to accept."""
    scene = Scene()
    assert scene.offer().partition(".")[2] not in repr(scene.demo())


def test_asking_again_answers_the_same() -> None:
    """Whose answer was lost asks again, and nobody else may; it is recorded once."""
    scene = Scene()
    code = scene.offer()
    first, again = (scene.handover.accept(BOB, code) for _ in range(2))
    assert (first.version, BOB.owner) == (again.version, again.owner)
    for other in (ANN, EVE):
        with pytest.raises(NotFound, match="not valid"):
            scene.handover.accept(other, code)
        with pytest.raises(NotFound, match="not valid"):
            scene.handover.look(other, code)
    assert 1 == sum("handed over" in text for text in scene.stage.timeline(scene.demo_id))


def test_who_gave_it_on_cannot_take_it_back() -> None:
    """A used code is nobody's, also once its receiver has handed the demo on."""
    scene = Scene()
    first = scene.offer()
    scene.handover.accept(BOB, first)
    second = scene.handover.offer(BOB, scene.demo_id)[1]
    assert EVE.owner == scene.handover.accept(EVE, second).owner
    for code in (first, second):
        with pytest.raises(NotFound, match="not valid"):
            scene.handover.accept(BOB, code)
    assert (EVE.owner, ANN.owner) == (scene.demo().owner, scene.demo().first_owner)


def test_what_comes_back_is_as_if_it_had_never_gone() -> None:
    """The first owner's channel shows it again."""
    scene = Scene()
    scene.handover.accept(BOB, scene.offer())
    code = scene.handover.offer(BOB, scene.demo_id)[1]
    assert "" == scene.handover.accept(ANN, code).first_owner


@pytest.mark.parametrize(
    "code", ["", "x", "a.b", "\u2603", "demo0001." + "9" * 43, "demo0009." + "0" * 43]
)
def test_a_wrong_code_takes_nothing(code: str) -> None:
    """Whether the demo is there or not, it is answered alike."""
    scene = Scene()
    scene.offer()
    with pytest.raises(NotFound) as caught:
        scene.handover.accept(BOB, code)
    assert "this offer is not valid, or not any more" == str(caught.value)
    assert OWNER == scene.demo().owner


def test_an_offer_ends_by_itself() -> None:
    """After a day, and never later than the lease."""
    scene = Scene()
    made, code = scene.handover.offer(ANN, scene.demo_id)
    assert scene.demo().expires_at == made.expires_at
    scene.change(expires_at=scene.demo().expires_at + timedelta(days=3))
    made, code = scene.handover.offer(ANN, scene.demo_id)
    assert scene.stage.clock() + timedelta(hours=24) == made.expires_at
    scene.stage.clock.advance(timedelta(hours=24))
    with pytest.raises(NotFound, match="not valid"):
        scene.handover.accept(BOB, code)


def test_an_offer_is_withdrawn_or_replaced() -> None:
    """At once; only the last code counts."""
    scene = Scene()
    first, second = scene.offer(), scene.offer()
    with pytest.raises(NotFound, match="not valid"):
        scene.handover.accept(BOB, first)
    scene.handover.withdraw(ANN, scene.demo_id)
    with pytest.raises(NotFound, match="not valid"):
        scene.handover.accept(BOB, second)


def test_withdrawing_where_nothing_is_offered_changes_nothing() -> None:
    """Who presses twice, or is late, has what they want."""
    scene = Scene()
    scene.offer()
    scene.handover.withdraw(ANN, scene.demo_id)
    before = scene.stage.store.get(scene.demo_id)
    scene.handover.withdraw(ANN, scene.demo_id)
    assert before == scene.stage.store.get(scene.demo_id)


def test_its_owner_alone_offers_a_demo() -> None:
    """Not an admin, who could read its credentials so; to anybody else there is no such demo."""
    scene = Scene()
    for act in (scene.handover.offer, scene.handover.withdraw):
        with pytest.raises(NotAllowed):
            act(ADMIN, scene.demo_id)
        with pytest.raises(NotFound):
            act(EVE, scene.demo_id)


def test_the_owner_is_told_whose_it_is() -> None:
    """Who opens their own link has lost nothing."""
    scene = Scene()
    code = scene.offer()
    with pytest.raises(WrongState, match="is yours"):
        scene.handover.accept(ANN, code)
    assert BOB.owner == scene.handover.accept(BOB, code).owner


def test_a_full_receiver_may_come_back() -> None:
    """Nothing has changed, and the code still holds once a place is free."""
    scene = Scene(per_owner=1, in_all=2)
    other = scene.stage.request.create(BOB.owner, REQUEST)
    code, before = scene.offer(), scene.demo()
    with pytest.raises(LimitReached, match=other.demo_id):
        scene.handover.accept(BOB, code)
    assert before == scene.demo()
    scene.stage.store.give_back(other.demo_id, BOB.owner)
    assert BOB.owner == scene.handover.accept(BOB, code).owner


def test_what_is_ending_changes_no_owner() -> None:
    """Neither offered nor accepted: asked to go, or past its lease."""
    scene = Scene()
    code = scene.offer()
    scene.stage.change.delete(scene.demo(), actor=OWNER, why="tests")
    with pytest.raises(WrongState, match="cannot be handed over"):
        scene.offer()
    for act in (scene.handover.look, scene.handover.accept):
        with pytest.raises(WrongState, match="cannot be handed over"):
            act(BOB, code)
    late = Scene()
    late.stage.clock.advance(late.demo().expires_at - late.stage.clock() + minutes(1))
    with pytest.raises(WrongState, match="cannot be handed over"):
        late.offer()


@pytest.mark.parametrize(
    "change",
    [
        lambda service, demo: service.delete(demo, actor=OWNER, why="requested"),
        lambda service, demo: service.change(demo, SpecChange(name="mine"), actor=OWNER),
        lambda service, demo: service.move_lease(demo, demo.expires_at - minutes(9), actor=OWNER),
    ],
)
def test_what_the_giver_asked_for_meanwhile_is_not_done(
    change: Callable[[ChangeDemo, Demo], Demo],
) -> None:
    """They were let in as its owner, and it changed hands before anything was written."""
    scene = Scene()
    found, code = scene.demo(), scene.offer()
    scene.handover.accept(BOB, code)
    given = scene.demo()
    with pytest.raises(StaleRecord):
        change(scene.stage.change, found)
    assert given == scene.demo()


class Contended(MemoryStore):
    """A store in which others write first, so many times, and then nothing works."""

    def __init__(self, times: int, *, then: Exception | None = None) -> None:
        super().__init__()
        self.times, self.then = times, then

    def claim(
        self, before: Demo, after: Demo, entries: Sequence[Entry], quotas: Quotas, **more: Any
    ) -> Demo:
        if self.times:
            self.times -= 1
            self.save(before, replace(before, reason=f"{self.times} more"), ())
        if self.then:
            raise self.then
        return super().claim(before, after, entries, quotas, **more)


def contended(scene: Scene, store: Contended) -> HandOver:
    vars(store).update({**vars(scene.stage.store), "times": store.times, "then": store.then})
    recorder = replace(scene.stage.recorder, records=store)
    return replace(scene.handover, records=store, recorder=recorder)


def test_a_loop_that_writes_meanwhile_is_no_hindrance() -> None:
    """The record is read again; one that is written all the time is left for another try."""
    scene = Scene()
    code = scene.offer()
    assert BOB.owner == contended(scene, Contended(4)).accept(BOB, code).owner
    scene = Scene()
    with pytest.raises(StaleRecord):
        contended(scene, Contended(5)).accept(BOB, scene.offer())


def test_a_failed_transaction_changes_nothing() -> None:
    """No loop is started either."""
    scene = Scene()
    code, before = scene.offer(), scene.demo()
    started = len(scene.stage.workflow.started)
    with pytest.raises(Throttled):
        contended(scene, Contended(0, then=Throttled("wait"))).accept(BOB, code)
    assert before == scene.demo()
    assert {scene.demo_id: OWNER} == scene.stage.store.slots()
    assert started == len(scene.stage.workflow.started)
    assert Desired.RUNNING is before.desired_state

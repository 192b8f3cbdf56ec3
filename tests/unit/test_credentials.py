"""Credentials: found by the template's words, read for the owner alone, and never untold."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chalicelib.core.catalog import Component, Parameter
from chalicelib.core.component import Status
from chalicelib.core.credentials import SignIn, credentials
from chalicelib.core.demo import Desired, Phase
from chalicelib.core.errors import NotAllowed, NotFound, Rejected
from chalicelib.core.identity import Caller
from chalicelib.core.request import DemoRequest
from chalicelib.core.timeline import EntryKind
from chalicelib.services.credentials import ReadCredentials

from .builders import HOME, OWNER, Stage

ANN = Caller(owner=OWNER)
SIGN_IN = SignIn(secret="SecretArn", address="Host", command="connect {User}@{Address} {Port}")
SECRET = json.dumps({"username": "ann lee", "password": "pa55"})
DATABASE = Component(
    name="db",
    parameters={"DemoId": Parameter(name="DemoId")},
    outputs=("SecretArn", "Host", "Port"),
    sign_in=SIGN_IN,
)
PLAIN = Component(name="plain", parameters={"DemoId": Parameter(name="DemoId")}, outputs=("Id",))


class Scene:
    """A demo of Ann's whose database is up, and its secret."""

    def __init__(self, named: str = "stelligent-demo-{}-database") -> None:
        self.stage = Stage((DATABASE, PLAIN))
        made = self.stage.request.create(
            OWNER, DemoRequest(components=("db", "plain"), allowed_cidr=(HOME,))
        )
        self.demo_id = made.demo_id
        self.arn = f"arn:aws:secretsmanager:r:1:secret:{named.format(self.demo_id)}-a1B2c3"
        self.stage.cloud.secrets.values[self.arn] = SECRET
        outputs = {"SecretArn": self.arn, "Host": "db.example", "Port": "3306"}
        self.change(status=Status.READY, outputs=outputs)

    def change(self, **component: object) -> None:
        demo = self.stage.store.get(self.demo_id)
        changed = replace(demo.components["db"], **component)  # type: ignore[arg-type]
        self.stage.save(demo, demo.with_component(changed))

    @property
    def use_case(self) -> ReadCredentials:
        return self.stage.credentials

    def reads(self) -> list[str]:
        return self.stage.cloud.secrets.read_arns


def test_the_owner_reads_them_and_the_timeline_says_so() -> None:
    """Each time; the password is in no entry."""
    scene = Scene()
    for _ in range(2):
        (found,) = scene.use_case.of(ANN, scene.demo_id)
        assert ("db", "ann lee", "pa55") == (found.component, found.user, found.password)
        assert "connect 'ann lee'@db.example 3306" == found.command
    entries = scene.stage.store.entries[scene.demo_id][-2:]
    entry = (OWNER, EntryKind.ACCESS, "credentials read: db")
    assert [entry, entry] == [(e.actor, e.kind, e.text) for e in entries]


def test_a_password_shows_in_no_log() -> None:
    """What prints the credentials prints no password."""
    scene = Scene()
    assert "pa55" not in repr(scene.use_case.of(ANN, scene.demo_id))


def test_nobody_else_reads_them() -> None:
    """Not even an admin, who may see the demo; nothing is read for either."""
    scene = Scene()
    with pytest.raises(NotFound):
        scene.use_case.of(Caller(owner="bob@example.com"), scene.demo_id)
    with pytest.raises(NotAllowed, match="only the owner"):
        scene.use_case.of(Caller(owner="bob@example.com", admin=True), scene.demo_id)
    assert [] == scene.reads()


def test_nothing_is_read_without_a_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the timeline cannot be written, no secret is read."""
    scene = Scene()

    def broken(*_: object) -> None:
        raise Rejected("no")

    monkeypatch.setattr(scene.stage.store, "append", broken)
    with pytest.raises(Rejected):
        scene.use_case.of(ANN, scene.demo_id)
    assert [] == scene.reads()


@pytest.mark.parametrize(
    "name", ["stelligent-demo-otherone-database", "stelligent-service/slack", "any"]
)
def test_only_a_secret_of_this_demo_is_read(name: str) -> None:
    """Whatever an output says."""
    scene = Scene(name)
    assert () == scene.use_case.of(ANN, scene.demo_id)
    assert [] == scene.reads()


def test_what_is_not_up_has_no_credentials() -> None:
    """A component that is being made or removed, and a demo that is being deleted."""
    scene = Scene()
    scene.change(status=Status.DELETING)
    assert () == scene.use_case.of(ANN, scene.demo_id)
    scene.change(status=Status.READY)
    demo = scene.stage.store.get(scene.demo_id)
    scene.stage.save(demo, replace(demo, desired_state=Desired.DELETED, phase=Phase.DELETING))
    assert () == scene.use_case.of(ANN, scene.demo_id)
    assert [] == scene.reads()


@pytest.mark.parametrize("text", ["pa55", "[]", '{"username": "pa55"}', "null"])
def test_a_secret_of_another_form_is_refused_without_its_words(text: str) -> None:
    """The refusal is logged, so it must not hold a part of the secret."""
    with pytest.raises(Rejected, match="the secret of db must hold") as caught:
        credentials("db", SIGN_IN, {"Host": "x"}, text)
    assert "pa55" not in repr(caught.value)
    assert caught.value.__cause__ is None


def test_values_in_a_command_are_words_of_the_shell() -> None:
    """A user named like a command runs nothing."""
    secret = json.dumps({"username": "a; rm -rf ~", "password": "x"})
    found = credentials("db", SIGN_IN, {"Host": "$(x)", "Port": "1"}, secret)
    assert "connect 'a; rm -rf ~'@'$(x)' 1" == found.command

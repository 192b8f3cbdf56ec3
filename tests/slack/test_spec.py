"""Pausing, letting people in and credentials, as people type and press them in Slack."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.component import Status
from chalicelib.core.credentials import Credentials
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import NotFound, Rejected
from chalicelib.core.identity import Caller
from chalicelib.core.timeline import EntryKind
from chalicelib.entrypoints.slack import spec
from chalicelib.entrypoints.slack.command import parse
from chalicelib.entrypoints.slack.create import Misunderstood
from chalicelib.entrypoints.slack.status_message import command_of
from chalicelib.entrypoints.slack.stream import Notice, respond_to, show
from chalicelib.entrypoints.slack.words import component_words
from chalicelib.services.slack.commands import (
    Allow,
    AnswerRequest,
    Create,
    CredentialsResult,
    Delete,
    DemoCommand,
    Pause,
    Resume,
    ShowCredentials,
)
from tests.slack.fakes import ANN, BOB, SlackStage, buttons, text_of
from tests.slack.test_messages import problems
from tests.unit.builders import HOME, OWNER, demo

CALLED = component_words(PackagedTemplates().catalog())
OFFICE = "198.51.100.7/32"


@pytest.fixture
def stage() -> SlackStage:
    return SlackStage()


def made(stage: SlackStage) -> Demo:
    """Ask for a demo in Slack, and let it come up."""
    sent = stage.slack_request(Create(components=("vpc",)))
    respond_to(stage.updates, sent.key)
    before = stage.store.get(sent.demo_id)
    components = {
        name: replace(component, status=Status.READY)
        for name, component in before.components.items()
    }
    return stage.save(before, replace(before, phase=Phase.READY, components=components))


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("pause", Pause()),
        ("pause Acme pilot please", Pause(demo="Acme pilot")),
        ("suspend k3f9x2ab", Pause(demo="k3f9x2ab")),
        ("resume Acme pilot", Resume(demo="Acme pilot")),
        ("wake up Acme", Resume(demo="Acme")),
        ("allow k3f9x2ab 203.0.113.7", Allow(demo="k3f9x2ab", blocks=("203.0.113.7/32",))),
        (
            "allow 203.0.113.0/24 2001:db8::7 into Acme pilot",
            Allow(demo="Acme pilot", blocks=("203.0.113.0/24", "2001:db8::7/128")),
        ),
        ("let in 203.0.113.7", Allow(blocks=("203.0.113.7/32",))),
        ("disallow Acme 203.0.113.7", Allow(demo="Acme", blocks=("203.0.113.7/32",), out=True)),
        ("credentials", ShowCredentials()),
        ("password Acme", ShowCredentials(demo="Acme")),
    ],
)
def test_what_is_typed_is_read(text: str, command: DemoCommand) -> None:
    """With a demo's name, its id, or nothing where there is one."""
    assert command == parse(text, CALLED)


@pytest.mark.parametrize("text", ["allow Acme", "allow", "allow Acme 203.0.113"])
def test_without_an_address_nobody_is_let_in(text: str) -> None:
    """The answer says what is expected."""
    answer = parse(text, CALLED)
    assert isinstance(answer, Misunderstood)
    assert "I expect an address" in answer.problems[0]


@pytest.mark.parametrize(
    ("action", "rest", "command"),
    [
        (spec.PAUSE, "", Pause(demo="demo0001")),
        (spec.PAUSE_NOW, "", Pause(demo="demo0001", confirmed=True)),
        (spec.RESUME, "", Resume(demo="demo0001")),
        (spec.CREDENTIALS, "", ShowCredentials(demo="demo0001")),
        (spec.LET_IN, " 1.2.3.4", AnswerRequest(demo="demo0001", address="1.2.3.4", let_in=True)),
        (spec.DECLINE, " ::1", AnswerRequest(demo="demo0001", address="::1", let_in=False)),
        (spec.LET_IN, " somebody", None),
        (spec.LET_IN, "", None),
    ],
)
def test_a_button_is_a_command(action: str, rest: str, command: DemoCommand | None) -> None:
    """A value that makes no sense is none."""
    assert command == command_of(action, f"demo0001{rest}")


def test_a_pause_says_what_it_loses_and_is_done_when_confirmed(stage: SlackStage) -> None:
    """Nothing changes before; resuming needs no question."""
    known = made(stage)
    stage.handle(Pause(demo=known.demo_id))
    assert Desired.RUNNING is stage.store.get(known.demo_id).desired_state
    asked = stage.chat.responses[-1]
    assert "its lease runs on" in text_of(asked)
    assert "while it rests" in text_of(asked)
    assert known.demo_id == buttons(asked)[spec.PAUSE_NOW]["value"]
    assert [] == problems(asked)
    stage.handle(Pause(demo=known.demo_id, confirmed=True))
    assert Desired.PAUSED is stage.store.get(known.demo_id).desired_state
    stage.handle(Resume())
    assert Desired.RUNNING is stage.store.get(known.demo_id).desired_state


def test_the_status_message_offers_what_fits() -> None:
    """Pause for a demo that runs, Resume for one that rests, nothing for one that ends."""
    running = demo(phase=Phase.READY)
    resting = demo(phase=Phase.PAUSED, desired_state=Desired.PAUSED)
    ending = demo(phase=Phase.DELETING, desired_state=Desired.DELETED)
    offered = [[b.action_id for b in spec.buttons(d)] for d in (running, resting, ending)]
    assert [[spec.PAUSE], [spec.RESUME], []] == offered
    assert [] == spec.buttons(demo(phase=Phase.PROVISIONING))


def test_an_owner_lets_addresses_in_and_keeps_them_out(stage: SlackStage) -> None:
    """Beside those that are let in already."""
    known = made(stage)
    stage.handle(Allow(demo=known.demo_id, blocks=(OFFICE,)))
    assert (HOME, OFFICE) == stage.store.get(known.demo_id).allowed_cidr
    assert OFFICE in text_of(stage.chat.responses[-1])
    stage.handle(Allow(demo=known.demo_id, blocks=(OFFICE,), out=True))
    assert (HOME,) == stage.store.get(known.demo_id).allowed_cidr
    stage.handle(Allow(demo=known.demo_id, blocks=("0.0.0.0/0",)))
    assert (HOME,) == stage.store.get(known.demo_id).allowed_cidr
    assert "too wide" in text_of(stage.chat.responses[-1])


def asking(stage: SlackStage, known: Demo) -> str:
    """Let a prospect ask to be let in; return what the timeline says."""
    _, token = stage.sharing.create(Caller(owner=OWNER), known.demo_id)
    stage.access.ask(token, "198.51.100.7")
    shares = stage.ports.shares
    (entry,) = [
        e
        for e in shares.entries[known.demo_id]  # type: ignore[attr-defined]
        if e.kind is EntryKind.ACCESS_REQUEST
    ]
    return str(entry.text)


def test_an_access_request_comes_with_its_answers(stage: SlackStage) -> None:
    """In the demo's thread, to its owner; pressing Let in lets the address in."""
    known = made(stage)
    show(stage.updates, known.demo_id, {})
    text = asking(stage, known)
    show(stage.updates, known.demo_id, {"EVENT#1": Notice(text, access_request=True)})
    _, posted, thread, _ = stage.chat.posts[-1]
    assert thread
    assert f"<@{ANN}> 198.51.100.7 asks to be let in" in text_of(posted)
    assert [] == problems(posted)
    pressed = command_of(spec.LET_IN, buttons(posted)[spec.LET_IN]["value"])
    assert pressed is not None
    stage.handle(pressed, pressed=True)
    assert (HOME, OFFICE) == stage.store.get(known.demo_id).allowed_cidr


def test_a_declined_address_stays_out(stage: SlackStage) -> None:
    """And nobody else's press answers."""
    known = made(stage)
    asking(stage, known)
    decline = AnswerRequest(demo=known.demo_id, address="198.51.100.7", let_in=False)
    stage.handle(decline, BOB, pressed=True)
    assert f"Only <@{ANN}>" in text_of(stage.chat.responses[-1])
    stage.handle(decline, pressed=True)
    assert "is not let in" in text_of(stage.chat.responses[-1])
    assert (HOME,) == stage.store.get(known.demo_id).allowed_cidr


def test_credentials_go_to_who_asked_and_nowhere_else(stage: SlackStage) -> None:
    """Where that response cannot be given, nothing is written in their place."""
    known = made(stage)
    stage.handle(ShowCredentials(demo=known.demo_id))
    assert "Nothing of" in text_of(stage.chat.responses[-1])
    posts = len(stage.chat.posts)
    stage.chat.errors["respond"] = [Rejected("used up")]
    sent = stage.slack_request(ShowCredentials(demo=known.demo_id))
    with pytest.raises(Rejected):
        respond_to(stage.updates, sent.key)
    assert posts == len(stage.chat.posts)


def test_a_password_is_shown_letter_by_letter() -> None:
    """What Slack would format in it stays as it is; a backtick alone cannot."""
    found = Credentials(
        component="db", user="demo", password="a*b_c<d>&e", address="db.example", command="x"
    )
    message = spec.credentials(CredentialsResult(demo=demo(), credentials=(found,)))
    assert "`a*b_c&lt;d&gt;&amp;e`" in json.dumps(message.blocks)
    assert [] == problems(message)


def test_nothing_of_these_is_done_to_a_demo_that_ends(stage: SlackStage) -> None:
    """The answer says how it is."""
    known = made(stage)
    stage.handle(Delete(demo=known.demo_id, confirmed=True))
    before = stage.store.get(known.demo_id)
    for command in (
        Pause(demo=known.demo_id, confirmed=True),
        Resume(demo=known.demo_id),
        Allow(demo=known.demo_id, blocks=(OFFICE,)),
    ):
        stage.handle(command)
        assert "cannot be changed" in text_of(stage.chat.responses[-1])
    with pytest.raises(NotFound):
        stage.access.let_in(Caller(owner=OWNER), known.demo_id, "198.51.100.7")
    assert before == stage.store.get(known.demo_id)

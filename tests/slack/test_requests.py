"""Handling requests: the same rules as over HTTP, once for each request."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.errors import AccessDenied, Rejected, StaleRecord, Unavailable
from chalicelib.core.local_time import LocalTime
from chalicelib.entrypoints.slack import status_message
from chalicelib.entrypoints.slack.stream import respond_to, show
from chalicelib.services.slack.commands import (
    Create,
    Delete,
    Extend,
    ListDemos,
    Retry,
    ShareDemo,
    ShowDemo,
)
from tests.slack.fakes import ADMIN, ANN, BOB, CHANNEL, SlackStage, buttons, text_of
from tests.unit.builders import HOME, NOW, OWNER


@pytest.fixture
def stage() -> SlackStage:
    return SlackStage()


def made(stage: SlackStage, user: str = ANN) -> str:
    """Ask for a demo; return its id."""
    sent = stage.slack_request(Create(components=("vpc",)), user)
    respond_to(stage.updates, sent.key)
    return sent.demo_id


def test_a_demo_is_the_same_persons_as_over_http(stage: SlackStage) -> None:
    """The Slack user's verified e-mail address is the owner, asked for once."""
    demo = stage.store.get(made(stage))
    assert (OWNER, (HOME,)) == (demo.owner, demo.allowed_cidr)
    made(stage)
    assert [ANN] == stage.chat.looked_up


def test_a_request_delivered_again_makes_one_demo(stage: SlackStage) -> None:
    """A second delivery finds the first one's work, even one that died half way."""
    sent = stage.slack_request(Create(components=("vpc",)))
    stage.chat.errors["account"] = [Unavailable("Slack is down")]
    with pytest.raises(Unavailable):
        respond_to(stage.updates, sent.key)
    respond_to(stage.updates, sent.key)
    stage.slack_store.handled.clear()  # as if the process had died before it noted the end
    respond_to(stage.updates, sent.key)
    assert [sent.demo_id] == [*stage.store.records]
    assert CHANNEL == stage.slack_store.refs[sent.demo_id].channel


def test_an_unconfirmed_address_gets_nothing(stage: SlackStage) -> None:
    """Nobody becomes an owner by an e-mail address that is not confirmed."""
    stage.handle(Create(), "U0NOBODY")
    assert {} == stage.store.records
    assert "not confirmed" in text_of(stage.chat.responses[0])


def test_the_quota_is_shared_and_named() -> None:
    """Past the limit the answer lists what takes up the places."""
    stage = SlackStage(per_owner=1)
    first = made(stage)
    made(stage)
    assert [first] == [*stage.store.records]
    assert first in text_of(stage.chat.responses[0])


def test_without_an_address_the_answer_asks_for_one(stage: SlackStage) -> None:
    """Slack tells nobody's address, so without a default the command needs one."""
    stage.slack_policy = replace(stage.slack_policy, cidr=())
    stage.handle(Create(components=("vpc",)))
    assert {} == stage.store.records
    assert "add 'from" in text_of(stage.chat.responses[0])


def test_pressing_extend_twice_extends_once(stage: SlackStage) -> None:
    """A button stands for a new end and not for more hours: a second press changes nothing."""
    demo_id = made(stage)
    seen = stage.store.get(demo_id).expires_at
    for _ in range(2):
        press = stage.slack_request(Extend(demo=demo_id, seen=seen), pressed=True)
        respond_to(stage.updates, press.key)
    assert seen + timedelta(hours=2) == stage.store.get(demo_id).expires_at


def test_a_typed_extension_delivered_twice_extends_once(stage: SlackStage) -> None:
    """A request that was handled is not handled again, though its answer was lost."""
    demo_id = made(stage)
    before = stage.store.get(demo_id).expires_at
    sent = stage.slack_request(Extend(demo=demo_id, by=timedelta(hours=1)))
    stage.slack_store.refs.clear()  # a demo asked for over HTTP, so the answer is in words
    stage.chat.errors["respond"] = [Unavailable("Slack is down")]
    with pytest.raises(Unavailable):
        respond_to(stage.updates, sent.key)
    respond_to(stage.updates, sent.key)
    assert before + timedelta(hours=1) == stage.store.get(demo_id).expires_at


@pytest.mark.parametrize("command", [Delete, Extend, Retry])
def test_only_the_owner_or_an_admin_may_press(
    stage: SlackStage, command: type[Delete | Extend | Retry]
) -> None:
    """Somebody else gets a word why, which nobody but them sees, and nothing changes."""
    demo_id = made(stage)
    before = stage.store.get(demo_id)
    stage.handle(command(demo=demo_id), BOB, pressed=True)
    assert before == stage.store.get(demo_id)
    assert f"Only <@{ANN}> or an admin" in text_of(stage.chat.responses[-1])


def test_another_ones_demo_does_not_exist_when_typed(stage: SlackStage) -> None:
    """Ids are not to be guessed at: what is not yours is not there."""
    stage.handle(ShowDemo(demo=made(stage)), BOB)
    assert "There is no demo" in text_of(stage.chat.responses[-1])


def test_an_admin_may_delete_anybodys(stage: SlackStage) -> None:
    """The operator's list of admins counts here as the token's claim does over HTTP."""
    demo_id = made(stage)
    stage.handle(Delete(demo=demo_id, confirmed=True), ADMIN, pressed=True)
    assert Desired.DELETED is stage.store.get(demo_id).desired_state


def test_retry_is_for_the_quarantined(stage: SlackStage) -> None:
    """A press on a demo in another state says what state it is in."""
    stage.handle(Retry(demo=made(stage)), pressed=True)
    assert "only what failed is retried" in text_of(stage.chat.responses[-1])


def test_retry_hurries_a_quarantined_teardown(stage: SlackStage) -> None:
    """The teardown goes on at once, and the status message tells of it."""
    demo_id = made(stage)
    demo = stage.store.get(demo_id)
    stage.save(
        demo,
        replace(demo, phase=Phase.QUARANTINED, desired_state=Desired.DELETED, looping=False),
        (),
    )
    stage.handle(Retry(demo=demo_id), pressed=True)
    assert stage.store.get(demo_id).looping


def test_the_list_is_ones_own_and_everybodys_for_an_admin(stage: SlackStage) -> None:
    """`list all` is refused to others in words."""
    demo_id = made(stage)
    stage.handle(ListDemos(everybody=True), BOB)
    assert "Only an admin" in text_of(stage.chat.responses[-1])
    stage.handle(ListDemos(), BOB)
    assert "no demo" in text_of(stage.chat.responses[-1])
    stage.handle(ListDemos(everybody=True), ADMIN)
    assert demo_id in text_of(stage.chat.responses[-1])


def test_a_used_up_answer_goes_by_direct_message(stage: SlackStage) -> None:
    """An answer's address is good for half an hour; then a direct message is sent."""
    stage.chat.errors["respond"] = [Rejected("expired_url")]
    stage.handle(ListDemos())
    assert [ANN] == [channel for channel, *_ in stage.chat.posts]


def test_a_record_written_meanwhile_is_tried_again(
    stage: SlackStage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A lost race is the stream's to bring again, and the person is not told."""
    demo_id = made(stage)

    def stale(*_: object) -> None:
        raise StaleRecord("moved on")

    monkeypatch.setattr(stage.store, "save", stale)
    with pytest.raises(StaleRecord):
        stage.handle(Delete(demo=demo_id, confirmed=True))
    assert [] == stage.chat.responses


def test_what_the_operator_must_mend_is_reported_and_logged(stage: SlackStage) -> None:
    """The person is told that it is not them; the stream logs the rest and goes on."""
    stage.chat.errors["account"] = [AccessDenied("users.info: token_revoked")]
    with pytest.raises(AccessDenied):
        stage.handle(Create())
    assert "on our side" in text_of(stage.chat.responses[0])
    assert "token" not in text_of(stage.chat.responses[0])


def test_a_demo_has_its_place_before_it_has_notices(stage: SlackStage) -> None:
    """Where a demo is shown is known before the demo is, so the first notice is not lost."""
    seen: list[bool] = []
    create = stage.store.create

    def watched(demo: Demo, *rest: Any) -> None:
        seen.append(demo.demo_id in stage.slack_store.refs)
        create(demo, *rest)

    stage.store.create = watched  # type: ignore[method-assign, assignment]
    made(stage)
    assert [True] == seen


def test_an_address_of_another_domain_owns_nothing() -> None:
    """The operator's list holds in Slack as over HTTP, and for everybody but admins."""
    stage = SlackStage()
    stage.slack_policy = replace(stage.slack_policy, owner_domains=frozenset({"example.org"}))
    stage.handle(Create(components=("vpc",)))
    assert [] == [*stage.store.records]
    assert "may not have demos here" in stage.chat.responses[-1].text
    stage.handle(Create(components=("vpc",)), ADMIN)
    assert 1 == len(stage.store.records)


def test_no_words_of_an_asker_are_marked_up() -> None:
    """A component's name with marks in it is shown as it was typed, whatever else is in it."""
    stage = SlackStage()
    stage.handle(Create(components=("`<!channel>`",)))
    assert "<!channel>" not in stage.chat.responses[-1].text
    assert "&lt;!channel&gt;" in stage.chat.responses[-1].text


def named(stage: SlackStage, name: str, user: str = ANN) -> str:
    """Ask for a demo of a name; return its id."""
    return stage.handle(Create(components=("vpc",), name=name), user).demo_id


def test_a_demo_is_called_by_its_name_or_not_at_all(stage: SlackStage) -> None:
    """The only one needs no name; of several a part of the name will do."""
    first = named(stage, "Acme pilot")
    stage.handle(ShowDemo())
    assert first in stage.chat.responses[-1].text
    second = named(stage, "Bolt")
    for typed, expected in (("acme", first), ("BOLT", second), (second.upper(), second)):
        stage.handle(ShowDemo(demo=typed))
        assert expected in stage.chat.responses[-1].text


def test_a_whole_name_comes_before_a_part(stage: SlackStage) -> None:
    """A demo called Acme is meant by its name, though another's begins so."""
    named(stage, "Acme pilot")
    acme = named(stage, "Acme")
    stage.handle(ShowDemo(demo="acme"))
    assert acme in stage.chat.responses[-1].text


def test_several_that_fit_are_listed(stage: SlackStage) -> None:
    """The answer has each as the command that is meant of it alone, and nothing is done."""
    ids = [named(stage, "Acme one"), named(stage, "Acme two")]
    before = dict(stage.store.records)
    for typed in ("acme", ""):
        stage.handle(Delete(demo=typed, confirmed=True))
        answer = text_of(stage.chat.responses[-1])
        assert all(f"`/demo delete {demo_id}`" in answer for demo_id in ids)
    assert before == stage.store.records


def test_another_ones_name_is_no_name(stage: SlackStage) -> None:
    """Names are looked for among one's own demos."""
    named(stage, "Acme")
    stage.handle(ShowDemo(demo="Acme"), BOB)
    assert "There is no demo `Acme` of yours." in text_of(stage.chat.responses[-1])
    stage.handle(Extend(), BOB)
    assert "You have no such demo." in text_of(stage.chat.responses[-1])


def test_a_typed_deletion_is_asked_back(stage: SlackStage) -> None:
    """As the button does: it names the demo, and one press more deletes it."""
    demo_id = named(stage, "Acme")
    stage.handle(Delete(demo="Acme"))
    question = stage.chat.responses[-1]
    assert Desired.RUNNING is stage.store.get(demo_id).desired_state
    assert "Delete *Acme*" in text_of(question)
    button = buttons(question)[status_message.DELETE]
    command = status_message.command_of(status_message.DELETE, button["value"])
    assert command is not None
    stage.handle(command, pressed=True)
    assert Desired.DELETED is stage.store.get(demo_id).desired_state


def test_until_is_where_the_asker_is(stage: SlackStage) -> None:
    """Half past six in Berlin, and tomorrow's when today's is past."""
    made_at_ten = stage.handle(
        Create(components=("vpc",), until=LocalTime(hour=18, minute=30))
    ).demo_id
    assert NOW.replace(hour=17, minute=30) == stage.store.get(made_at_ten).expires_at
    stage.handle(Extend(demo=made_at_ten, until=LocalTime(hour=9)))
    tomorrow = NOW.replace(hour=8) + timedelta(days=1)
    assert tomorrow == stage.store.get(made_at_ten).expires_at


def test_a_lease_that_is_too_long_says_until_when_it_can_be(stage: SlackStage) -> None:
    """The latest end is a moment that each reader sees in their own zone."""
    demo_id = made(stage)
    stage.slack_store.refs.clear()
    stage.handle(Extend(demo=demo_id, by=timedelta(hours=100)))
    assert "The lease can run until <!date^" in text_of(stage.chat.responses[-1])


def test_a_prospect_link_is_made_for_the_asker_alone(stage: SlackStage) -> None:
    """It is in the answer, opens the demo, and nothing else in Slack shows it."""
    demo_id = named(stage, "Acme")
    show(stage.updates, demo_id, {})
    page = "https://x.example/api/app"
    stage.handle(ShareDemo(demo="Acme"), page_url=page)
    (token,) = re.findall(
        r"<https://x.example/api/share#([^|]+)[|]", text_of(stage.chat.responses[0])
    )
    _, shared = stage.sharing.visit(token, count=False)
    assert demo_id == shared.demo_id
    assert not any(token in text_of(message) for _, message, *_ in stage.chat.posts)


def test_a_link_keeps_its_label(stage: SlackStage) -> None:
    """As on the page: for the owner, on the list and on the timeline."""
    demo_id = named(stage, "Acme")
    stage.handle(ShareDemo(demo="Acme", label="Their CTO"))
    assert ["Their CTO"] == [s.label for s in stage.sharing.shares.of_demo(demo_id)]


def test_a_stranger_gets_no_prospect_link(stage: SlackStage) -> None:
    """Whoever may not see a demo may not show it."""
    demo_id = made(stage)
    stage.handle(ShareDemo(demo=demo_id), BOB, pressed=True)
    assert f"Only <@{ANN}> or an admin" in text_of(stage.chat.responses[-1])
    assert [] == [*stage.sharing.shares.of_demo(demo_id)]


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (Retry(demo="slack0001"), "`slack0001` is requested; only what failed is retried."),
        (Create(components=("vpc",), region="us-west-2"), "The region 'us-west-2' is not open"),
        (Create(components=("vpc",), ttl=timedelta(hours=999)), "The lease must be more than 0"),
        (Create(components=("esc",)), "'esc' is no component; "),
        (ListDemos(everybody=True), "Only an admin may list everybody's demos."),
        (Delete(demo="nobodys1"), "There is no demo `nobodys1` of yours."),
    ],
)
def test_a_refusal_is_a_sentence(stage: SlackStage, command: Any, expected: str) -> None:
    """It has a subject, a capital and a full stop, and leaves an id as it is."""
    made(stage)
    stage.handle(command)
    answer = text_of(stage.chat.responses[-1])
    assert f":no_entry_sign: {expected}" in answer
    assert answer.endswith(".")

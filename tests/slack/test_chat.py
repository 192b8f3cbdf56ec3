"""The adapter over HTTP: what it sends, and what it makes of Slack's answers."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Any

import pytest

from chalicelib.adapters.slack.chat import SlackChat
from chalicelib.core.errors import AccessDenied, DemoError, Rejected, Throttled, Unavailable
from chalicelib.entrypoints.slack.blocks import sentence
from chalicelib.services.slack.ports import ChannelUnavailable, Unverified
from local.slack.stand_in import CHANNEL, PEOPLE, TEAM, TOKEN, U_NOBODY, U_OTHER, Fault
from tests.slack.conftest import Listening
from tests.unit.builders import NOW

HELLO = sentence("hello")


class Time:
    """A clock that only sleeping moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def chat(slack: Listening, clock: Time) -> SlackChat:
    return SlackChat(TOKEN, f"{slack.url}/api/", team_id=TEAM, clock=clock, sleep=clock.sleep)


def test_a_message_is_posted_and_put_in_place(slack: Listening, chat: SlackChat) -> None:
    """The channel and time stamp that Slack answers lead to the message later."""
    channel, ts = chat.post(CHANNEL, HELLO)
    chat.update(channel, ts, sentence("bye"))
    (message,) = slack.stand_in.received.messages
    assert ("bye", 1) == (message.text, message.edits)


def test_a_verified_address_is_in_lower_case(chat: SlackChat) -> None:
    """The owner over HTTP is in lower case as well."""
    assert "other@example.com" == chat.account(U_OTHER).email
    with pytest.raises(Unverified, match="not confirmed"):
        chat.account(U_NOBODY)


def test_an_account_has_its_time_zone(chat: SlackChat, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack says where somebody is; where the zone's name is not known its offset counts."""
    zoned = ACCOUNT | {"tz": "Asia/Kolkata", "tz_offset": 19800}
    for name, changed in (("U0A", {}), ("U0B", {"tz": "Moon/Base"}), ("U0C", {"tz": None})):
        monkeypatch.setitem(PEOPLE, name, zoned | changed)
        found = chat.account(name)
        assert timedelta(hours=5.5) == found.time_zone.utcoffset(NOW)
    monkeypatch.setitem(PEOPLE, "U0D", ACCOUNT)
    assert UTC == chat.account("U0D").time_zone


OTHER_TEAM = "T0FOREIGN"
ACCOUNT = {"team_id": TEAM, "profile": {"email": "ann@example.com"}, "is_email_confirmed": True}


def email_of(chat: SlackChat, monkeypatch: pytest.MonkeyPatch, **changed: Any) -> str:
    """Ask for the address of somebody whom the workspace describes so."""
    monkeypatch.setitem(PEOPLE, "U0SOME", ACCOUNT | changed)
    return chat.account("U0SOME").email


@pytest.mark.parametrize(
    "changed",
    [
        {"team_id": OTHER_TEAM},
        {"team_id": OTHER_TEAM, "is_stranger": False},
        {"team_id": None},
        {"team_id": OTHER_TEAM, "enterprise_user": {"teams": [OTHER_TEAM]}},
        {"team_id": OTHER_TEAM, "enterprise_user": None},
        {"is_stranger": True},
        {"is_bot": True},
        {"deleted": True},
        {"is_restricted": True},
        {"is_restricted": True, "is_ultra_restricted": True},
        {"is_ultra_restricted": True},
        {"profile": {"email": "\u212aelvin@example.com"}},
        {"profile": {}},
        {"is_email_confirmed": "yes"},
    ],
)
def test_who_is_no_member_has_no_address(
    chat: SlackChat, monkeypatch: pytest.MonkeyPatch, changed: dict[str, Any]
) -> None:
    """People of another organisation, guests and bots: their address is for others to set."""
    with pytest.raises(Unverified):
        email_of(chat, monkeypatch, **changed)


def test_a_member_of_our_workspace_may_be_of_others(
    chat: SlackChat, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Enterprise Grid an account lists its workspaces."""
    grid = {"team_id": "E0GRID", "enterprise_user": {"teams": [OTHER_TEAM, TEAM]}}
    assert "ann@example.com" == email_of(chat, monkeypatch)
    assert "ann@example.com" == email_of(chat, monkeypatch, **grid)


def test_an_operator_may_let_guests_in(slack: Listening, monkeypatch: pytest.MonkeyPatch) -> None:
    """Guests of our own workspace, and still nobody else's people."""
    chat = SlackChat(TOKEN, f"{slack.url}/api/", team_id=TEAM, guests=True)
    assert "ann@example.com" == email_of(chat, monkeypatch, is_ultra_restricted=True)
    with pytest.raises(Unverified):
        email_of(chat, monkeypatch, is_restricted=True, team_id=OTHER_TEAM)


def test_a_client_without_a_workspace_knows_nobody(
    slack: Listening, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may open forms; it says of nobody who they are."""
    chat = SlackChat(TOKEN, f"{slack.url}/api/")
    with pytest.raises(Unverified):
        email_of(chat, monkeypatch, team_id="")


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault(status=429, retry_after=60), Throttled),
        (Fault(error="ratelimited"), Throttled),
        (Fault(status=500), Unavailable),
        (Fault(error="internal_error"), Unavailable),
        (Fault(error="not_in_channel"), ChannelUnavailable),
        (Fault(error="message_not_found"), ChannelUnavailable),
        (Fault(error="token_revoked"), AccessDenied),
        (Fault(error="invalid_blocks"), Rejected),
    ],
)
def test_slacks_errors_become_ours(
    slack: Listening, chat: SlackChat, fault: Fault, expected: type[DemoError]
) -> None:
    """What to do about an error decides its class: later, elsewhere, or never."""
    slack.stand_in.faults = [fault]
    with pytest.raises(expected):
        chat.post(CHANNEL, HELLO)


def test_a_slack_that_is_not_there_is_tried_later(clock: Time) -> None:
    """No connection is a matter of time."""
    nowhere = SlackChat(TOKEN, "http://127.0.0.1:9/api/", timeout=1, clock=clock)
    with pytest.raises(Unavailable):
        nowhere.post(CHANNEL, HELLO)
    with pytest.raises(Unavailable):
        nowhere.respond("http://127.0.0.1:9/answers/x", HELLO)


def test_a_short_retry_after_is_waited_out(slack: Listening, chat: SlackChat, clock: Time) -> None:
    """The next call comes when Slack said it may, and not before."""
    slack.stand_in.faults = [Fault(status=429, retry_after=7)]
    with pytest.raises(Throttled):
        chat.post(CHANNEL, HELLO)
    chat.post(CHANNEL, HELLO)
    assert 7.0 == clock.now


def test_a_long_retry_after_makes_no_call(slack: Listening, chat: SlackChat, clock: Time) -> None:
    """Until its time has come Slack is left alone, however often the stream asks."""
    slack.stand_in.faults = [Fault(status=429, retry_after=50)]
    for _ in range(3):
        with pytest.raises(Throttled):
            chat.post(CHANNEL, HELLO)
    assert 1 == len(slack.stand_in.received.calls)
    chat.post(CHANNEL, HELLO)
    assert 50.0 == clock.now


def test_an_answer_goes_to_slack_and_nowhere_else(slack: Listening, chat: SlackChat) -> None:
    """An address that is not Slack's is not called, even if it was signed."""
    chat.respond(f"{slack.url}/answers/one", HELLO)
    (answer,) = slack.stand_in.received.answers
    assert ("ephemeral", False) == (answer["response_type"], answer["replace_original"])
    for url in ("https://evil.example/x", "http://169.254.169.254/latest", ""):
        with pytest.raises(Rejected):
            chat.respond(url, HELLO)


def test_the_stand_in_refuses_what_slack_would(slack: Listening, chat: SlackChat) -> None:
    """A payload past a limit is an error, and is kept for the test to see."""
    too_long = {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}
    with pytest.raises(Rejected, match="invalid_blocks"):
        chat.post(CHANNEL, type(HELLO)(text="x", blocks=(too_long,)))
    assert [
        "blocks[0]: text attribute cannot exceed 3000 characters"
    ] == slack.stand_in.received.problems


def test_one_methods_limit_holds_no_other(slack: Listening, chat: SlackChat, clock: Time) -> None:
    """Slack limits each method for itself, so answers go on while updates wait."""
    slack.stand_in.faults = [Fault(method="chat.update", status=429, retry_after=60)]
    with pytest.raises(Throttled):
        chat.update(CHANNEL, "1.1", HELLO)
    chat.post(CHANNEL, HELLO)
    chat.respond(f"{slack.url}/answers/one", HELLO)
    assert 0.0 == clock.now

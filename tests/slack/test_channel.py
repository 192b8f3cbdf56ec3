"""The status message and its notices: always the latest, edited in place, nothing twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.core.component import Status
from chalicelib.core.demo import Phase
from chalicelib.core.errors import Throttled
from chalicelib.entrypoints.slack.stream import Notice, show
from chalicelib.services.slack.commands import Create
from chalicelib.services.slack.ports import ChannelUnavailable
from tests.slack.fakes import ANN, CHANNEL, SlackStage, text_of
from tests.unit.builders import component, demo


class Shown(SlackStage):
    """A stage with one demo that was asked for in Slack."""

    def __init__(self) -> None:
        super().__init__()
        self.demo_id = self.handle(Create(components=("vpc",))).demo_id

    def changed(self, **fields: object) -> None:
        before = self.store.get(self.demo_id)
        self.store.save(before, replace(before, **fields), ())  # type: ignore[arg-type]

    def show(self, **notices: Notice) -> None:
        show(self.updates, self.demo_id, notices)


@pytest.fixture
def stage() -> Shown:
    return Shown()


def test_the_message_is_posted_once_and_then_edited(stage: Shown) -> None:
    """One message a demo, wherever it is in its life."""
    stage.show()
    stage.changed(phase=Phase.READY)
    stage.show()
    assert [CHANNEL] == [channel for channel, *_ in stage.chat.posts]
    assert "*Ready*" in text_of(stage.chat.updates[0])


def test_an_unchanged_demo_is_not_sent_again(stage: Shown) -> None:
    """A change of the record that shows nowhere costs no call."""
    stage.show()
    stage.changed(generation=7)
    stage.show()
    assert [] == stage.chat.updates


def test_each_notice_is_given_once_in_the_thread(stage: Shown) -> None:
    """A notice delivered again, by the stream or for an earlier failure, is not repeated."""
    warning = Notice("a demo ends in 2 h, at 13:00 UTC", urgent=True)
    ready = Notice("Quarter ends in June is ready: it is", urgent=False)
    stage.show(one=warning)
    stage.chat.errors["post"] = [Throttled("wait")]
    with pytest.raises(Throttled):
        stage.show(one=warning, two=ready)
    stage.show(one=warning, two=ready)
    threads = [(thread, broadcast) for _, _, thread, broadcast in stage.chat.posts[1:]]
    assert [("1.1", True), ("1.1", False)] == threads


def test_a_channel_we_are_not_in_leads_to_a_direct_message(stage: Shown) -> None:
    """The demo is shown to who asked for it, who is told how to have it in the channel."""
    stage.chat.errors["post"] = [ChannelUnavailable("not_in_channel")]
    stage.show()
    assert ANN == stage.slack_store.refs[stage.demo_id].channel
    assert "Invite me" in text_of(stage.chat.responses[0])


def test_a_demo_that_was_handed_over_shows_nothing_more(stage: Shown) -> None:
    """The channel is its earlier owner's: it says once who has it now, until it comes back."""
    stage.show()
    stage.changed(owner="bob@example.com", first_owner="ann@example.com")
    stage.show(one=Notice("it is ready"))
    stage.changed(phase=Phase.READY)
    stage.show(two=Notice("it failed", urgent=True))
    (last,) = stage.chat.updates
    assert "handed over to bob@example.com" in text_of(last)
    assert "button" not in repr(last.blocks)
    assert 1 == len(stage.chat.posts)
    stage.changed(owner="ann@example.com", first_owner="")
    stage.show(three=Notice("it is ready again"))
    assert "button" in repr(stage.chat.updates[-1].blocks)
    assert 2 == len(stage.chat.posts)


def test_a_deleted_message_starts_anew(stage: Shown) -> None:
    """Where somebody removed the message, the next change posts another."""
    stage.show()
    stage.chat.errors["update"] = [ChannelUnavailable("message_not_found")]
    stage.changed(phase=Phase.READY)
    stage.show()
    assert ["1.1", "1.2"] == ["1.1", stage.slack_store.refs[stage.demo_id].ts]


def test_a_failed_update_is_made_up_for(stage: Shown) -> None:
    """Nothing is noted as shown before it is."""
    stage.show()
    stage.changed(phase=Phase.READY)
    stage.chat.errors["update"] = [Throttled("wait")]
    with pytest.raises(Throttled):
        stage.show()
    stage.show()
    assert 1 == len(stage.chat.updates)


def test_a_demo_from_elsewhere_is_left_alone(stage: Shown) -> None:
    """What was asked for over HTTP shows nowhere in Slack."""
    other = demo(component("vpc", status=Status.READY), demo_id="http0001")
    stage.store.records[other.demo_id] = other
    show(stage.updates, other.demo_id, {"one": Notice("a demo is ready", urgent=False)})
    assert [] == stage.chat.posts

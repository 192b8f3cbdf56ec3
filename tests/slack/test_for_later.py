"""Demos for later, as people ask for them in Slack and see them there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.demo import Demo
from chalicelib.core.local_time import LocalTime
from chalicelib.entrypoints.slack import responses, spec, status_message
from chalicelib.entrypoints.slack.blocks import when
from chalicelib.entrypoints.slack.command import parse
from chalicelib.entrypoints.slack.create import Misunderstood
from chalicelib.entrypoints.slack.status_message import command_of
from chalicelib.entrypoints.slack.stream import show
from chalicelib.entrypoints.slack.words import component_words
from chalicelib.services.slack.commands import Begin, Create, ListDemos, Pause
from tests.slack.fakes import ZONE, SlackStage, buttons, text_of
from tests.slack.test_messages import problems
from tests.unit.builders import NOW

CALLED = component_words(PackagedTemplates().catalog())
BERLIN = ZoneInfo(ZONE)
HOUR = timedelta(hours=1)
TWO = LocalTime(hour=14)
TOMORROW = LocalTime(hour=14, tomorrow=True)


@pytest.fixture
def stage() -> SlackStage:
    return SlackStage()


def made(stage: SlackStage, **command: Any) -> Demo:
    """Ask for a demo in Slack, and have its message shown."""
    sent = stage.handle(Create(components=("vpc",), **command))
    show(stage.updates, sent.demo_id, {})
    return stage.store.get(sent.demo_id)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "create ecs ready by 14:00 tomorrow for 4h",
            Create(components=("ecs",), ready_by=TOMORROW, ttl=4 * HOUR),
        ),
        ("create ready by 2pm ecs", Create(components=("ecs",), ready_by=TWO)),
        ("ecs ready at 2 pm", Create(components=("ecs",), ready_by=TWO)),
        (
            "create ecs for 2h ready by Friday 9:30 am please",
            Create(
                components=("ecs",),
                ttl=2 * HOUR,
                ready_by=LocalTime(hour=9, minute=30, weekday=4),
            ),
        ),
        (
            "ecs ready tomorrow at noon until 6pm",
            Create(
                components=("ecs",),
                ready_by=LocalTime(hour=12, tomorrow=True),
                until=LocalTime(hour=18),
            ),
        ),
        ("create ecs ready in 3 hours", Create(components=("ecs",), ready_in=3 * HOUR)),
        ("create ecs ready in 14 hours", Create(components=("ecs",), ready_in=14 * HOUR)),
        ("ecs ready in half an hour", Create(components=("ecs",), ready_in=HOUR / 2)),
        (
            "ecs for 2h, ready in 90 min",
            Create(components=("ecs",), ttl=2 * HOUR, ready_in=1.5 * HOUR),
        ),
        (
            "create ecs called Acme ready by 14:00",
            Create(components=("ecs",), name="Acme", ready_by=TWO),
        ),
        ("create ecs ready=14:00", Create(components=("ecs",), ready_by=TWO)),
        ("begin Acme pilot", Begin(demo="Acme pilot")),
        ("begin", Begin()),
    ],
)
def test_a_moment_is_understood(text: str, expected: object) -> None:
    """With or without a day, in 12 and 24 hours, or in a while."""
    assert expected == parse(text, CALLED)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("create ecs ready", "After `ready` I expect a time such as"),
        ("create ecs ready by 5", "or `in 3 hours`, not `5`"),
        ("create ecs ready by tea", "or `in 3 hours`, not `tea`"),
        ("create ecs ready by 2pm ready in 2h", "I read 2 ready times. Give one."),
    ],
)
def test_a_slip_says_what_is_expected(text: str, expected: str) -> None:
    """Once, and nothing else."""
    answer = parse(text, CALLED)
    assert isinstance(answer, Misunderstood)
    assert 1 == len(answer.problems)
    assert expected in answer.problems[0]


@pytest.mark.parametrize(
    ("command", "day", "hour"),
    [
        ({"ready_by": TWO}, 5, 14),
        ({"ready_by": TOMORROW}, 6, 14),
        ({"ready_by": LocalTime(hour=9)}, 6, 9),
        ({"ready_in": 4 * HOUR}, 5, 14),
    ],
)
def test_a_moment_is_where_the_asker_is(
    stage: SlackStage, command: dict[str, Any], day: int, hour: int
) -> None:
    """It is ten o'clock on the fifth in Berlin."""
    demo = made(stage, **command, ttl=2 * HOUR)
    assert demo.ready_by is not None
    local = demo.ready_by.astimezone(BERLIN)
    assert (day, hour, 0) == (local.day, local.hour, local.minute)
    assert (True, 2 * HOUR, []) == (
        demo.waiting,
        demo.expires_at - demo.ready_by,
        stage.workflow.started,
    )


@pytest.mark.parametrize(
    ("until", "hours"),
    [
        (LocalTime(hour=18), 4),
        (LocalTime(hour=18, tomorrow=True), 4),
        (LocalTime(hour=9), 19),
        (LocalTime(hour=18, weekday=2), 28),
    ],
)
def test_an_end_by_the_clock_comes_after_it_is_ready(
    stage: SlackStage, until: LocalTime, hours: int
) -> None:
    """It is ready on Tuesday at two; and tomorrow is the asker's."""
    demo = made(stage, ready_by=TOMORROW, until=until)
    assert demo.ready_by is not None
    assert hours * HOUR == demo.expires_at - demo.ready_by


def test_an_end_before_it_is_ready_is_refused(stage: SlackStage) -> None:
    """In words, about the lease."""
    stage.handle(
        Create(components=("vpc",), ready_by=LocalTime(hour=9, weekday=3), until=TOMORROW)
    )
    assert {} == stage.store.records
    assert "The lease must be more than 0" in text_of(stage.chat.responses[-1])


def test_a_moment_that_is_too_far_is_refused(stage: SlackStage) -> None:
    """In words, and without a demo."""
    stage.handle(Create(components=("vpc",), ready_in=timedelta(days=15)))
    assert {} == stage.store.records
    assert "The time to be ready by must be at most 336 hours" in text_of(stage.chat.responses[-1])


def test_its_message_says_when_it_starts(stage: SlackStage) -> None:
    """Start, moment and end, each in the reader's zone; and what can be done by then."""
    demo = made(stage, ready_by=TOMORROW)
    (_, shown, _, _) = stage.chat.posts[-1]
    assert demo.ready_by is not None
    assert f"Starts {when(demo.begins_at)}, ready by {when(demo.ready_by)}" in text_of(shown)
    assert "*Scheduled*" in text_of(shown)
    assert ": Scheduled" in shown.text
    assert "0 of" not in text_of(shown)
    assert [spec.BEGIN, status_message.DELETE] == [*buttons(shown)]
    assert [] == problems(shown)


def test_start_now_begins_it(stage: SlackStage) -> None:
    """By its button, or typed; its message counts down to its end then."""
    demo = made(stage, ready_by=TOMORROW)
    pressed = command_of(spec.BEGIN, demo.demo_id)
    assert Begin(demo=demo.demo_id) == pressed
    stage.handle(Begin(demo=demo.demo_id), pressed=True)
    assert [(demo.demo_id, 1)] == stage.workflow.started
    show(stage.updates, demo.demo_id, {})
    assert "Ends <!date^" in text_of(stage.chat.updates[-1])
    stage.handle(Begin(demo=demo.demo_id))
    assert "has begun" in text_of(stage.chat.responses[-1])


def test_a_demo_of_the_web_page_is_begun_in_words(stage: SlackStage) -> None:
    """The only one that waits is meant where none is named."""
    made(stage)
    demo = made(stage, ready_by=TOMORROW)
    stage.slack_store.refs.clear()
    stage.handle(Begin())
    assert demo.demo_id in dict(stage.workflow.started)
    assert "is being built now" in text_of(stage.chat.responses[-1])


def test_a_pause_of_it_is_refused_and_not_asked_about(stage: SlackStage) -> None:
    """There is nothing to pause."""
    demo = made(stage, ready_by=TOMORROW)
    stage.handle(Pause(demo=demo.demo_id))
    assert "nothing to pause" in text_of(stage.chat.responses[-1])


def test_a_list_says_by_when(stage: SlackStage) -> None:
    """Beside its end."""
    demo = made(stage, ready_by=TOMORROW)
    stage.handle(ListDemos())
    assert f"ready by {when(demo.lease_begins)} · ends" in text_of(stage.chat.responses[-1])


def test_its_message_is_known_for_as_long_as_it_may_live(stage: SlackStage) -> None:
    """Which is from its moment on."""
    demo = made(stage, ready_by=TOMORROW)
    lease, days = stage.policy.lease, timedelta(days=90)
    kept = stage.slack_store.refs[demo.demo_id].keep_until
    assert NOW + lease.ahead + lease.in_total + days == kept


def test_the_answer_to_a_command_says_where_to_look(stage: SlackStage) -> None:
    """Its start is only known where the asker's time zone is."""
    for_later = Create(components=("vpc",), ready_by=TOMORROW)
    said = text_of(responses.accepted(for_later, stage.intake.preview(for_later)))
    assert "Its message says when it starts." in said
    usual = Create(components=("vpc",))
    assert "starts" not in text_of(responses.accepted(usual, stage.intake.preview(usual)))

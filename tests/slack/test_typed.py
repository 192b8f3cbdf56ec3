"""What people typed into Slack when they were let at it, and what each of it should mean."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.catalog import ALL
from chalicelib.core.local_time import LocalTime
from chalicelib.entrypoints.slack.command import Help, OpenForm, ShowCatalog, parse
from chalicelib.entrypoints.slack.create import Misunderstood
from chalicelib.entrypoints.slack.words import component_words
from chalicelib.services.slack.commands import (
    Create,
    Delete,
    Extend,
    ListDemos,
    Retry,
    ShareDemo,
    ShowDemo,
)

CALLED = component_words(PackagedTemplates().catalog())

ADDRESSES = "After `from` I expect addresses such as `203.0.113.7` or `203.0.113.0/24`"


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", OpenForm()),
        ("help", Help()),
        ("thanks", Help()),
        ("too", Help()),
        ("how much", Help()),
        ("how much is that", Help()),
        ("catalog", ShowCatalog()),
        ("list", ListDemos()),
        ("LIST", ListDemos()),
        ("list mine", ListDemos()),
        ("list all", ListDemos(everybody=True)),
        ("create", Create()),
        ("create all", Create(components=ALL)),
        ("please create everything now", Create(components=ALL)),
        ("create ecs for 2h", Create(components=("ecs",), ttl=hours(2))),
        ("ecs for two hours", Create(components=("ecs",), ttl=hours(2))),
        ("ecs for half an hour", Create(components=("ecs",), ttl=hours(0.5))),
        ("ecs for a couple of hours", Create(components=("ecs",), ttl=hours(2))),
        ("spin up ecs 4h", Create(components=("ecs",), ttl=hours(4))),
        ("can you make me a docker demo", Create(components=("ecs",))),
        ("create jenkins for Acme", Create(components=("jenkins",), name="Acme")),
        ("create jenkins for me please", Create(components=("jenkins",))),
        (
            "create ecs for 2h name Acme Corp",
            Create(components=("ecs",), ttl=hours(2), name="Acme Corp"),
        ),
        (
            "create ecs called Acme Corp for 2h",
            Create(components=("ecs",), ttl=hours(2), name="Acme Corp"),
        ),
        ("create ecs name=Größe", Create(components=("ecs",), name="Größe")),
        ("create s3 until 5pm", Create(components=("s3",), until=LocalTime(hour=17))),
        ("create s3 until 5 pm", Create(components=("s3",), until=LocalTime(hour=17))),
        ("s3 until 17:30", Create(components=("s3",), until=LocalTime(hour=17, minute=30))),
        ("s3 until noon", Create(components=("s3",), until=LocalTime(hour=12))),
        (
            "s3 until tomorrow at 9am",
            Create(components=("s3",), until=LocalTime(hour=9, tomorrow=True)),
        ),
        (
            "s3 until 9am on Friday please",
            Create(components=("s3",), until=LocalTime(hour=9, weekday=4)),
        ),
        ("create web", Create(components=("asg",))),
        ("create a web tier", Create(components=("asg",))),
        ("mysql", Create(components=("rds",))),
        ("database", Create(components=("rds",))),
        ("docker", Create(components=("ecs",))),
        ("elastic beanstalk", Create(components=("eb",))),
        ("create mysql database", Create(components=("rds",))),
        ("create database and docker", Create(components=("rds", "ecs"))),
        ("create databases", Create(components=("rds",))),
        ("create elastic beanstalk", Create(components=("eb",))),
        ("create beanstalk+web", Create(components=("eb", "asg"))),
        ("new demo pls", Create()),
        ("new demo of s3 pls", Create(components=("s3",))),
        ("create ecs thanks", Create(components=("ecs",))),
        ("create jenkins too", Create(components=("jenkins",))),
        ("create s3 in us-west-2", Create(components=("s3",), region="us-west-2")),
        ("create s3 for 1000h", Create(components=("s3",), ttl=hours(1000))),
        ("status Sloppy one", ShowDemo(demo="Sloppy one")),
        ("status", ShowDemo()),
        ("status k3f9x2ab", ShowDemo(demo="k3f9x2ab")),
        ("status of my demo", ShowDemo()),
        ("delete Sloppy one", Delete(demo="Sloppy one")),
        ("delete it please", Delete()),
        ("delete k3f9x2ab", Delete(demo="k3f9x2ab")),
        ("delete k3f9x2ab now!", Delete(demo="k3f9x2ab")),
        ("kill k3f9x2ab", Delete(demo="k3f9x2ab")),
        ("extend Sloppy one by 1h", Extend(demo="Sloppy one", by=hours(1))),
        ("extend k3f9x2ab by an hour", Extend(demo="k3f9x2ab", by=hours(1))),
        ("extend by an hour", Extend(by=hours(1))),
        ("extend 100h", Extend(by=hours(100))),
        ("extend until 6pm", Extend(until=LocalTime(hour=18))),
        (
            "extend Acme to 6pm tomorrow",
            Extend(demo="Acme", until=LocalTime(hour=18, tomorrow=True)),
        ),
        ("share k3f9x2ab", ShareDemo(demo="k3f9x2ab")),
        ("share Acme with us", ShareDemo(demo="Acme")),
        ('share Acme label="Their CTO"', ShareDemo(demo="Acme", label="Their CTO")),
        ("retry k3f9x2ab", Retry(demo="k3f9x2ab")),
    ],
)
def test_what_people_type_is_understood(text: str, expected: object) -> None:
    """Titles and synonyms, number words, times of day, names of demos and courtesy."""
    assert expected == parse(text, CALLED)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("create ec2", ("`ec2` is no component. Did you mean `ecs`?",)),
        (
            "create s3 from my ip",
            (f"{ADDRESSES}, not `my`.",),
        ),
        (
            "create s3 from anywhere for 2h",
            (f"{ADDRESSES}, not `anywhere`.",),
        ),
        ("who is using this", ("I do not know the command `who`.",)),
    ],
)
def test_one_slip_is_one_complaint(text: str, expected: tuple[str, ...]) -> None:
    """What stands where something else was expected is named once, and not judged again."""
    understood = parse(text, CALLED)
    assert isinstance(understood, Misunderstood)
    assert expected == understood.problems


@pytest.mark.parametrize("word", ["delet", "remov", "kil", "destory", "stpo", "endd", "terminat"])
def test_a_slip_never_suggests_a_deletion(word: str) -> None:
    """Whatever is typed next is the person's own word."""
    understood = parse(f"{word} Acme", CALLED)
    assert isinstance(understood, Misunderstood)
    assert "Did you mean" not in understood.problems[0]


@pytest.mark.parametrize("label", ["x" * 61, "a{b"])
def test_a_label_that_cannot_be_kept_is_refused(label: str) -> None:
    """In a sentence that names it."""
    answer = parse(f'share Acme label="{label}"', CALLED)
    assert isinstance(answer, Misunderstood)
    assert answer.problems[0].startswith("The label ")

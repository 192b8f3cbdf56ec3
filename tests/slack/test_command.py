"""What is typed after /demo: forgiving about form, precise about errors, never at a loss."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.core.catalog import ALL
from chalicelib.entrypoints.slack import responses
from chalicelib.entrypoints.slack.command import Help, OpenForm, ShowCatalog, parse
from chalicelib.entrypoints.slack.create import Misunderstood
from chalicelib.services.slack.commands import (
    Create,
    Delete,
    Extend,
    ListDemos,
    ShowDemo,
)
from local.slack.limits import message_problems

NAMES = {name: name for name in ("s3", "vpc", "sg", "rds", "ecs", "asg", "eb", "jenkins")}


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("create ecs for 2h", Create(components=("ecs",), ttl=hours(2))),
        ("ecs for 2h", Create(components=("ecs",), ttl=hours(2))),
        ("create all", Create(components=ALL)),
        ("create everything for 1 day", Create(components=ALL, ttl=hours(24))),
        ("create for 90 min ecs, jenkins", Create(components=("ecs", "jenkins"), ttl=hours(1.5))),
        ("CREATE Ecs+rds 2h30m", Create(components=("ecs", "rds"), ttl=hours(2.5))),
        ("new demo of ecs and rds please", Create(components=("ecs", "rds"))),
        ("create ecs for an hour", Create(components=("ecs",), ttl=hours(1))),
        ("create ecs for 1,5h", Create(components=("ecs",), ttl=hours(1.5))),
        ("create ecs for 8", Create(components=("ecs",), ttl=hours(8))),
        ("create ecs ttl=4h", Create(components=("ecs",), ttl=hours(4))),
        ('create ecs name="Acme pilot"', Create(components=("ecs",), name="Acme pilot")),
        ("create ecs name=“Acme pilot”", Create(components=("ecs",), name="Acme pilot")),
        ("create ecs name=Acme", Create(components=("ecs",), name="Acme")),
        ("create ecs called 'A &amp; B'", Create(components=("ecs",), name="A & B")),
        (
            "create from 203.0.113.7 and 198.51.100.0/24 in eu-west-1 ecs",
            Create(
                components=("ecs",),
                cidr=("203.0.113.7/32", "198.51.100.0/24"),
                region="eu-west-1",
            ),
        ),
        (
            "create ecs from 203.0.113.7,198.51.100.9",
            Create(components=("ecs",), cidr=("203.0.113.7/32", "198.51.100.9/32")),
        ),
        ("list", ListDemos()),
        ("ls all", ListDemos(everybody=True)),
        ("list my demos", ListDemos()),
        ("status k3f9x2ab", ShowDemo(demo="k3f9x2ab")),
        ("k3f9x2ab", ShowDemo(demo="k3f9x2ab")),
        ("extend k3f9x2ab 2h", Extend(demo="k3f9x2ab", by=hours(2))),
        ("extend 90 minutes `k3f9x2ab`", Extend(demo="k3f9x2ab", by=hours(1.5))),
        ("extend k3f9x2ab by a day", Extend(demo="k3f9x2ab", by=hours(24))),
        ("extend K3F9X2AB", Extend(demo="K3F9X2AB", by=hours(2))),
        ("delete k3f9x2ab", Delete(demo="k3f9x2ab")),
        ("catalog", ShowCatalog()),
        ("help me", Help()),
        ("  ", OpenForm()),
    ],
)
def test_a_command_is_understood(text: str, expected: object) -> None:
    """Order, units, quotes, case and small words are the writer's own."""
    assert expected == parse(text, NAMES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("create esc", "`esc` is no component. Did you mean `ecs`?"),
        ("create zzzzz", "`zzzzz` is no component."),
        ("crate ecs", "I do not know the command `crate`. Did you mean `create`?"),
        ("create ecs for 2 parsecs", "`parsecs` is no component"),
        ("create ecs for long", "After `for` I expect a duration"),
        ("create ecs for", "After `for` I expect a duration"),
        ("create ecs from home", "After `from` I expect addresses"),
        ("create ecs in 2h", "After `in` I expect a region"),
        ("create ecs for 2h for 3h", "I read 2 leases. Give one."),
        ("create ecs for 2h until 5pm", "I read 2 leases. Give one."),
        ("create ecs name=", "After `name` I expect a name"),
        ("create ecs nome=x", "There is no option `nome=`. Did you mean `name`?"),
        ("create ecs name=Acme pilot", 'name="two words"'),
        ("list yours", "`list` takes `all` or nothing"),
        ("extend Acme until five", "After `until` I expect a time"),
        ("create ecs until 5", "After `until` I expect a time"),
        ("create ecs until 25:00", "After `until` I expect a time"),
        ("delite Acme", "I do not know the command `delite`."),
    ],
)
def test_an_error_says_what_and_what_instead(text: str, expected: str) -> None:
    """What cannot be read is named, with what was expected in its place."""
    understood = parse(text, NAMES)
    assert isinstance(understood, Misunderstood)
    assert expected in " ".join(understood.problems)
    assert all(p[0] in "`I" or p[0].isupper() for p in understood.problems)
    assert all(p[-1] in ".?" for p in understood.problems)


WORDS = st.sampled_from(
    [
        *NAMES,
        *("create", "extend", "delete", "list", "for", "from", "in", "name=", '"', "2h", "9" * 40),
        *("h", "k3f9x2ab", "203.0.113.7", "999.1.1.1/99", "eu-west-1", "`", "<@U1>", "&amp;", "="),
    ]
)


@given(st.text(max_size=300) | st.lists(WORDS, max_size=12).map(" ".join))
@example("create " + "x" * 5000)
@example("for for for from from in in name name")
@example("create ²h for ٣h")
@example("extend 99999w k3f9x2ab")
def test_any_text_gets_an_answer(text: str) -> None:
    """Whatever is typed becomes a command, or a message that Slack would take."""
    understood = parse(text, NAMES)
    if isinstance(understood, Misunderstood):
        assert all(understood.problems)
        message = responses.misunderstood(understood.problems)
        assert [] == message_problems({"text": message.text, "blocks": list(message.blocks)})


def test_a_component_of_that_name_comes_before_everything() -> None:
    """A template that is called everything is asked for by its name."""
    assert Create(components=("everything",)) == parse(
        "create everything", {"everything": "everything"}
    )

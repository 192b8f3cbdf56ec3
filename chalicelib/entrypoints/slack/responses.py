"""What one person reads: the result of a command, why it was refused, lists and help."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final, assert_never

from chalicelib.core import durations
from chalicelib.core.catalog import BUNDLE, Catalog
from chalicelib.core.demo import Demo, Desired
from chalicelib.core.errors import DemoError, InvalidRequest, LimitReached, NotFound
from chalicelib.entrypoints.slack.blocks import (
    ago,
    context,
    escaped,
    link,
    message,
    section,
    sections,
    sentence,
    when,
)
from chalicelib.entrypoints.slack.status_message import PHASES, open_links, status_message
from chalicelib.services.slack.commands import (
    Create,
    Delete,
    DemoCommand,
    Extend,
    ListDemos,
    Retry,
    ShowDemo,
)
from chalicelib.services.slack.ports import Message, Unverified
from chalicelib.services.slack.requests import ListResult, NotOwner, Result

LISTED: Final = 20
_FIELD_WORDS: Final = {"ttl_hours": "lease", "allowed_cidr": "from", "region": "in"}


def response(command: DemoCommand, result: Result) -> Message | None:
    """Return the outcome of a command; None where the demo's status message shows it."""
    if isinstance(result, ListResult):
        return listing(result)
    demo = result.demo
    if result.shown:
        return None
    match command:
        case Extend():
            return sentence(f"`{demo.demo_id}` was extended: it ends {when(demo.expires_at)}.")
        case Delete():
            return sentence(f"`{demo.demo_id}` is being removed.")
        case Retry():
            return sentence(f"The removal of `{demo.demo_id}` is tried again.")
        case Create() | ShowDemo() | ListDemos():
            return status_message(demo)
        case _:
            assert_never(command)


def refusal(command: DemoCommand, error: DemoError) -> Message:
    """Return why a command was refused, in its own words."""
    match error:
        case InvalidRequest():
            return refused(explained(error))
        case LimitReached(limit="per owner"):
            held = ", ".join(f"`{demo_id}`" for demo_id in error.holders)
            return refused(f"you have {error.maximum} demos, which is as many as one may: {held}")
        case LimitReached():
            maximum = error.maximum
            return refused(f"all {maximum} places are taken; try again when a demo has ended")
        case NotOwner():
            owner = f"<@{error.owner}>" if error.owner else "its owner"
            return refused(f"only {owner} or an admin may do that")
        case NotFound():
            return refused(f"there is no demo `{getattr(command, 'demo_id', '')}` of yours")
        case Unverified():
            return refused(f"I cannot tell who you are: {error}")
        case _:
            return refused(escaped(str(error)))


def explained(error: InvalidRequest) -> str:
    """Return what is wrong with a request, in the words of the command."""
    return "; ".join(
        f"`{_FIELD_WORDS.get(field, field)}`: {escaped(text)}"
        for field, text in ((p.field.split(".")[0], p.message) for p in error.problems)
    )


def accepted(command: Create) -> Message:
    """Return that a demo was requested, before its status message is there."""
    named = () if isinstance(command.components, str) else command.components
    what = ", ".join(f"`{name}`" for name in named) or "everything"
    return sentence(f":wave: On it: a demo of {what}. It shows here in a moment.")


def our_fault() -> Message:
    """Return that only the operator can help."""
    return refused("something is wrong on our side; the log tells the operator what")


def not_in_channel() -> Message:
    """Return why a demo is shown in a direct message."""
    where = "I cannot write in this channel, so your demo is in our direct messages."
    return sentence(f":wave: {where} Invite me here and I write here the next time.")


def listing(result: ListResult) -> Message:
    """Return a list of live demos."""
    whose = "Everybody's" if result.everybody else "Your"
    if not result.demos:
        none = "Nobody has a demo" if result.everybody else "You have no demo"
        return sentence(f"{none} just now. `/demo` makes one.")
    shown = result.demos[:LISTED]
    more = result.more or len(result.demos) > LISTED
    rest = [context("There are more: the web page and `GET /demos` show all.")] if more else []
    lines = [_line(demo, result) for demo in shown]
    return message(
        f"{whose} demos: {', '.join(demo.demo_id for demo in shown)}",
        [section(f"*{whose} demos*"), *sections(lines), *rest],
    )


def _line(demo: Demo, result: ListResult) -> str:
    owner = f" · {escaped(demo.owner)}" if result.everybody else ""
    end = f" · ends {ago(demo.expires_at)}" if demo.desired_state is not Desired.DELETED else ""
    links = "".join(f" · {link(url, title)}" for title, url in open_links(demo)[:2])
    return f"{PHASES[demo.phase]} `{demo.demo_id}` {escaped(demo.name)}{owner}{end}{links}"


def catalog(offered: Catalog) -> Message:
    """Return the components that a demo can be made of."""
    lines = [
        f"`{escaped(c.name)}` *{escaped(c.title)}*, about "
        f"{durations.in_words(timedelta(minutes=c.typical_minutes))}{_brings(offered, c.name)}"
        f"{f': {escaped(c.description)}' if c.description else ''}"
        for c in offered.components.values()
        if c.name != BUNDLE
    ]
    example = "`/demo create ecs for 4h` makes a demo of one, `/demo` opens a form."
    return message("What a demo can be made of", [*sections(lines), context(example)])


def no_form(offered: Catalog) -> Message:
    """Return the catalog in place of a form that Slack would not open."""
    there = catalog(offered)
    excuse = sentence(":grey_question: Slack would not open the form just now.")
    return Message(text=there.text, blocks=(*excuse.blocks, *there.blocks))


def _brings(offered: Catalog, name: str) -> str:
    requires = sorted({n for n in offered.requires(name).values() if n != BUNDLE})
    return f", brings {', '.join(f'`{escaped(n)}`' for n in requires)}" if requires else ""


_COMMANDS: Final = (
    ("/demo", "open a form"),
    ('/demo create ecs jenkins name="Acme pilot" for 8h from 203.0.113.7', "create a demo"),
    ("/demo list", "your demos; `list all` shows everybody's to an admin"),
    ("/demo status k3f9x2ab", "one demo"),
    ("/demo extend k3f9x2ab 2h", "extend its lease"),
    ("/demo delete k3f9x2ab", "remove it and everything it made"),
    ("/demo catalog", "what a demo can be made of"),
)


def usage() -> Message:
    """Return the commands, each with what it does."""
    lines = [f"`{command}`  {does}" for command, does in _COMMANDS]
    rest = (
        "`/demo create all` makes a demo of everything; without `for` it has the usual lease. "
        "Order and units are up to you: `for 90 min`, `2 days`, `in eu-west-1`."
    )
    return message("How to use /demo", [*sections(lines), context(rest)])


def misunderstood(problems: Iterable[str]) -> Message:
    """Return what could not be read, and where help is."""
    lines = [f":grey_question: {problem[:1].upper()}{problem[1:]}" for problem in problems]
    shown = [*lines[:10], "`/demo help` shows the commands, `/demo` alone opens a form."]
    return message("I could not read that", sections(shown))


def refused(why: str) -> Message:
    """Return why something was not done."""
    return sentence(
        f":no_entry_sign: {why[:1].upper()}{why[1:]}{'' if why.endswith('.') else '.'}"
    )

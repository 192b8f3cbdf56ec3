"""What one person reads: the result of a command, why it was refused, questions, lists, help."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from chalicelib.core import durations
from chalicelib.core.catalog import Catalog
from chalicelib.core.demo import Demo, Desired
from chalicelib.core.errors import DemoError, InvalidRequest, LimitReached, NotFound, WrongState
from chalicelib.core.kinds import BUNDLE
from chalicelib.core.naming import DEMO_ID
from chalicelib.core.preview import Preview
from chalicelib.entrypoints.slack import spec
from chalicelib.entrypoints.slack.blocks import (
    actions,
    ago,
    button,
    context,
    escaped,
    link,
    message,
    price_in_words,
    section,
    sections,
    sentence,
    when,
)
from chalicelib.entrypoints.slack.command import COMMANDS
from chalicelib.entrypoints.slack.phases import phase_of
from chalicelib.entrypoints.slack.status_message import (
    DELETE,
    open_links,
    status_message,
)
from chalicelib.services.slack.commands import (
    Create,
    CredentialsResult,
    Delete,
    DemoCommand,
    DemoResult,
    Extend,
    ListResult,
    NotOneDemo,
    NotOwner,
    PauseQuestion,
    Result,
    Retry,
    ShareResult,
)
from chalicelib.services.slack.ports import Message, SlackRequest, Unverified

RUN: Final = "demo_run"
"""A button that does what its value says, as if it had been typed."""
LISTED: Final = 20
_SHOWN_LINKS: Final = 3
_TYPED: Final = 1900
_ABOUT_A_DEMO: Final = re.compile(rf"({DEMO_ID.pattern}) (?:is|has) ")
_FIELDS: Final = {
    "ttl_hours": "The lease",
    "expires_at": "The new end",
    "ready_by": "The time to be ready by",
    "allowed_cidr": "The address",
    "region": "The region",
    "name": "The name",
}
"""What a problem's sentence is about; others begin with their own subject."""


def response(request: SlackRequest, result: Result) -> Message | None:
    """Return the outcome of a request; None where the demo's status message shows it."""
    match result:
        case ListResult():
            return listing(result)
        case ShareResult():
            return _prospect_link(result, request.page_url)
        case CredentialsResult():
            return spec.credentials(result)
        case PauseQuestion():
            return spec.pause_question(result)
        case DemoResult():
            return _outcome(request.command, result)


def _outcome(command: DemoCommand, result: DemoResult) -> Message | None:
    demo = result.demo
    if result.shown:
        return None
    match command:
        case Extend():
            return sentence(f"{_named(demo)} ends {when(demo.expires_at)} now.")
        case Delete() if demo.desired_state is Desired.DELETED:
            return sentence(f"{_named(demo)} is being removed.")
        case Delete():
            return confirmation(demo)
        case Retry():
            what = "The removal of" if demo.desired_state is Desired.DELETED else "What failed of"
            return sentence(f"{what} {_named(demo)} is tried again.")
        case _:
            return spec.answered(command, demo) or status_message(demo)


def _named(demo: Demo) -> str:
    return f"*{escaped(demo.name)}* (`{demo.demo_id}`)"


def confirmation(demo: Demo) -> Message:
    """Return the question before a deletion; the button of a status message asks it as well."""
    question = f"Delete {_named(demo)}? Everything it made is removed, with all data in it."
    row = actions(button("Delete", DELETE, value=demo.demo_id, style="danger"))
    return message(f"Delete {escaped(demo.name)}?", [section(question), row])


def _prospect_link(result: ShareResult, page_url: str) -> Message:
    """Return a link that is only here, with what it opens and for how long."""
    url = f"{page_url.removesuffix('/app')}/share#{result.token}"
    until = when(result.share.expires_at)
    shown = (
        f":link: {link(url, f'Prospect link to {result.demo.name}')}\n"
        f"Whoever has it sees the demo's links and its end until {until}, without an account. "
        "It is shown here once. The web page can revoke it."
    )
    return message(f"Prospect link to {escaped(result.demo.name)}", [section(shown)])


def everything(text: str, preview: Preview) -> Message:
    """Return the question before a demo of everything that nobody requested in words."""
    question = f"You named no component. A demo of everything {_cost(preview)}."
    typed = f"{text[:_TYPED]} all"
    row = actions(button("Create everything", RUN, value=typed, style="primary"))
    hint = context("Or name what you need, as in `/demo create ecs for 8h`; `/demo` shows a form.")
    return message("Create a demo of everything?", [section(question), row, hint])


def accepted(command: Create, preview: Preview) -> Message:
    """Return that a demo was requested, before its status message is there."""
    named = () if isinstance(command.components, str) else command.components
    what = ", ".join(f"`{name}`" for name in named) or "everything"
    later = " Its message says when it starts." if command.for_later else ""
    return sentence(f":wave: On it: a demo of {what}. It {_cost(preview)}.{later}")


def _cost(preview: Preview) -> str:
    span = durations.in_words(timedelta(minutes=preview.typical_minutes))
    price = price_in_words(preview.cost.running)
    costs = f" and costs {price}" if preview.cost.running.hourly_usd else ""
    return f"takes about {span} to build{costs}"


def refusal(command: DemoCommand, error: DemoError) -> Message:
    """Return why a command was refused, in its own words."""
    match error:
        case InvalidRequest():
            return refused(explained(error))
        case LimitReached(limit="per owner"):
            held = ", ".join(f"`{demo_id}`" for demo_id in error.holders)
            return refused(f"You have {error.maximum} demos, which is as many as one may: {held}.")
        case LimitReached():
            maximum = error.maximum
            return refused(f"All {maximum} places are taken. Try again when a demo has ended.")
        case NotOwner():
            owner = f"<@{error.owner}>" if error.owner else "its owner"
            return refused(f"Only {owner} or an admin may do that.")
        case NotOneDemo():
            return _not_one(command, error)
        case NotFound():
            return refused(f"There is no demo `{getattr(command, 'demo', '')}` of yours.")
        case Unverified():
            return refused(f"I cannot tell who you are: {error}.")
        case WrongState(until=end) if end is not None:
            return refused(f"The lease can run until {when(end)} at the latest.")
        case _:
            return refused(_capital(escaped(str(error))))


def _not_one(command: DemoCommand, error: NotOneDemo) -> Message:
    """Return that a command is about no demo there is, or about any of several."""
    named = f"`{escaped(error.named)}`" if error.named else ""
    if not error.demos:
        of_yours = f"There is no demo {named} of yours" if named else "You have no such demo"
        return refused(f"{of_yours}. `/demo list` shows what you have.")
    which = f"Several demos fit {named}" if named else "You have several demos"
    lines = [f"`/demo {command.kind} {d.demo_id}`  {escaped(d.name)}" for d in error.demos]
    question = f":grey_question: {which}. Which one do you mean?"
    return message("Which demo do you mean?", [section(question), *sections(lines[:LISTED])])


def explained(error: InvalidRequest) -> str:
    """Return what is wrong with a request, a sentence for each field."""
    found = ((p.field.split(".")[0], escaped(p.message)) for p in error.problems)
    return " ".join(_problem(field, text) for field, text in found)


def _problem(field: str, text: str) -> str:
    subject = _FIELDS.get(field, "")
    needs_one = text.startswith(("must ", "is ", "at least ", "holds ", "'"))
    return f"{_capital(f'{subject} {text}' if subject and needs_one else text)}."


def _capital(text: str) -> str:
    """Begin a sentence, whose first word may be a demo's id and stays as it is then."""
    if found := _ABOUT_A_DEMO.match(text):
        return f"`{found[1]}`{text[found.end(1) :]}"
    return f"{text[:1].upper()}{text[1:]}"


def our_fault() -> Message:
    """Return that only the operator can help."""
    return refused("Something is wrong on our side. The log tells the operator what.")


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
    ends = demo.desired_state is not Desired.DELETED
    end = f" · ready by {when(demo.lease_begins)}" if demo.waiting else ""
    end += f" · ends {ago(demo.expires_at)}" if ends else ""
    there = open_links(demo)
    links = "".join(f" · {link(url, title)}" for title, url in there[:_SHOWN_LINKS])
    rest = f" · +{len(there) - _SHOWN_LINKS}" if len(there) > _SHOWN_LINKS else ""
    return f"{phase_of(demo)} `{demo.demo_id}` {escaped(demo.name)}{owner}{end}{links}{rest}"


def catalog(offered: Catalog) -> Message:
    """Return the components that a demo can be made of."""
    lines = [
        f"`{escaped(c.name)}` *{escaped(c.title)}*, about "
        f"{durations.in_words(timedelta(minutes=c.typical_minutes))}{_requires(offered, c.name)}"
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


def _requires(offered: Catalog, name: str) -> str:
    requires = sorted({n for n in offered.requires(name).values() if n != BUNDLE})
    return f", requires {', '.join(f'`{escaped(n)}`' for n in requires)}" if requires else ""


def usage() -> Message:
    """Return the commands, each with what it does."""
    lines = [f"`/demo {command.example}`  {command.does}" for command in COMMANDS]
    rest = (
        "A demo is called by its name or its id, and by nothing when you have only one. "
        "`/demo create all` makes a demo of everything; without `for` it has the usual lease. "
        "Order and units are up to you: `for 90 min`, `until 5pm`, `in eu-west-1`."
    )
    opening = "`/demo`  opens a form"
    return message("How to use /demo", [*sections([opening, *lines]), context(rest)])


def misunderstood(problems: Iterable[str]) -> Message:
    """Return what could not be read, and where help is."""
    lines = [f":grey_question: {problem}" for problem in problems]
    shown = [*lines[:10], "`/demo help` shows the commands, `/demo` alone opens a form."]
    return message("I could not read that", sections(shown))


def refused(why: str) -> Message:
    """Return why something was not done."""
    return sentence(f":no_entry_sign: {why}{'' if why.endswith('.') else '.'}")

"""What is said in the channel: the living message of a demo, notices, lists and help.

Nothing here knows what time it is: moments are written so that Slack itself counts, and a
message changes only when its demo does. So an unchanged message is never sent twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final

from chalicelib.core.catalog import BUNDLE, Catalog
from chalicelib.core.chat.blocks import (
    MAX_URL,
    Block,
    Message,
    actions,
    ago,
    button,
    confirm,
    context,
    escaped,
    header,
    link,
    message,
    section,
    sections,
    when,
)
from chalicelib.core.chat.orders import DEFAULT_EXTENSION
from chalicelib.core.chat.spans import said
from chalicelib.core.demo import ComponentStatus, Demo, Desired, Phase, Status

OPEN, EXTEND, DELETE, RETRY = "demo_open", "demo_extend", "demo_delete", "demo_retry"
LISTED: Final = 20
_LINKS: Final = 10

_MARKS: Final = {
    Status.PENDING: ":white_circle:",
    Status.CREATING: ":hourglass_flowing_sand:",
    Status.READY: ":white_check_mark:",
    Status.FAILED: ":x:",
    Status.DELETING: ":wastebasket:",
    Status.DELETE_FAILED: ":warning:",
    Status.DELETED: ":heavy_minus_sign:",
}
_PHASES: Final = {
    Phase.REQUESTED: ":hourglass_flowing_sand: *Asked for*",
    Phase.PROVISIONING: ":hourglass_flowing_sand: *Coming up*",
    Phase.READY: ":large_green_circle: *Ready*",
    Phase.DELETING: ":wastebasket: *Being removed*",
    Phase.DELETED: ":white_circle: *Gone*",
    Phase.FAILED: ":x: *Failed, kept for a look*",
    Phase.QUARANTINED: ":warning: *Quarantined*",
}


def status_message(demo: Demo, asked_by: str | None = None) -> Message:
    """Return the message that is kept up to date; `asked_by` is a Slack user's id."""
    blocks = [header(demo.name), section(_headline(demo, asked_by))]
    if not demo.ended:
        blocks += [*sections([*_progress(demo)], most=20)]
    blocks += [section(text) for text in _trouble(demo)]
    if links := [*_links(demo)]:
        blocks += sections(links, most=2)
    blocks.append(context(_countdown(demo)))
    blocks += _buttons(demo)
    return message(f"{escaped(demo.name)} ({demo.demo_id}): {demo.phase}", blocks)


def _headline(demo: Demo, asked_by: str | None) -> str:
    whose = f"<@{asked_by}>" if asked_by else escaped(demo.owner)
    return f"{_PHASES[demo.phase]} · `{demo.demo_id}` · for {whose} · {demo.region}"


def _progress(demo: Demo) -> Iterator[str]:
    done = sum(1 for s in demo.components.values() if s.status is Status.READY)
    if demo.phase in (Phase.REQUESTED, Phase.PROVISIONING):
        filled = round(10 * done / max(1, len(demo.components)))
        yield f"{'▰' * filled}{'▱' * (10 - filled)}  {done} of {len(demo.components)}"
    for component in demo.components.values():
        yield f"{_MARKS[component.status]} *{escaped(component.name)}*  {_state(demo, component)}"


def _state(demo: Demo, component: ComponentStatus) -> str:
    match component.status:
        case Status.PENDING if demo.desired is Desired.DELETED:
            return "not made"
        case Status.PENDING:
            waits = [
                n for n in component.depends_on if demo.components[n].status is not Status.READY
            ]
            after = f" after {', '.join(escaped(n) for n in waits)}" if waits else ""
            return f"waiting{after}, {_typical(component)}"
        case Status.CREATING:
            since = (
                f" since {when(component.started_at, '{time}')}" if component.started_at else ""
            )
            return f"coming up{since}, {_typical(component)}"
        case Status.READY:
            return f"ready{_took(component)}"
        case Status.FAILED:
            return "failed"
        case Status.DELETING:
            return "being removed"
        case Status.DELETE_FAILED:
            return "would not go"
        case Status.DELETED:
            return "gone"


def _typical(component: ComponentStatus) -> str:
    return f"about {said(timedelta(minutes=component.typical_minutes))}"


def _took(component: ComponentStatus) -> str:
    if component.started_at is None or component.finished_at is None:
        return ""
    return f" in {said(component.finished_at - component.started_at)}"


def _trouble(demo: Demo) -> Iterator[str]:
    for verb, failure in (("failed", demo.failure), ("will not go", demo.trouble)):
        if failure is not None:
            where = f" ({escaped(failure.resource)})" if failure.resource else ""
            reason = escaped(failure.reason)
            yield f":rotating_light: *{escaped(failure.component)}* {verb}{where}: {reason}"


def _links(demo: Demo) -> Iterator[str]:
    for title, url in _open(demo)[:_LINKS]:
        yield f":link: {link(url, title)}"


def _open(demo: Demo) -> list[tuple[str, str]]:
    """Return the demo's links that Slack takes."""
    return [(name, url) for name, url in demo.links.items() if len(url) < MAX_URL]


def _countdown(demo: Demo) -> str:
    if demo.ended:
        gone = f" {when(demo.deleted_at)}" if demo.deleted_at else ""
        return f":white_circle: Everything it made was gone{gone}: {escaped(demo.reason)}"
    if demo.phase is Phase.QUARANTINED:
        again = f" It is tried again {ago(demo.retry_at)}." if demo.retry_at else ""
        return f":warning: Its removal needs a person: {escaped(demo.reason)}.{again}"
    if demo.desired is Desired.DELETED:
        return f":wastebasket: {escaped(demo.reason)}"
    return f":alarm_clock: Ends {ago(demo.expires_at)}, {when(demo.expires_at)}"


def _buttons(demo: Demo) -> list[Block]:
    """Return the buttons that fit a demo's state; none for one that is ending."""
    row = _opening(demo)
    if demo.phase is Phase.QUARANTINED:
        row.append(button("Retry", RETRY, value=demo.demo_id, style="primary"))
    elif demo.desired is not Desired.DELETED:
        row.append(_extend(demo))
        row.append(_delete(demo))
    return [actions(*row)] if row else []


def _opening(demo: Demo) -> list[Block]:
    """Return the button that opens a demo's first link, if it has one."""
    return [
        button(f"Open {title}", OPEN, url=url, style="primary")
        for title, url in _open(demo)[:1]
        if url.startswith(("https://", "http://"))
    ]


def _extend(demo: Demo) -> Block:
    # The end it was seen with: pressing twice asks for the same new end.
    value = f"{demo.demo_id} {demo.expires_at.isoformat()}"
    return button(f"Extend {said(DEFAULT_EXTENSION)}", EXTEND, value=value)


def _delete(demo: Demo) -> Block:
    sure = confirm(
        f"Delete {demo.name}?",
        "Everything this demo made is removed, with all data in it. This cannot be undone.",
        "Delete",
        "Keep",
    )
    return button("Delete", DELETE, value=demo.demo_id, style="danger", confirm=sure)


def notice(demo: Demo, text: str, mention: str | None, *, urgent: bool) -> Message:
    """Return a notice of a demo, to its thread: who it is for, what, and what can be done.

    With an urgent one come all the buttons that fit the demo's state.
    """
    to = f"<@{mention}> " if mention else ""
    row = _buttons(demo) if urgent else [actions(*b) for b in [_opening(demo)] if b]
    return message(escaped(text), [section(f"{to}{escaped(text)}"), *row])


def listing(demos: Sequence[Demo], *, everybody: bool, more: bool) -> Message:
    """Return a list of live demos."""
    whose = "Everybody's" if everybody else "Your"
    if not demos:
        none = "Nobody has a demo" if everybody else "You have no demo"
        return message(
            f"{none} just now. `/demo` makes one.",
            [section(f"{none} just now. `/demo` makes one.")],
        )
    rest = [context("There are more: the web page and `GET /demos` show all.")] if more else []
    shown = demos[:LISTED]
    return message(
        f"{whose} demos: {', '.join(d.demo_id for d in shown)}",
        [section(f"*{whose} demos*"), *sections([_line(d, everybody) for d in shown]), *rest],
    )


def _line(demo: Demo, everybody: bool) -> str:  # noqa: FBT001 - one reader, one writer
    owner = f" · {escaped(demo.owner)}" if everybody else ""
    end = f" · ends {ago(demo.expires_at)}" if demo.desired is not Desired.DELETED else ""
    links = "".join(f" · {link(url, title)}" for title, url in _open(demo)[:2])
    return f"{_PHASES[demo.phase]} `{demo.demo_id}` {escaped(demo.name)}{owner}{end}{links}"


def catalog(offered: Catalog) -> Message:
    """Return what can be asked for."""
    lines = [
        f"`{escaped(c.name)}` *{escaped(c.title)}*, about "
        f"{said(timedelta(minutes=c.typical_minutes))}{_brings(offered, c.name)}"
        f"{f': {escaped(c.description)}' if c.description else ''}"
        for c in offered.components.values()
        if c.name != BUNDLE
    ]
    ask = "`/demo create ecs for 4h` asks for one, `/demo` opens a form."
    return message("What can be asked for", [*sections(lines), context(ask)])


def _brings(offered: Catalog, name: str) -> str:
    requires = sorted({n for n in offered.requires(name).values() if n != BUNDLE})
    return f", brings {', '.join(f'`{escaped(n)}`' for n in requires)}" if requires else ""


_COMMANDS: Final = (
    ("/demo", "open a form"),
    ('/demo create ecs jenkins name="Acme pilot" for 8h from 203.0.113.7', "ask for a demo"),
    ("/demo list", "your demos; `list all` shows everybody's to an admin"),
    ("/demo status k3f9x2ab", "one demo"),
    ("/demo extend k3f9x2ab 2h", "let it live longer"),
    ("/demo delete k3f9x2ab", "remove it and everything it made"),
    ("/demo catalog", "what can be asked for"),
)


def usage() -> Message:
    """Return the commands, each with what it does."""
    lines = [f"`{command}`  {does}" for command, does in _COMMANDS]
    rest = (
        "`/demo create all` asks for everything; without `for` it has the usual lease. Order and "
        "units are up to you: `for 90 min`, `2 days`, `in eu-west-1`."
    )
    return message("How to use /demo", [*sections(lines), context(rest)])


def misunderstood(problems: Iterable[str]) -> Message:
    """Return what could not be read, and where help is."""
    lines = [f":grey_question: {problem[:1].upper()}{problem[1:]}" for problem in problems]
    shown = [*lines[:10], "`/demo help` shows the commands, `/demo` alone opens a form."]
    return message("I could not read that", sections(shown))


def refused(why: str) -> Message:
    """Return why something was not done."""
    return word(f":no_entry_sign: {why[:1].upper()}{why[1:]}{'' if why.endswith('.') else '.'}")


def word(text: str) -> Message:
    """Return one plain sentence of ours."""
    return message(text, [section(text)])

"""The status message of a demo, kept up to date in its channel, and the notices under it.

Nothing here knows what time it is: moments are written so that Slack itself counts, and a
message changes only when its demo does. So an unchanged message is never sent twice.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from slack_sdk.models.blocks import Block, ButtonElement

from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.durations import in_words
from chalicelib.core.naming import DEMO_ID
from chalicelib.entrypoints.slack import spec
from chalicelib.entrypoints.slack.blocks import (
    MAX_URL,
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
    sentence,
    when,
    zoned,
)
from chalicelib.entrypoints.slack.phases import in_plain, phase_of, schedule_of
from chalicelib.services.slack.commands import (
    DEFAULT_EXTENSION,
    Delete,
    DemoCommand,
    Extend,
    Retry,
    ShareDemo,
)
from chalicelib.services.slack.ports import Message

OPEN, PAGE = "demo_open", "demo_open_page"
COMMANDS: Final = ("demo_extend", "demo_delete", "demo_retry", "demo_share")
EXTEND, DELETE, RETRY, SHARE = COMMANDS
_LINKS: Final = 10

_MARKS: Final = {
    Status.PENDING: ":white_circle:",
    Status.CREATING: ":hourglass_flowing_sand:",
    Status.READY: ":white_check_mark:",
    Status.UPDATING: ":hourglass_flowing_sand:",
    Status.STOPPING: ":hourglass_flowing_sand:",
    Status.STOPPED: ":double_vertical_bar:",
    Status.STARTING: ":hourglass_flowing_sand:",
    Status.FAILED: ":x:",
    Status.DELETING: ":wastebasket:",
    Status.DELETE_FAILED: ":warning:",
    Status.DELETED: ":heavy_minus_sign:",
}


_WORDS: Final = {
    Status.UPDATING: "changing",
    Status.STOPPING: "stopping",
    Status.STOPPED: "stopped",
    Status.STARTING: "starting",
    Status.FAILED: "failed",
    Status.DELETING: "removing",
    Status.DELETE_FAILED: "stuck",
    Status.DELETED: "removed",
}


def status_message(demo: Demo, requested_by: str | None = None, page_url: str = "") -> Message:
    """Return the message that is kept up to date; `requested_by` is a Slack user's id.

    `page_url` is where the web page is, if that is known.
    """
    blocks = [header(demo.name), section(_headline(demo, requested_by))]
    if not demo.ended:
        blocks += sections([*_progress(demo)])
    blocks += [section(text) for text in _trouble(demo)]
    if links := [*_links(demo)]:
        blocks += sections(links, most=2)
    blocks.append(context(_countdown(demo)))
    blocks += _buttons(demo, page_url)
    return message(f"{escaped(demo.name)} ({demo.demo_id}): {in_plain(phase_of(demo))}", blocks)


def _headline(demo: Demo, requested_by: str | None) -> str:
    whose = f"<@{requested_by}>" if requested_by else escaped(demo.owner)
    where = f"`{demo.demo_id}` · for {whose} · {demo.region}"
    return f"{phase_of(demo)} · {where}{_from_pool(demo)}"


def _from_pool(demo: Demo) -> str:
    """Say that a demo came from a pool, and while it is completed how long that usually takes."""
    if not demo.from_pool:
        return ""
    if demo.phase not in (Phase.REQUESTED, Phase.PROVISIONING):
        return " · from a pool"

    @functools.cache
    def ends(name: str) -> float:
        component = demo.components[name]
        waits = max(map(ends, component.requires), default=0.0)
        return waits + _added_minutes(demo, component)

    longest = max(map(ends, demo.components), default=0.0)
    return f" · from a pool, about {in_words(timedelta(minutes=max(1, longest)))}"


def _added_minutes(demo: Demo, component: ComponentStatus) -> float:
    """Return how long a component usually takes that the claim added; what was there: no time."""
    there = component.started_at is not None and component.started_at < demo.created_at
    return 0.0 if there else component.typical_minutes


def _progress(demo: Demo) -> Iterator[str]:
    done = sum(1 for s in demo.components.values() if s.status is Status.READY)
    if demo.phase in (Phase.REQUESTED, Phase.PROVISIONING) and not demo.waiting:
        filled = round(10 * done / max(1, len(demo.components)))
        yield f"{'▰' * filled}{'▱' * (10 - filled)}  {done} of {len(demo.components)}"
    for component in demo.components.values():
        yield f"{_MARKS[component.status]} *{escaped(component.name)}*  {_state(demo, component)}"


def _state(demo: Demo, component: ComponentStatus) -> str:
    match component.status:
        case Status.PENDING if demo.desired_state is Desired.DELETED:
            return "not made"
        case Status.PENDING:
            return f"waiting{_after(demo, component)}, {_typical(component)}"
        case Status.CREATING:
            started = component.started_at
            since = f" since {when(started, '{time}')}" if started else ""
            return f"building{since}, {_typical(component)}"
        case Status.READY:
            return f"ready{_took(component)}"
        case _:
            return _WORDS[component.status]


def _after(demo: Demo, component: ComponentStatus) -> str:
    waits = [n for n in component.depends_on if demo.components[n].status is not Status.READY]
    return f" after {', '.join(map(escaped, waits))}" if waits else ""


def _typical(component: ComponentStatus) -> str:
    return f"about {in_words(timedelta(minutes=component.typical_minutes))}"


def _took(component: ComponentStatus) -> str:
    if component.started_at is None or component.finished_at is None:
        return ""
    return f" in {in_words(component.finished_at - component.started_at)}"


def _trouble(demo: Demo) -> Iterator[str]:
    for verb, failure in (("failed", demo.failure), ("cannot be removed", demo.trouble)):
        if failure is not None:
            where = f" ({escaped(failure.resource)})" if failure.resource else ""
            reason = escaped(failure.reason)
            yield f":rotating_light: *{escaped(failure.component)}* {verb}{where}: {reason}"


def _links(demo: Demo) -> Iterator[str]:
    for title, url in open_links(demo)[:_LINKS]:
        yield f":link: {link(url, title)}"


def open_links(demo: Demo) -> list[tuple[str, str]]:
    """Return the demo's links that Slack takes."""
    return [(name, url) for name, url in demo.links.items() if len(url) < MAX_URL]


def _countdown(demo: Demo) -> str:
    if demo.ended:
        removed = f" {when(demo.deleted_at)}" if demo.deleted_at else ""
        return f":white_circle: Everything it made was removed{removed}: {escaped(demo.reason)}"
    if demo.phase is Phase.QUARANTINED:
        again = f" It is tried again {ago(demo.retry_at)}." if demo.retry_at else ""
        return f":warning: Its removal needs an operator: {escaped(demo.reason)}.{again}"
    if demo.desired_state is Desired.DELETED:
        return f":wastebasket: {escaped(demo.reason)}"
    if demo.waiting:
        return schedule_of(demo)
    return f":alarm_clock: Ends {ago(demo.expires_at)}, {when(demo.expires_at)}"


def _buttons(demo: Demo, page_url: str = "") -> list[Block]:
    """Return the buttons that fit a demo's state; one that is ending has its page alone."""
    row = _opening(demo)
    if page_url and not demo.ended:
        row.append(button("Web page", PAGE, url=f"{page_url}#/demos/{demo.demo_id}"))
    if demo.phase in (Phase.QUARANTINED, Phase.FAILED):
        row.append(button("Try again", RETRY, value=demo.demo_id, style="primary"))
    if demo.desired_state is not Desired.DELETED:
        if page_url:
            row.append(button("Prospect link", SHARE, value=demo.demo_id))
        row += [*([] if demo.waiting else [_extend(demo)]), *spec.buttons(demo), _delete(demo)]
    return [actions(*row)] if row else []


def _opening(demo: Demo) -> list[ButtonElement]:
    """Return the button that opens a demo's first link, if it has one."""
    return [
        button(f"Open {title}", OPEN, url=url, style="primary")
        for title, url in open_links(demo)[:1]
        if url.startswith(("https://", "http://"))
    ]


def _extend(demo: Demo) -> ButtonElement:
    # The end it was seen with: pressing twice asks for the same new end.
    value = f"{demo.demo_id} {demo.expires_at.isoformat()}"
    return button(f"Extend {in_words(DEFAULT_EXTENSION)}", EXTEND, value=value)


def _delete(demo: Demo) -> ButtonElement:
    sure = confirm(
        f"Delete {demo.name}?",
        "Everything this demo made is removed, with all data in it. This cannot be undone.",
        "Delete",
        "Keep",
    )
    return button("Delete", DELETE, value=demo.demo_id, style="danger", confirm=sure)


def command_of(action_id: str, value: str) -> DemoCommand | None:
    """Return the command of a demo's button; None for one that makes no sense."""
    demo_id, _, seen = value.partition(" ")
    if not DEMO_ID.fullmatch(demo_id):
        return None
    if action_id == EXTEND:
        end = _moment(seen)
        return Extend(demo=demo_id, seen=end) if end else None
    commands: dict[str, DemoCommand] = {
        DELETE: Delete(demo=demo_id, confirmed=True),
        RETRY: Retry(demo=demo_id),
        SHARE: ShareDemo(demo=demo_id),
    }
    return commands.get(action_id) or spec.command_of(action_id, demo_id, seen)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def notice(demo: Demo, text: str, mention: str | None, *, urgent: bool) -> Message:
    """Return a notice of a demo, to its thread: who it is for, what, and what can be done.

    With an urgent one come all the buttons that fit the demo's state.
    """
    to = f"<@{mention}> " if mention else ""
    said = f"{zoned(escaped(text))}{'' if text.endswith('.') else '.'}"
    row = _buttons(demo) if urgent else [actions(*b) for b in [_opening(demo)] if b]
    return message(escaped(text), [section(f"{to}{said}"), *row])


def not_in_channel() -> Message:
    """Return why a demo is shown in a direct message."""
    where = "I cannot write in this channel, so your demo is in our direct messages."
    return sentence(f":wave: {where} Invite me here and I write here the next time.")

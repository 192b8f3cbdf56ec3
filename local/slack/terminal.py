"""Shows a channel of the stand-in on a terminal, about as Slack would."""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from rich.box import ROUNDED
from rich.console import Group, RenderableType
from rich.emoji import Emoji, NoEmoji
from rich.panel import Panel
from rich.text import Text

from local.slack.mrkdwn import plain, runs

_STYLES = {
    "bold": "bold",
    "code": "red on grey93",
    "link": "blue underline",
    "mention": "blue on grey93",
    "date": "",
}
# What Slack calls otherwise than the terminal's library does.
_RENAMED = {"double_vertical_bar": "pause_button"}
_BUTTONS = {"primary": "white on green4", "danger": "white on red3", "": "black on grey82"}
Given = Mapping[str, Any]


def formatted(text: str, now: datetime) -> Text:
    """Show a formatted text as a reader sees it at `now`."""
    shown = Text()
    for run in runs(text, now):
        if run.kind == "emoji":
            shown.append(_emoji(run.text))
        else:
            link = f" link {run.url}" if run.url else ""
            shown.append(run.text, f"{_STYLES.get(run.kind, '')}{link}".strip() or None)
    return shown


def _emoji(name: str) -> str:
    """Show an emoji by Slack's name for it, or its name in words."""
    for known in (_RENAMED.get(name, name), name.removeprefix("large_"), name):
        with suppress(NoEmoji):
            return str(Emoji(known))
    return name.replace("_", " ")


def block(given: Given, now: datetime) -> RenderableType:
    """Show one block."""
    match given["type"]:
        case "header":
            return Text(plain(given["text"]["text"]), "bold")
        case "section":
            return formatted(given["text"]["text"], now)
        case "context":
            shown = formatted(given["elements"][0]["text"], now)
            shown.stylize("dim")
            return shown
        case "actions":
            return _buttons(given["elements"])
        case _:
            return Text("")


def _buttons(elements: Iterable[Given]) -> Text:
    row = Text()
    for element in elements:
        row.append(f" {element['text']['text']} ", _BUTTONS[element.get("style", "")])
        row.append("  ")
    return row


def message(given: Given, now: datetime, *, only_you: bool = False) -> RenderableType:
    """Show a message; `only_you` marks one that only its reader sees."""
    blocks = given.get("blocks") or []
    shown: list[RenderableType] = [block(b, now) for b in blocks] or [
        formatted(given.get("text", ""), now)
    ]
    edited = f" (edited {given['edits']} times)" if given.get("edits") else ""
    title = "Only visible to you" if only_you else f"Demo APP{edited}"
    style = "grey62" if only_you or given.get("thread_ts") else "grey37"
    return Panel(
        Group(*shown), title=title, title_align="left", border_style=style, box=ROUNDED, width=88
    )


def channel(answers: Iterable[Given], messages: Iterable[Given], now: datetime) -> Group:
    """Show what there is in a channel: answers to one person, messages and their threads."""
    shown = [message(answer, now, only_you=True) for answer in answers]
    return Group(*shown, *(message(each, now) for each in messages))

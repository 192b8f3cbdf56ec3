"""The few Block Kit blocks that are used, each kept within Slack's limits by clipping.

Limits are those of Slack's "Block Kit" reference; tests hold every message to all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

Block = dict[str, Any]

MAX_BLOCKS: Final = 50
MAX_SECTION: Final = 3000
MAX_HEADER: Final = 150
MAX_BUTTON: Final = 75
MAX_OPTION: Final = 75
MAX_VALUE: Final = 2000
MAX_URL: Final = 3000
MAX_CONFIRM_TITLE: Final = 100
MAX_CONFIRM_TEXT: Final = 300
MAX_FALLBACK: Final = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message: its blocks, and the text that notifications and screen readers take."""

    text: str
    blocks: tuple[Block, ...] = ()


def message(text: str, blocks: Iterable[Block] = ()) -> Message:
    """Return a message within the limits of both."""
    return Message(text=clip(text, MAX_FALLBACK), blocks=tuple(blocks)[:MAX_BLOCKS])


def escaped(text: str) -> str:
    """Return outside text so that Slack shows it and reads nothing into it.

    Besides the three characters that Slack names, marks that would start formatting are
    parted from their word by a zero-width space.
    """
    plain = " ".join(text.split())
    plain = plain.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for mark in "*_~`":
        plain = plain.replace(mark, f"{mark}\u200b")
    return plain


def clip(text: str, most: int) -> str:
    """Return text of at most so many characters, its loss marked."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def plain(text: str, most: int) -> Block:
    """Return a plain text object; emoji codes stay what they are."""
    return {"type": "plain_text", "text": clip(text, most) or "-", "emoji": True}


def mrkdwn(text: str, most: int = MAX_SECTION) -> Block:
    """Return a formatted text object."""
    return {"type": "mrkdwn", "text": clip(text, most) or "-"}


def header(text: str) -> Block:
    """Return a heading."""
    return {"type": "header", "text": plain(" ".join(text.split()), MAX_HEADER)}


def section(text: str, accessory: Block | None = None) -> Block:
    """Return a paragraph, with an element beside it if there is one."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return block | ({"accessory": accessory} if accessory else {})


def sections(lines: Sequence[str], most: int = 20) -> list[Block]:
    """Return as many sections as the lines take, at most so many; no line is cut in two."""
    chunks: list[str] = []
    for line in (clip(line, MAX_SECTION) for line in lines):
        if chunks and len(chunks[-1]) + 1 + len(line) <= MAX_SECTION:
            chunks[-1] += f"\n{line}"
        else:
            chunks.append(line)
    return [section(chunk) for chunk in chunks[:most]]


def context(text: str) -> Block:
    """Return a small remark."""
    return {"type": "context", "elements": [mrkdwn(text)]}


def actions(*elements: Block) -> Block:
    """Return a row of buttons."""
    return {"type": "actions", "elements": list(elements)}


def button(
    text: str,
    action_id: str,
    *,
    value: str = "",
    url: str = "",
    style: str = "",
    confirm: Block | None = None,
) -> Block:
    """Return a button; `style` is primary, danger or nothing."""
    made: Block = {"type": "button", "text": plain(text, MAX_BUTTON), "action_id": action_id}
    extra = {"value": value, "url": url, "style": style, "confirm": confirm}
    return made | {name: given for name, given in extra.items() if given}


def confirm(title: str, text: str, yes: str, no: str) -> Block:
    """Return a question to ask before a button counts as pressed."""
    return {
        "title": plain(title, MAX_CONFIRM_TITLE),
        "text": plain(text, MAX_CONFIRM_TEXT),
        "confirm": plain(yes, 30),
        "deny": plain(no, 30),
        "style": "danger",
    }


def when(moment: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """Return a moment that every reader sees in their own zone ("Formatting text", dates)."""
    return f"<!date^{int(moment.timestamp())}^{form}|{moment:%Y-%m-%d %H:%M} UTC>"


def ago(moment: datetime) -> str:
    """Return a moment as the span from now that Slack keeps counting: in 3 hours."""
    return when(moment, "{ago}")


def link(url: str, title: str) -> str:
    """Return a link; an address that is none, or would break out of it, is shown as text."""
    safe = url.startswith(("http://", "https://")) and not set(url) & set("<>|\n ")
    written = url.replace("&", "&amp;")
    return f"<{written}|{escaped(title)}>" if safe else f"{escaped(title)}: {escaped(url)}"

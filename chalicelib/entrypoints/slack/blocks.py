"""The few Block Kit blocks that are used, by slack_sdk's models; texts are clipped to fit.

The models know Slack's limits and refuse what is beyond them; tests hold every message and
form to them. A text may come from outside and be of any length, so it is clipped here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from slack_sdk.models.blocks import (
    ActionsBlock,
    Block,
    ButtonElement,
    ConfirmObject,
    ContextBlock,
    HeaderBlock,
    MarkdownTextObject,
    PlainTextObject,
    SectionBlock,
)

from chalicelib.core.prices import Price
from chalicelib.services.slack.ports import Message

MAX_BLOCKS: Final = 50
MAX_URL: Final = ButtonElement.url_max_length
_MAX_FALLBACK: Final = 3000
_MOMENT: Final = re.compile(r"([0-9]{4}-[01][0-9]-[0-3][0-9] [0-2][0-9]:[0-5][0-9]) UTC")


def message(text: str, blocks: Iterable[Block] = ()) -> Message:
    """Return a message within the limits of both."""
    shown = tuple(block.to_dict() for block in blocks)[:MAX_BLOCKS]
    return Message(text=clip(text, _MAX_FALLBACK), blocks=shown)


def sentence(text: str) -> Message:
    """Return a message of one sentence of ours."""
    return message(text, [section(text)])


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


def plain(text: str, most: int) -> PlainTextObject:
    """Return a plain text object; emoji codes stay what they are."""
    return PlainTextObject(text=clip(text, most) or "-", emoji=True)


def mrkdwn(text: str) -> MarkdownTextObject:
    """Return a formatted text object."""
    return MarkdownTextObject(text=clip(text, SectionBlock.text_max_length) or "-")


def header(text: str) -> Block:
    """Return a heading."""
    return HeaderBlock(text=plain(" ".join(text.split()), HeaderBlock.text_max_length))


def section(text: str) -> Block:
    """Return a paragraph."""
    return SectionBlock(text=mrkdwn(text))


def sections(lines: Sequence[str], most: int = 20) -> list[Block]:
    """Return as many sections as the lines take, at most so many; no line is cut in two."""
    chunks: list[str] = []
    for line in (clip(line, SectionBlock.text_max_length) for line in lines):
        if chunks and len(chunks[-1]) + 1 + len(line) <= SectionBlock.text_max_length:
            chunks[-1] += f"\n{line}"
        else:
            chunks.append(line)
    return [section(chunk) for chunk in chunks[:most]]


def context(text: str) -> Block:
    """Return a small remark."""
    return ContextBlock(elements=[mrkdwn(text)])


def actions(*elements: ButtonElement) -> Block:
    """Return a row of buttons."""
    return ActionsBlock(elements=[*elements])


def button(
    text: str,
    action_id: str,
    *,
    value: str | None = None,
    url: str | None = None,
    style: str | None = None,
    confirm: ConfirmObject | None = None,
) -> ButtonElement:
    """Return a button; `style` is primary, danger or nothing."""
    return ButtonElement(
        text=plain(text, ButtonElement.text_max_length),
        action_id=action_id,
        value=value,
        url=url,
        style=style,
        confirm=confirm,
    )


def confirm(title: str, text: str, yes: str, no: str) -> ConfirmObject:
    """Return a question to ask before a button counts as pressed."""
    return ConfirmObject(
        title=plain(title, ConfirmObject.title_max_length),
        text=plain(text, ConfirmObject.text_max_length),
        confirm=plain(yes, ConfirmObject.confirm_max_length),
        deny=plain(no, ConfirmObject.deny_max_length),
        style="danger",
    )


def when(moment: datetime, form: str = "{date_short_pretty} {time}") -> str:
    """Return a moment that every reader sees in their own zone ("Formatting text", dates)."""
    return f"<!date^{int(moment.timestamp())}^{form}|{moment:%Y-%m-%d %H:%M} UTC>"


def zoned(text: str) -> str:
    """Return escaped text with its moments written so that every reader sees their own zone."""
    return _MOMENT.sub(lambda found: _zoned(found[1]) or found[0], text)


def _zoned(moment: str) -> str | None:
    try:
        return when(datetime.fromisoformat(f"{moment}+00:00"))
    except ValueError:
        return None  # somebody's words, which look like a moment


def ago(moment: datetime) -> str:
    """Return a moment as the span from now that Slack keeps counting: in 3 hours."""
    return when(moment, "{ago}")


def link(url: str, title: str) -> str:
    """Return a link; an address that is none, or would break out of it, is shown as text."""
    safe = url.startswith(("http://", "https://")) and not set(url) & set("<>|\n ")
    written = url.replace("&", "&amp;")
    return f"<{written}|{escaped(title)}>" if safe else f"{escaped(title)}: {escaped(url)}"


def price_in_words(price: Price) -> str:
    """Return a price an hour; nothing for what costs nothing."""
    if price.hourly_usd is None:
        return "price not known"
    about = "at least" if price.unknown else "about"
    return f"{about} ${price.hourly_usd:.2f} an hour" if price.hourly_usd else ""

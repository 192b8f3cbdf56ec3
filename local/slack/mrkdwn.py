"""Reads Slack's mrkdwn into runs of text, so that a terminal or a page can show it."""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Kind = Literal["text", "bold", "code", "link", "mention", "emoji", "date"]
_RUN = re.compile(
    r"<!date\^(?P<at>\d+)\^(?P<form>[^|^]*)\|(?P<fallback>[^>]*)>"
    r"|<@(?P<user>\w+)>"
    r"|<(?P<url>https?://[^|>]+)\|(?P<title>[^>]*)>"
    r"|(?<!\w)\*(?P<bold>[^*\s\u200b][^*\n]*)\*(?!\w)"
    r"|`(?P<code>[^`\n\u200b][^`\n]*)`"
    r"|:(?P<emoji>[a-z0-9_+-]+):"
)
_NAMES = {"U0OWNER": "Olive Owner", "U0OTHER": "Otto Other", "U0ADMIN": "Ada Admin"}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Run:
    """A run of text of one kind; `url` is a link's."""

    kind: Kind
    text: str
    url: str = ""


def runs(text: str, now: datetime) -> Iterator[Run]:
    """Yield the runs of a formatted text as a reader sees them at `now`."""
    at = 0
    for found in _RUN.finditer(text):
        if found.start() > at:
            yield Run("text", plain(text[at : found.start()]))
        at = found.end()
        yield _run(found, now)
    if at < len(text):
        yield Run("text", plain(text[at:]))


def _run(found: "re.Match[str]", now: datetime) -> Run:
    if found["at"]:
        return Run("date", _date(int(found["at"]), found["form"], now))
    if found["user"]:
        return Run("mention", f"@{_NAMES.get(found['user'], found['user'])}")
    if found["url"]:
        return Run("link", plain(found["title"]), plain(found["url"]))
    if found["bold"]:
        return Run("bold", plain(found["bold"]))
    if found["code"]:
        return Run("code", plain(found["code"]))
    return Run("emoji", found["emoji"])


def plain(text: str) -> str:
    """Return text as it is read: entities resolved, and nothing of zero width in it."""
    return html.unescape(text).replace("\u200b", "")


def _date(at: int, form: str, now: datetime) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    day = "Today" if moment.date() == now.date() else f"{moment:%b} {moment.day}"
    shown = form.replace("{date_short_pretty}", day).replace("{time}", f"{moment:%H:%M}")
    return shown.replace("{ago}", _ago((moment - now).total_seconds()))


def _ago(seconds: float) -> str:
    for name, size in (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE), ("second", 1)):
        count = round(abs(seconds) / size)
        if count >= 1 and abs(seconds) >= size * 0.95:
            shown = f"{count} {name}{'s' if count != 1 else ''}"
            return f"in {shown}" if seconds > 0 else f"{shown} ago"
    return "now"

"""Cuts what somebody typed into words, whatever quotes, case and punctuation it has."""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chalicelib.core import durations
from chalicelib.core.request import nearest

SMALL_WORDS: Final = frozenset(
    {"a", "an", "the", "and", "with", "of", "please", "demo", "demos", "my", "me", "by", "+", "&"}
)
EVERYTHING: Final = frozenset({"all", "everything"})
_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})  # noqa: RUF001
_TOKEN: Final = re.compile(
    r"""(?P<key>[A-Za-z_]+)=(?P<kq>["'])(?P<kqv>.*?)(?P=kq)   # name="two words"
      | (?P<key2>[A-Za-z_]+)=(?P<kv>[^\s"']*)                 # for=2h
      | (?P<q>["'])(?P<qv>.*?)(?P=q)                          # "two words"
      | (?P<word>\S+)""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a quoted text; `key` is the option it is a value of, as in name="two words"."""

    text: str
    key: str | None = None
    quoted: bool = False

    @property
    def word(self) -> str:
        """The token as a word of ours: lower case, without the punctuation around it."""
        return self.text.lower() if self.quoted else self.text.lower().strip(",;:!`*_")


def tokenized(text: str) -> Iterator[Token]:
    """Cut a text into tokens; what Slack escaped is resolved first."""
    plain = html.unescape(text).translate(_QUOTES)
    for found in _TOKEN.finditer(plain):
        if found["key"]:
            yield Token(found["kqv"].strip(), key=found["key"].lower(), quoted=True)
        elif found["key2"]:
            yield Token(found["kv"], key=found["key2"].lower())
        elif found["q"]:
            yield Token(found["qv"].strip(), quoted=True)
        elif found["word"].strip(",;:!`*_"):
            yield Token(found["word"])


def with_hint(sentence: str, word: str, known: Collection[str]) -> str:
    """End a sentence with what was perhaps meant, or with a full stop."""
    near = nearest(word, known)
    return f"{sentence}; did you mean `{near}`?" if near else f"{sentence}."


def quoted(text: str) -> str:
    """Return somebody's words as they may stand between backticks: short, and without any."""
    plain = " ".join(text.replace("`", "'").split())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"  # noqa: PLR2004


def duration_of(tokens: list[Token]) -> tuple[timedelta | None, int]:
    """Return the duration that tokens begin with and how many it takes."""
    if not tokens:
        return None, 0
    number = "1" if tokens[0].word in ("a", "an", "one") else tokens[0].word
    if len(tokens) > 1 and durations.is_number(number) and durations.is_unit(tokens[1].word):
        return durations.parse(number, tokens[1].word), 2
    return durations.parse(tokens[0].word), 1

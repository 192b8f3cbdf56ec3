"""Cuts what somebody typed into words, and reads spans and times of day out of them."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from chalicelib.core import durations
from chalicelib.core.catalog import Catalog
from chalicelib.core.kinds import BUNDLE
from chalicelib.core.local_time import LocalTime
from chalicelib.core.request import nearest

SMALL_WORDS: Final = frozenset(
    {
        *("a", "an", "the", "and", "with", "of", "by", "to", "on", "at", "is", "it", "+", "&"),
        *("demo", "demos", "my", "mine", "me", "us", "our", "i", "we", "you", "id", "some"),
        *("can", "could", "would", "like", "need", "want", "just", "now", "too", "also"),
        *("please", "pls", "plz", "thanks", "thank", "thx", "hey", "hi", "hello"),
    }
)
"""What people say around a command, courtesy included; none of it changes what is meant."""
EVERYTHING: Final = frozenset({"all", "everything"})
_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})  # noqa: RUF001
_MARKS: Final = ",;:!`*_"
_TOKEN: Final = re.compile(
    r"""(?P<key>[A-Za-z_]+)=(?P<kq>["'])(?P<kqv>.*?)(?P=kq)   # name="two words"
      | (?P<key2>[A-Za-z_]+)=(?P<kv>[^\s"']*)                 # for=2h
      | (?P<q>["'])(?P<qv>.*?)(?P=q)                          # "two words"
      | (?P<word>\S+)""",
    re.VERBOSE,
)
_TWO_TO_TWELVE: Final = (
    *("two", "three", "four", "five", "six", "seven"),
    *("eight", "nine", "ten", "eleven", "twelve"),
)
_NUMBERS: Final = {
    **dict.fromkeys(("a", "an", "one"), "1"),
    **{word: str(n) for n, word in enumerate(_TWO_TO_TWELVE, 2)},
    "half": "0.5",
}
_CLOCK: Final = re.compile(r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{2}))?(?P<half>am|pm)?")
_CLOCK_WORDS: Final = {"noon": "12pm", "midnight": "12am"}
_WEEKDAYS: Final = (
    *("monday", "tuesday", "wednesday", "thursday"),
    *("friday", "saturday", "sunday"),
)
_SHORTEST_DAY: Final = 3
_LONGEST_QUOTE: Final = 60
_PHRASE: Final = 3
"""Words that a component's title or synonym may have to be found."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word or a quoted text; `key` is the option it is a value of, as in name="two words"."""

    text: str
    key: str | None = None
    quoted: bool = False

    @property
    def word(self) -> str:
        """The token as a word of ours: lower case, without the punctuation around it."""
        return self.text.lower() if self.quoted else self.text.lower().strip(_MARKS)

    @property
    def is_small(self) -> bool:
        """Whether the token changes nothing about what is meant."""
        return not self.quoted and self.key is None and self.word in SMALL_WORDS


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
        elif found["word"].strip(_MARKS):
            yield Token(found["word"])


def component_words(catalog: Catalog) -> dict[str, str]:
    """Return the components by all that they are called: name, title and synonyms.

    What two components are called names neither of them, unless it is the name of one.
    """
    offered = [c for c in catalog.components.values() if c.name != BUNDLE]
    called: dict[str, set[str]] = {}
    for component in offered:
        for word in (component.title, *component.synonyms):
            called.setdefault(word.lower(), set()).add(component.name)
    alone = {word: min(names) for word, names in called.items() if len(names) == 1}
    return alone | {component.name: component.name for component in offered}


def component_of(tokens: list[Token], called: Mapping[str, str]) -> tuple[str | None, int]:
    """Return the component that tokens begin with, and how many it takes; the longest counts."""
    for count in range(min(_PHRASE, len(tokens)), 0, -1):
        phrase = " ".join(token.word for token in tokens[:count])
        if name := called.get(phrase) or called.get(phrase.removesuffix("s")):
            return name, count
    return None, 0


def duration_of(tokens: list[Token]) -> tuple[timedelta | None, int]:
    """Return the duration that tokens begin with and how many it takes."""
    words = [token.word for token in tokens[:4]]
    if spelled := _spelled(words):
        number, unit, took = spelled
        return durations.parse(number, unit), took
    return (durations.parse(_NUMBERS.get(words[0], words[0])), 1) if words else (None, 0)


def has_unit(tokens: list[Token]) -> bool:
    """Return whether tokens begin with what can only be meant as a duration."""
    words = [token.word for token in tokens[:4]]
    return bool(words) and (durations.looks_like_duration(words[0]) or bool(_spelled(words)))


def _spelled(words: list[str]) -> tuple[str, str, int] | None:
    """Return number and unit of a duration in several words, and how many it takes."""
    match words:
        case ["half", "a" | "an", unit, *_]:
            found = "0.5", unit, 3
        case ["a", "couple", "of", unit]:
            found = "2", unit, 4
        case [number, unit, *_]:
            found = _NUMBERS.get(number, number), unit, 2
        case _:
            return None
    return found if durations.is_number(found[0]) and durations.is_unit(found[1]) else None


def time_of(tokens: list[Token]) -> tuple[LocalTime | None, int]:
    """Return the time of day that tokens begin with, a day beside it, and how many they take."""
    clock: tuple[int, int] | None = None
    weekday, tomorrow, took = None, False, 0
    while took < len(tokens):
        word, following = tokens[took].word, tokens[took + 1].word if tokens[took + 1 :] else ""
        joined = clock is None and following in ("am", "pm")
        if clock is None and (clock := _clock(word + (following if joined else ""))):
            took += 1 + joined
        elif word in ("at", "on", "today") or word == "tomorrow":
            tomorrow, took = tomorrow or word == "tomorrow", took + 1
        elif weekday is None and (day := _weekday(word)) is not None:
            weekday, took = day, took + 1
        else:
            break
    if clock is None:
        return None, took
    hour, minute = clock
    return LocalTime(hour=hour, minute=minute, weekday=weekday, tomorrow=tomorrow), took


def _clock(word: str) -> tuple[int, int] | None:
    found = _CLOCK.fullmatch(_CLOCK_WORDS.get(word, word))
    if found is None:
        return None
    hour, minute, half = int(found["hour"]), int(found["minute"] or 0), found["half"]
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0) if 1 <= hour <= 12 else 24  # noqa: PLR2004
    elif found["minute"] is None and hour <= 12:  # noqa: PLR2004 - of the morning or the evening?
        return None
    return (hour, minute) if hour < 24 and minute < 60 else None  # noqa: PLR2004


def _weekday(word: str) -> int | None:
    found = [n for n, day in enumerate(_WEEKDAYS) if day.startswith(word)]
    return found[0] if found and len(word) >= _SHORTEST_DAY else None


def with_hint(sentence: str, word: str, known: Iterable[str], cutoff: float = 0.5) -> str:
    """End a sentence, with a question about what was perhaps meant."""
    near = nearest(word, known, cutoff)
    return f"{sentence}. Did you mean `{near}`?" if near else f"{sentence}."


def quoted(text: str) -> str:
    """Return somebody's words as they may stand between backticks: short, and without any."""
    plain = " ".join(text.replace("`", "'").split())
    return plain if len(plain) <= _LONGEST_QUOTE else f"{plain[: _LONGEST_QUOTE - 1]}…"

"""Reads a create command: components, name, lease, times and the rest, in any order."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from chalicelib.core.catalog import ALL
from chalicelib.core.local_time import LocalTime
from chalicelib.entrypoints.slack.words import (
    EVERYTHING,
    Token,
    component_of,
    duration_of,
    has_unit,
    quoted,
    time_of,
    with_hint,
)
from chalicelib.services.slack.commands import Create

_IPV4: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?")
_REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]")
_DURATION: Final = "a duration such as `8h`, `90 min` or `2 days`"
_TIME: Final = "a time such as `5pm`, `17:00` or `Friday 9am`"
_ADDRESSES: Final = "addresses such as `203.0.113.7` or `203.0.113.0/24`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misunderstood:
    """What could not be read, a sentence for each thing."""

    problems: tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    """What has been read of a create command so far."""

    called: Mapping[str, str]
    components: list[str] = field(default_factory=list)
    everything: bool = False
    names: list[str] = field(default_factory=list)
    leases: list[timedelta | LocalTime] = field(default_factory=list)
    ready_times: list[timedelta | LocalTime] = field(default_factory=list)
    cidr: list[str] = field(default_factory=list)
    regions: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def read_create(tokens: list[Token], called: Mapping[str, str]) -> Create | Misunderstood:
    """Return the command that the words after `create` make, or what is unclear about them.

    A command that names no component has none.
    """
    draft = _Draft(called)
    while tokens:
        tokens = tokens[_read(draft, tokens) :]
    for what in ("names", "leases", "ready_times", "regions"):
        if (count := len(getattr(draft, what))) > 1:
            draft.problems.append(f"I read {count} {what.replace('_', ' ')}. Give one.")
    if draft.problems:
        return Misunderstood(problems=tuple(dict.fromkeys(draft.problems)))
    lease = draft.leases[0] if draft.leases else None
    ready = draft.ready_times[0] if draft.ready_times else None
    return Create(
        components=ALL if draft.everything else tuple(dict.fromkeys(draft.components)),
        name=draft.names[0] if draft.names else None,
        ttl=lease if isinstance(lease, timedelta) else None,
        until=lease if isinstance(lease, LocalTime) else None,
        cidr=tuple(dict.fromkeys(draft.cidr)),
        region=draft.regions[0] if draft.regions else None,
        ready_by=ready if isinstance(ready, LocalTime) else None,
        ready_in=ready if isinstance(ready, timedelta) else None,
    )


def time_problem(word: str, tokens: list[Token]) -> str:
    """Return that a word must be followed by a time of day."""
    return _expected(word, _TIME, tokens)


def _read(draft: _Draft, tokens: list[Token]) -> int:
    """Read what comes next into the draft; return how many tokens it took."""
    first, rest = tokens[0], tokens[1:]
    if first.key is not None:
        _option(draft, first)
        return 1
    if first.quoted:
        draft.names.append(first.text)
        return 1
    if read := _KEYS.get(first.word):
        return 1 + read(draft, first.word, rest)
    return _loose(draft, tokens)


def _loose(draft: _Draft, tokens: list[Token]) -> int:
    """Read words that no other word announced."""
    word = tokens[0].word
    component, took = component_of(tokens, draft.called)
    if component:
        draft.components.append(component)
        return took
    if has_unit(tokens):
        return _lease(draft, "for", tokens)
    if _IPV4.fullmatch(word):
        draft.cidr += blocks_in(word)
    elif _REGION.fullmatch(word):
        draft.regions.append(word)
    elif word in EVERYTHING:
        draft.everything = True
    elif not tokens[0].is_small:
        _listed(draft, word)
    return 1


def _listed(draft: _Draft, word: str) -> None:
    """Read components in one word, joined by commas or by plus signs."""
    for part in (p for p in re.split(r"[,+]", word) if p):
        component, _ = component_of([Token(part)], draft.called)
        if component:
            draft.components.append(component)
            continue
        problem = with_hint(f"`{quoted(part)}` is no component", part, draft.called)
        quotes = ' Put a name of several words in quotes: name="two words".' if draft.names else ""
        draft.problems.append(problem + quotes)


def _option(draft: _Draft, token: Token) -> None:
    key = token.key or ""
    if read := _KEYS.get(key):
        read(draft, key, [Token(token.text, quoted=token.quoted)] if token.text else [])
        return
    problem = with_hint(f"There is no option `{quoted(key)}=`", key, _KEYS)
    rest = "Template parameters are set over HTTP or on the web page."
    draft.problems.append(f"{problem} {rest}")


def _name(draft: _Draft, word: str, tokens: list[Token]) -> int:
    """Read a name: a quoted text, or words up to the next that means something else."""
    if not tokens:
        return _unread(draft, word, 'a name: name="two words"', tokens)
    took = 1
    while not tokens[0].quoted and took < len(tokens) and not _begins(draft, tokens[took:]):
        took += 1
    draft.names.append(" ".join(token.text.strip(",;") for token in tokens[:took]))
    return took


def _begins(draft: _Draft, tokens: list[Token]) -> bool:
    """Whether something begins that has a meaning of its own."""
    first = tokens[0]
    own = first.word in _KEYS or first.word in EVERYTHING or _IPV4.fullmatch(first.word)
    component, _ = component_of(tokens, draft.called)
    return bool(first.key or first.quoted or own or component or has_unit(tokens))


def _lease(draft: _Draft, word: str, tokens: list[Token]) -> int:
    length, took = duration_of(tokens)
    if length is not None:
        draft.leases.append(length)
        return took
    if tokens and tokens[0].is_small:
        return 1  # for me, for us
    if tokens and not tokens[0].quoted and tokens[0].text[:1].isupper():
        return _name(draft, word, tokens)  # for Acme
    return _unread(draft, word, _DURATION, tokens)


def _until(draft: _Draft, word: str, tokens: list[Token]) -> int:
    end, took = time_of(tokens)
    if end is None:
        return _unread(draft, word, _TIME, tokens)
    draft.leases.append(end)
    return took


def _ready(draft: _Draft, word: str, tokens: list[Token]) -> int:
    """Read when it is to be ready: by a time of day, or in a while."""
    first = tokens[0].word if tokens else ""
    took = int(first in ("by", "in", "within"))
    after = tokens[took:]
    moment: timedelta | LocalTime | None
    moment, more = (None, 0) if first in ("in", "within") else time_of(after)
    if moment is None and has_unit(after):
        moment, more = duration_of(after)
    if moment is None:
        return took + _unread(draft, word, f"{_TIME}, or `in 3 hours`", after)
    draft.ready_times.append(moment)
    return took + more


def _from(draft: _Draft, word: str, tokens: list[Token]) -> int:
    took = 0
    for number, token in enumerate(tokens):
        if blocks := blocks_in(token.word):
            draft.cidr += blocks
            took = number + 1
        elif not token.is_small:
            break
    return took or _unread(draft, word, _ADDRESSES, tokens)


def blocks_in(text: str) -> tuple[str, ...]:
    """Return a list of addresses as blocks; nothing where one of them is no address."""
    words = [word for word in re.split(r"[,\s]+", text) if word]
    if not all(_IPV4.fullmatch(word) for word in words):
        return ()
    return tuple(word if "/" in word else f"{word}/32" for word in words)


def _in(draft: _Draft, word: str, tokens: list[Token]) -> int:
    if not tokens or not _REGION.fullmatch(tokens[0].word):
        return _unread(draft, word, "a region such as `eu-west-1`", tokens)
    draft.regions.append(tokens[0].word)
    return 1


def _unread(draft: _Draft, word: str, expected: str, tokens: list[Token]) -> int:
    """Note what was expected after a word, and skip what stands there instead."""
    draft.problems.append(_expected(word, expected, tokens))
    took = min(1, len(tokens))
    while took < len(tokens) and not _begins(draft, tokens[took:]):
        took += 1
    return took


def _expected(word: str, expected: str, tokens: list[Token]) -> str:
    got = f", not `{quoted(tokens[0].text)}`" if tokens else ""
    return f"After `{word}` I expect {expected}{got}."


_Reader = Callable[[_Draft, str, list[Token]], int]
_KEYS: Final[Mapping[str, _Reader]] = {
    **dict.fromkeys(("name", "called", "named"), _name),
    **dict.fromkeys(("for", "lease", "ttl"), _lease),
    **dict.fromkeys(("until", "till"), _until),
    "ready": _ready,
    **dict.fromkeys(("from", "cidr"), _from),
    **dict.fromkeys(("in", "region"), _in),
}
"""What announces what, each read from the words behind it; returns how many those are."""

"""Reads a create command: components, name, lease, addresses and region, in any order."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from chalicelib.core import durations
from chalicelib.core.catalog import ALL
from chalicelib.entrypoints.slack.tokens import (
    EVERYTHING,
    SMALL_WORDS,
    Token,
    duration_of,
    quoted,
    with_hint,
)
from chalicelib.services.slack.commands import Create

_KEYS: Final = {
    "name": "name",
    "called": "name",
    "named": "name",
    "for": "for",
    "lease": "for",
    "ttl": "for",
    "from": "from",
    "cidr": "from",
    "in": "in",
    "region": "in",
}
_NO_COMPONENTS: Final = (
    "which components? Name some, as in `/demo create ecs for 8h`, or ask for everything: "
    "`/demo create all`."
)
_IPV4: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?")
_REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Misunderstood:
    """What could not be read, a sentence for each thing."""

    problems: tuple[str, ...]


@dataclass(slots=True)
class _Draft:
    """What has been read of a create command so far."""

    names: Collection[str]
    components: list[str] = field(default_factory=list)
    everything: bool = False
    name: list[str] = field(default_factory=list)
    ttl: list[timedelta] = field(default_factory=list)
    cidr: list[str] = field(default_factory=list)
    region: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def is_component(word: str, names: Collection[str]) -> bool:
    """Return whether a word names components, one or several by comma, and nothing else."""
    parts = [part for part in word.split(",") if part]
    return bool(parts) and all(part in names for part in parts)


def read_create(tokens: list[Token], names: Collection[str]) -> Create | Misunderstood:
    """Return the command that the words after `create` make, or what is unclear about them."""
    draft = _Draft(names)
    at = 0
    while at < len(tokens):
        at += _read(draft, tokens[at:])
    for what, values in (("names", draft.name), ("leases", draft.ttl), ("regions", draft.region)):
        if len(values) > 1:
            draft.problems.append(f"I read {len(values)} {what}; give one.")
    if not (draft.components or draft.everything or draft.problems):
        draft.problems.append(_NO_COMPONENTS)
    if draft.problems:
        return Misunderstood(problems=tuple(dict.fromkeys(draft.problems)))
    return Create(
        components=ALL if draft.everything else tuple(dict.fromkeys(draft.components)),
        name=draft.name[0] if draft.name else None,
        ttl=draft.ttl[0] if draft.ttl else None,
        cidr=tuple(dict.fromkeys(draft.cidr)),
        region=draft.region[0] if draft.region else None,
    )


def _read(draft: _Draft, tokens: list[Token]) -> int:
    """Read what comes next into the draft; return how many tokens it took."""
    first, word = tokens[0], tokens[0].word
    if first.key is not None:
        _option(draft, first)
        return 1
    if first.quoted:
        draft.name.append(first.text)
        return 1
    match _KEYS.get(word):
        case "for":
            return 1 + _lease_after(draft, word, tokens[1:])
        case "from":
            return 1 + _blocks_after(draft, word, tokens[1:])
        case "in":
            return 1 + _region_after(draft, word, tokens[1:])
        case "name":
            return 1 + _name_after(draft, word, tokens[1:])
    return _loose(draft, tokens)


def _loose(draft: _Draft, tokens: list[Token]) -> int:
    """Read a word that no other word announced."""
    word = tokens[0].word
    if durations.looks_like_duration(word) or _number_with_unit(tokens):
        return _lease_after(draft, "for", tokens)
    if _IPV4.fullmatch(word):
        draft.cidr.append(_block(word))
    elif _REGION.fullmatch(word):
        draft.region.append(word)
    elif word in EVERYTHING and word not in draft.names:
        draft.everything = True
    elif word not in SMALL_WORDS:
        _components(draft, word)
    return 1


def _components(draft: _Draft, word: str) -> None:
    for part in (p for p in re.split(r"[,+]", word) if p):
        if part in draft.names:
            draft.components.append(part)
        else:
            known = f"`{quoted(part)}` is no component"
            draft.problems.append(with_hint(known, part, draft.names) + _name_hint(draft))


def _name_hint(draft: _Draft) -> str:
    return ' Put a name of several words in quotes: name="two words".' if draft.name else ""


def _option(draft: _Draft, token: Token) -> None:
    value = Token(token.text, quoted=token.quoted)
    match _KEYS.get(token.key or ""):
        case "name":
            _name_after(draft, "name", [value])
        case "for":
            _lease_after(draft, "for", [value])
        case "from":
            _blocks_after(draft, "from", [value])
        case "in":
            _region_after(draft, "in", [value])
        case _:
            sentence = f"there is no option `{quoted(token.key or '')}=`"
            draft.problems.append(
                f"{with_hint(sentence, token.key or '', _KEYS)} "
                "Template parameters are set over HTTP or on the web page."
            )


def _name_after(draft: _Draft, word: str, tokens: list[Token]) -> int:
    if not tokens or not tokens[0].text:
        draft.problems.append(f'after `{word}` I expect a name: name="two words".')
        return 0
    draft.name.append(tokens[0].text)
    return 1


def _number_with_unit(tokens: list[Token]) -> bool:
    return (
        len(tokens) > 1
        and durations.is_number(tokens[0].word)
        and durations.is_unit(tokens[1].word)
    )


def _lease_after(draft: _Draft, word: str, tokens: list[Token]) -> int:
    length, took = duration_of(tokens)
    if length is not None:
        draft.ttl.append(length)
        return took
    got = f", not `{quoted(tokens[0].text)}`" if tokens else ""
    example = "a duration such as `8h`, `90 min` or `2 days`"
    draft.problems.append(f"after `{word}` I expect {example}{got}.")
    return min(1, len(tokens))


def _blocks_after(draft: _Draft, word: str, tokens: list[Token]) -> int:
    took = 0
    for token in tokens:
        parts = [p for p in re.split(r"[,\s]+", token.word) if p]
        if not parts or not all(_IPV4.fullmatch(part) for part in parts):
            if took and token.word in SMALL_WORDS and _more_blocks(tokens[took + 1 :]):
                took += 1
                continue
            break
        draft.cidr += [_block(part) for part in parts]
        took += 1
    if took:
        return took
    got = f", not `{quoted(tokens[0].text)}`" if tokens else ""
    draft.problems.append(
        f"after `{word}` I expect addresses such as `203.0.113.7` or `203.0.113.0/24`{got}."
    )
    return min(1, len(tokens))


def _more_blocks(tokens: list[Token]) -> bool:
    return bool(tokens) and _IPV4.fullmatch(tokens[0].word) is not None


def _block(word: str) -> str:
    return word if "/" in word else f"{word}/32"


def _region_after(draft: _Draft, word: str, tokens: list[Token]) -> int:
    if tokens and _REGION.fullmatch(tokens[0].word):
        draft.region.append(tokens[0].word)
        return 1
    got = f", not `{quoted(tokens[0].text)}`" if tokens else ""
    draft.problems.append(f"after `{word}` I expect a region such as `eu-west-1`{got}.")
    return min(1, len(tokens))

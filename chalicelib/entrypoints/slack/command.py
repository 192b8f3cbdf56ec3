"""What somebody typed after /demo becomes a command, or sentences about what is unclear.

Forgiving about order, units, quotes and small words; precise about what it cannot read. Any
text at all gives an answer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from chalicelib.core.demo import DEMO_ID
from chalicelib.entrypoints.slack.create import Misunderstood, is_component, read_create
from chalicelib.entrypoints.slack.tokens import (
    EVERYTHING,
    SMALL_WORDS,
    Token,
    duration_of,
    quoted,
    tokenized,
    with_hint,
)
from chalicelib.services.slack.commands import (
    DEFAULT_EXTENSION,
    Delete,
    DemoCommand,
    Extend,
    ListDemos,
    Retry,
    ShowDemo,
)


@dataclass(frozen=True)
class ShowCatalog:
    """Show what a demo can be made of."""


@dataclass(frozen=True)
class Help:
    """Explain the commands."""


@dataclass(frozen=True)
class OpenForm:
    """Show the form."""


Understood = DemoCommand | ShowCatalog | Help | OpenForm | Misunderstood
"""A command for the service, or one that is answered here."""

MAX_TEXT: Final = 2000

_VERBS: Final = {
    "create": "create",
    "new": "create",
    "make": "create",
    "start": "create",
    "list": "list",
    "ls": "list",
    "status": "status",
    "show": "status",
    "extend": "extend",
    "prolong": "extend",
    "delete": "delete",
    "remove": "delete",
    "end": "delete",
    "stop": "delete",
    "retry": "retry",
    "catalog": "catalog",
    "catalogue": "catalog",
    "help": "help",
    "?": "help",
}


def parse(text: str, names: Collection[str]) -> Understood:
    """Return the command in a text; `names` are the components there are. Never raises."""
    tokens = [*tokenized(text[:MAX_TEXT])]
    if not tokens:
        return OpenForm()
    verb = _VERBS.get(tokens[0].word)
    rest = tokens[1:]
    match verb:
        case "create":
            return read_create(rest, names)
        case "list":
            return _list(rest)
        case "status" | "delete" | "extend" | "retry":
            return _about_one(verb, rest)
        case "catalog":
            return ShowCatalog()
        case "help":
            return Help()
        case _:
            return _without_verb(tokens, names)


def _without_verb(tokens: list[Token], names: Collection[str]) -> Understood:
    first = tokens[0]
    if first.key is None and is_component(first.word, names):
        return read_create(tokens, names)
    if DEMO_ID.fullmatch(first.word) and any(c.isdigit() for c in first.word):
        return ShowDemo(demo_id=first.word)
    known = f"`{quoted(first.text)}` is no command I know"
    return Misunderstood(problems=(with_hint(known, first.word, _VERBS),))


def _list(tokens: list[Token]) -> Understood:
    words = [t.word for t in tokens if t.word not in SMALL_WORDS]
    odd = [w for w in words if w not in EVERYTHING]
    if odd:
        sentence = f"`list` takes `all` or nothing, not `{quoted(odd[0])}`."
        return Misunderstood(problems=(sentence,))
    return ListDemos(everybody=bool(words))


def _about_one(verb: str, tokens: list[Token]) -> Understood:
    """Read a command about one demo: its id, and for `extend` a duration, in any order."""
    ids, length, odd = [], None, []
    at = 0
    while at < len(tokens):
        found, took = duration_of(tokens[at:]) if verb == "extend" else (None, 0)
        word = tokens[at].word
        if found is not None:
            length, at = found, at + took
            continue
        if DEMO_ID.fullmatch(word):
            ids.append(word)
        elif word not in SMALL_WORDS and word not in ("for", "to", "id"):
            odd.append(tokens[at].text)
        at += 1
    if problem := _id_problem(verb, ids, odd):
        return Misunderstood(problems=(problem,))
    match verb:
        case "extend":
            return Extend(demo_id=ids[0], by=length or DEFAULT_EXTENSION)
        case "delete":
            return Delete(demo_id=ids[0])
        case "retry":
            return Retry(demo_id=ids[0])
        case _:
            return ShowDemo(demo_id=ids[0])


def _id_problem(verb: str, ids: list[str], odd: list[str]) -> str | None:
    example = f"`/demo {verb} k3f9x2ab{' 2h' if verb == 'extend' else ''}`"
    if odd:
        return f"I cannot read `{quoted(odd[0])}` here; I expect {example}."
    if not ids:
        return f"which demo? Give its id, as in {example}; `/demo list` shows yours."
    if len(set(ids)) > 1:
        return f"one demo at a time: I read {len(set(ids))} ids."
    return None

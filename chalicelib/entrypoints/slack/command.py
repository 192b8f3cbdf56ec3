"""What somebody typed after /demo becomes a command, or sentences about what is unclear.

Forgiving about order, units, quotes and small words; precise about what it cannot read. Any
text at all gives an answer. `COMMANDS` is the table of what there is: a command to add is a row
there, a value in services/slack/commands.py, and what it does in services/slack/requests.py.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalicelib.core.naming import DEMO_ID
from chalicelib.core.parameters import text_fault
from chalicelib.core.share import MAX_LABEL
from chalicelib.entrypoints.slack.create import Misunderstood, read_create, time_problem
from chalicelib.entrypoints.slack.words import (
    EVERYTHING,
    Token,
    component_of,
    duration_of,
    has_unit,
    quoted,
    time_of,
    tokenized,
    with_hint,
)
from chalicelib.services.slack.commands import (
    Allow,
    Begin,
    Delete,
    DemoCommand,
    Extend,
    ListDemos,
    Pause,
    Resume,
    Retry,
    ShareDemo,
    ShowCredentials,
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
Called = Mapping[str, str]
"""What the components are called, and their names."""

MAX_TEXT: Final = 2000


@dataclass(frozen=True, slots=True)
class Command:
    """A command: the words that begin it, how the rest is read, an example and what it does."""

    words: str
    read: Callable[[list[Token], Called], Understood]
    example: str
    does: str


def parse(text: str, called: Called) -> Understood:
    """Return the command in a text; `called` are the components there are. Never raises."""
    tokens = [*tokenized(text[:MAX_TEXT])]
    if not tokens:
        return OpenForm()
    while tokens and tokens[0].is_small and not has_unit(tokens):
        tokens = tokens[1:]
    for count in (2, 1):
        phrase = " ".join(token.word for token in tokens[:count])
        if phrase in _BY_WORD:
            return _BY_WORD[phrase].read(tokens[count:], called)
    return _without_verb(tokens, called) if tokens else Help()


def _without_verb(tokens: list[Token], called: Called) -> Understood:
    """Read what begins with no command: components to create, a demo's id, or nothing known."""
    first = tokens[0]
    parts = [Token(part) for part in first.word.replace("+", ",").split(",")]
    component, _ = component_of(tokens if len(parts) == 1 else parts, called)
    if first.key is None and component:
        return read_create(tokens, called)
    if DEMO_ID.fullmatch(first.word) and any(c.isdigit() for c in first.word):
        return ShowDemo(demo=first.word)
    unknown = f"I do not know the command `{quoted(first.text)}`"
    return Misunderstood(problems=(with_hint(unknown, first.word, _SUGGESTED, _ALIKE),))


def _create(tokens: list[Token], called: Called) -> Understood:
    return read_create(tokens, called)


def _list(tokens: list[Token], _: Called) -> Understood:
    words = [token.word for token in tokens if not token.is_small]
    if odd := [word for word in words if word not in EVERYTHING]:
        sentence = f"`list` takes `all` or nothing, not `{quoted(odd[0])}`."
        return Misunderstood(problems=(sentence,))
    return ListDemos(everybody=bool(words))


def _about_one(make: Callable[..., Understood]) -> Callable[[list[Token], Called], Understood]:
    """Return a reader of one demo, by id, by name, or not named at all."""
    return lambda tokens, _: make(demo=_demo(tokens))


def _extend(tokens: list[Token], _: Called) -> Understood:
    """Read a demo, and a duration or a time of day in any place."""
    named: list[Token] = []
    lease: dict[str, Any] = {}
    while tokens:
        word, rest = tokens[0].word, tokens[1:]
        end, took = time_of(rest) if word in ("until", "till", "to") else (None, 0)
        if end is not None:
            lease["until"], tokens = end, rest[took:]
            continue
        if word in ("until", "till"):
            return Misunderstood(problems=(time_problem(word, rest),))
        here = rest if word in ("by", "for") else tokens
        length, took = duration_of(here) if here is rest or has_unit(tokens) else (None, 0)
        if length is not None:
            lease["by"], tokens = length, here[took:]
            continue
        named += [] if word == "for" else [tokens[0]]
        tokens = rest
    return Extend(demo=_demo(named), **lease)


def _share(tokens: list[Token], _: Called) -> Understood:
    """Read a demo, and what its owner calls the link."""
    label = "".join(token.text.strip() for token in tokens if token.key == "label")
    fault = text_fault(label)
    if len(label) > MAX_LABEL:
        fault = f"may have {MAX_LABEL} characters"
    if fault:
        return Misunderstood(problems=(f"The label {fault}.",))
    named = [token for token in tokens if token.key != "label"]
    return ShareDemo(demo=_demo(named), label=label)


def _demo(tokens: list[Token]) -> str:
    """Return what names a demo among words, its courtesies left out."""
    return " ".join(token.text.strip(",;:!`*_") for token in tokens if not token.is_small)


def _allow(*, out: bool) -> Callable[[list[Token], Called], Understood]:
    """Return a reader of a demo and of the addresses to let in, or to keep out."""

    def read(tokens: list[Token], _: Called) -> Understood:
        found = [(token, _block(token.word)) for token in tokens]
        blocks = tuple(block for _, block in found if block)
        if not blocks:
            example = "`/demo allow Acme pilot 203.0.113.7`"
            sentence = f"I expect an address, as in {example}."
            return Misunderstood(problems=(sentence,))
        named = [token for token, block in found if not block and token.word not in _AROUND]
        return Allow(demo=_demo(named), blocks=blocks, out=out)

    return read


_AROUND: Final = ("from", "for", "in", "into")


def _block(word: str) -> str:
    """Return an address or a block as a block, in its plain form; nothing for another word."""
    try:
        return str(ipaddress.ip_network(word, strict=False))
    except ValueError:
        return ""


COMMANDS: Final = (
    Command(
        "create|new|make|start|launch|spin up|set up|build|give",
        _create,
        'create ecs jenkins name="Acme pilot" for 8h from 203.0.113.7',
        "creates a demo; with `ready by 2pm tomorrow` for then",
    ),
    Command(
        "list|ls",
        _list,
        "list",
        "shows your demos; `list all` shows everybody's to an admin",
    ),
    Command("status|show|info|state", _about_one(ShowDemo), "status Acme pilot", "shows one demo"),
    Command("extend|prolong", _extend, "extend Acme pilot by 2h", "extends its lease"),
    Command(
        "delete|remove|end|stop|kill|destroy|terminate|tear down|shut down",
        _about_one(Delete),
        "delete Acme pilot",
        "asks, then removes it and everything it made",
    ),
    Command(
        "share|invite",
        _share,
        'share Acme pilot label="Their CTO"',
        "makes a link for a prospect, which needs no account; the label is for you alone",
    ),
    Command(
        "retry|try again", _about_one(Retry), "retry Acme pilot", "tries what failed again now"
    ),
    Command(
        "pause|suspend|sleep",
        _about_one(Pause),
        "pause Acme pilot",
        "says what a pause loses and saves, then pauses it",
    ),
    Command(
        "begin",
        _about_one(Begin),
        "begin Acme pilot",
        "starts a scheduled demo now, and not at its time",
    ),
    Command(
        "resume|unpause|wake|wake up|continue",
        _about_one(Resume),
        "resume Acme pilot",
        "builds again what the pause took down",
    ),
    Command(
        "allow|let in|admit",
        _allow(out=False),
        "allow Acme pilot 203.0.113.7",
        "lets an address in",
    ),
    Command(
        "disallow|shut out|keep out",
        _allow(out=True),
        "disallow Acme pilot 203.0.113.7",
        "keeps an address out again",
    ),
    Command(
        "credentials|credential|password|passwords|login|creds",
        _about_one(ShowCredentials),
        "credentials Acme pilot",
        "shows users and passwords, to you alone",
    ),
    Command(
        "catalog|catalogue|components",
        lambda *_: ShowCatalog(),
        "catalog",
        "shows what a demo can be made of",
    ),
    Command("help|?|usage|how", lambda *_: Help(), "help", "shows the commands"),
)
"""Every command, in the order in which help shows them."""

_BY_WORD: Final = {word: command for command in COMMANDS for word in command.words.split("|")}
_ALIKE: Final = 0.7
_SUGGESTED: Final = [w for w, c in _BY_WORD.items() if c.words.split("|")[0] != "delete"]
"""A word that is misspelt suggests these; never a deletion."""

"""What somebody typed after /demo becomes a command, or sentences about what is unclear.

Forgiving about order, units, quotes and small words; precise about what it cannot read. Any
text at all gives an answer.
"""

from __future__ import annotations

import html
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal

from chalicelib.core.chat import spans
from chalicelib.core.demo import DEMO_ID
from chalicelib.core.request import suggestion

MAX_TEXT: Final = 2000
DEFAULT_EXTENSION: Final = timedelta(hours=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class Create:
    """Ask for a demo; no components mean all of them, no addresses the operator's default."""

    components: tuple[str, ...] = ()
    name: str | None = None
    ttl: timedelta | None = None
    cidr: tuple[str, ...] = ()
    region: str | None = None
    kind: Literal["create"] = "create"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDemos:
    """List one's own demos, or everybody's."""

    everybody: bool = False
    kind: Literal["list"] = "list"


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """Show one demo."""

    demo_id: str
    kind: Literal["status"] = "status"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """Let a demo live longer.

    A button says which end it was `seen` with, so that pressing it twice extends once.
    """

    demo_id: str
    by: timedelta = DEFAULT_EXTENSION
    seen: datetime | None = None
    kind: Literal["extend"] = "extend"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delete:
    """Want a demo gone."""

    demo_id: str
    kind: Literal["delete"] = "delete"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Hurry a quarantined teardown."""

    demo_id: str
    kind: Literal["retry"] = "retry"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShowCatalog:
    """Show what can be asked for."""

    kind: Literal["catalog"] = "catalog"


@dataclass(frozen=True, slots=True, kw_only=True)
class Help:
    """Explain the commands."""

    kind: Literal["help"] = "help"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenForm:
    """Show the form."""

    kind: Literal["form"] = "form"


@dataclass(frozen=True, slots=True, kw_only=True)
class Misunderstood:
    """What could not be read, a sentence for each thing."""

    problems: tuple[str, ...]
    kind: Literal["misunderstood"] = "misunderstood"


Order = Create | ListDemos | Status | Extend | Delete | Retry
"""What changes or looks at demos, and so needs to know who asks."""
Command = Order | ShowCatalog | Help | OpenForm | Misunderstood

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
_SMALL_WORDS: Final = frozenset(
    {"a", "an", "the", "and", "with", "of", "please", "demo", "demos", "my", "me", "by", "+", "&"}
)
_EVERYTHING: Final = frozenset({"all", "everything"})
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
_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'"})  # noqa: RUF001
_TOKEN: Final = re.compile(
    r"""(?P<key>[A-Za-z_]+)=(?P<kq>["'])(?P<kqv>.*?)(?P=kq)   # name="two words"
      | (?P<key2>[A-Za-z_]+)=(?P<kv>[^\s"']*)                 # for=2h
      | (?P<q>["'])(?P<qv>.*?)(?P=q)                          # "two words"
      | (?P<word>\S+)""",
    re.VERBOSE,
)
_IPV4: Final = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}(?:/[0-9]{1,2})?")
_REGION: Final = re.compile(r"[a-z]{2}(?:-[a-z]+)+-[0-9]")


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    key: str | None = None
    quoted: bool = False

    @property
    def word(self) -> str:
        """The token as a word of ours: lower case, without the punctuation around it."""
        return self.text.lower() if self.quoted else self.text.lower().strip(",;:!`*_")


def parse(text: str, names: Collection[str]) -> Command:
    """Return the command in a text; `names` are the components there are. Never raises."""
    tokens = [*_tokens(text[:MAX_TEXT])]
    if not tokens:
        return OpenForm()
    verb = _VERBS.get(tokens[0].word)
    rest = tokens[1:]
    match verb:
        case "create":
            return _create(rest, names)
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


def _tokens(text: str) -> Iterator[_Token]:
    plain = html.unescape(text).translate(_QUOTES)
    for found in _TOKEN.finditer(plain):
        if found["key"]:
            yield _Token(found["kqv"].strip(), key=found["key"].lower(), quoted=True)
        elif found["key2"]:
            yield _Token(found["kv"], key=found["key2"].lower())
        elif found["q"]:
            yield _Token(found["qv"].strip(), quoted=True)
        elif found["word"].strip(",;:!`*_"):
            yield _Token(found["word"])


def _without_verb(tokens: list[_Token], names: Collection[str]) -> Command:
    first = tokens[0]
    if first.key is None and _is_component(first.word, names):
        return _create(tokens, names)
    if DEMO_ID.fullmatch(first.word) and any(c.isdigit() for c in first.word):
        return Status(demo_id=first.word)
    known = f"`{quoted(first.text)}` is no command I know"
    return Misunderstood(problems=(_with_hint(known, first.word, _VERBS),))


def _with_hint(sentence: str, word: str, known: Collection[str]) -> str:
    hint = suggestion(word, known)
    return f"{sentence}; {hint.replace(chr(39), '`')}" if hint else f"{sentence}."


def quoted(text: str) -> str:
    """Return somebody's words as they may stand between backticks: short, and without any."""
    plain = " ".join(text.replace("`", "'").split())
    return plain if len(plain) <= 60 else f"{plain[:59]}…"  # noqa: PLR2004


# create ---------------------------------------------------------------------------------------


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


def _is_component(word: str, names: Collection[str]) -> bool:
    parts = [part for part in word.split(",") if part]
    return bool(parts) and all(part in names for part in parts)


def _create(tokens: list[_Token], names: Collection[str]) -> Command:
    draft = _Draft(names)
    at = 0
    while at < len(tokens):
        at += _read(draft, tokens[at:])
    for what, values in (("names", draft.name), ("leases", draft.ttl), ("regions", draft.region)):
        if len(values) > 1:
            draft.problems.append(f"I read {len(values)} {what}; give one.")
    if draft.problems:
        return Misunderstood(problems=tuple(dict.fromkeys(draft.problems)))
    return Create(
        components=() if draft.everything else tuple(dict.fromkeys(draft.components)),
        name=draft.name[0] if draft.name else None,
        ttl=draft.ttl[0] if draft.ttl else None,
        cidr=tuple(dict.fromkeys(draft.cidr)),
        region=draft.region[0] if draft.region else None,
    )


def _read(draft: _Draft, tokens: list[_Token]) -> int:
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
            return 1 + _span_after(draft, word, tokens[1:])
        case "from":
            return 1 + _blocks_after(draft, word, tokens[1:])
        case "in":
            return 1 + _region_after(draft, word, tokens[1:])
        case "name":
            return 1 + _name_after(draft, word, tokens[1:])
    return _loose(draft, tokens)


def _loose(draft: _Draft, tokens: list[_Token]) -> int:
    """Read a word that no other word announced."""
    word = tokens[0].word
    if spans.looks_like_span(word) or _number_with_unit(tokens):
        return _span_after(draft, "for", tokens)
    if _IPV4.fullmatch(word):
        draft.cidr.append(_block(word))
    elif _REGION.fullmatch(word):
        draft.region.append(word)
    elif word in _EVERYTHING:
        draft.everything = True
    elif word not in _SMALL_WORDS:
        _components(draft, word)
    return 1


def _components(draft: _Draft, word: str) -> None:
    for part in (p for p in re.split(r"[,+]", word) if p):
        if part in draft.names:
            draft.components.append(part)
        else:
            known = f"`{quoted(part)}` is no component"
            draft.problems.append(_with_hint(known, part, draft.names) + _name_hint(draft))


def _name_hint(draft: _Draft) -> str:
    return ' Put a name of several words in quotes: name="two words".' if draft.name else ""


def _option(draft: _Draft, token: _Token) -> None:
    value = _Token(token.text, quoted=token.quoted)
    match _KEYS.get(token.key or ""):
        case "name":
            _name_after(draft, "name", [value])
        case "for":
            _span_after(draft, "for", [value])
        case "from":
            _blocks_after(draft, "from", [value])
        case "in":
            _region_after(draft, "in", [value])
        case _:
            sentence = f"there is no option `{quoted(token.key or '')}=`"
            draft.problems.append(
                f"{_with_hint(sentence, token.key or '', _KEYS)} "
                "Template parameters are set over HTTP or on the web page."
            )


def _name_after(draft: _Draft, word: str, tokens: list[_Token]) -> int:
    if not tokens or not tokens[0].text:
        draft.problems.append(f'after `{word}` I expect a name: name="two words".')
        return 0
    draft.name.append(tokens[0].text)
    return 1


def _number_with_unit(tokens: list[_Token]) -> bool:
    return len(tokens) > 1 and spans.is_number(tokens[0].word) and spans.is_unit(tokens[1].word)


def _span_after(draft: _Draft, word: str, tokens: list[_Token]) -> int:
    length, took = _span(tokens)
    if length is not None:
        draft.ttl.append(length)
        return took
    got = f", not `{quoted(tokens[0].text)}`" if tokens else ""
    example = "a span such as `8h`, `90 min` or `2 days`"
    draft.problems.append(f"after `{word}` I expect {example}{got}.")
    return min(1, len(tokens))


def _span(tokens: list[_Token]) -> tuple[timedelta | None, int]:
    """Return the span that tokens begin with and how many it takes."""
    if not tokens:
        return None, 0
    number = "1" if tokens[0].word in ("a", "an", "one") else tokens[0].word
    if len(tokens) > 1 and spans.is_number(number) and spans.is_unit(tokens[1].word):
        return spans.span(number, tokens[1].word), 2
    return spans.span(tokens[0].word), 1


def _blocks_after(draft: _Draft, word: str, tokens: list[_Token]) -> int:
    took = 0
    for token in tokens:
        parts = [p for p in re.split(r"[,\s]+", token.word) if p]
        if not parts or not all(_IPV4.fullmatch(part) for part in parts):
            if took and token.word in _SMALL_WORDS and _more_blocks(tokens[took + 1 :]):
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


def _more_blocks(tokens: list[_Token]) -> bool:
    return bool(tokens) and _IPV4.fullmatch(tokens[0].word) is not None


def _block(word: str) -> str:
    return word if "/" in word else f"{word}/32"


def _region_after(draft: _Draft, word: str, tokens: list[_Token]) -> int:
    if tokens and _REGION.fullmatch(tokens[0].word):
        draft.region.append(tokens[0].word)
        return 1
    got = f", not `{quoted(tokens[0].text)}`" if tokens else ""
    draft.problems.append(f"after `{word}` I expect a region such as `eu-west-1`{got}.")
    return min(1, len(tokens))


# the others -----------------------------------------------------------------------------------


def _list(tokens: list[_Token]) -> Command:
    words = [t.word for t in tokens if t.word not in _SMALL_WORDS]
    odd = [w for w in words if w not in _EVERYTHING]
    if odd:
        sentence = f"`list` takes `all` or nothing, not `{quoted(odd[0])}`."
        return Misunderstood(problems=(sentence,))
    return ListDemos(everybody=bool(words))


def _about_one(verb: str, tokens: list[_Token]) -> Command:
    """Read a command about one demo: its id, and for `extend` a span, in any order."""
    ids, length, odd = [], None, []
    at = 0
    while at < len(tokens):
        found, took = _span(tokens[at:]) if verb == "extend" else (None, 0)
        word = tokens[at].word
        if found is not None:
            length, at = found, at + took
            continue
        if DEMO_ID.fullmatch(word):
            ids.append(word)
        elif word not in _SMALL_WORDS and word not in ("for", "to", "id"):
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
            return Status(demo_id=ids[0])


def _id_problem(verb: str, ids: list[str], odd: list[str]) -> str | None:
    example = f"`/demo {verb} k3f9x2ab{' 2h' if verb == 'extend' else ''}`"
    if odd:
        return f"I cannot read `{quoted(odd[0])}` here; I expect {example}."
    if not ids:
        return f"which demo? Give its id, as in {example}; `/demo list` shows yours."
    if len(set(ids)) > 1:
        return f"one demo at a time: I read {len(set(ids))} ids."
    return None

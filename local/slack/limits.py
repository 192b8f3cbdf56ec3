"""What Slack would refuse of a message or a modal.

    problems = message_problems({"text": …, "blocks": […]})

slack_sdk's models judge most of it: what was sent is read back into them, apart from the code
that made it. Here is what the models let pass and Slack does not ("Block Kit" reference): fields
and kinds that they drop, texts of the wrong kind, ids that are missing or used twice, what a
field begins with that it could not hold, and how much a message may have.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from itertools import chain
from typing import Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models import JsonObject
from slack_sdk.models.blocks import Block, Option
from slack_sdk.models.views import View

Json = dict[str, Any]
Problems = Iterator[str]

_MESSAGE_BLOCKS = 50
_MESSAGE_TEXT = 40_000
_TEXT = 3000
_MESSAGE_KINDS = ("section", "header", "context", "actions", "divider")
_PLAIN = ("title", "submit", "close", "label", "hint", "placeholder", "confirm", "deny")


def message_problems(message: Json) -> list[str]:
    """Name everything about a message that Slack would refuse."""
    blocks, text = message.get("blocks") or [], message.get("text", "")
    found = [*_blocks(blocks, _MESSAGE_KINDS)]
    if len(blocks) > _MESSAGE_BLOCKS:
        found.append(f"{len(blocks)} blocks, at most {_MESSAGE_BLOCKS}")
    if not text and not blocks:
        found.append("message: no_text")
    if len(text) > _MESSAGE_TEXT:
        found.append(f"message.text: {len(text)} characters, at most {_MESSAGE_TEXT}")
    return found


def view_problems(view: Json) -> list[str]:
    """Name everything about a modal that Slack would refuse."""
    blocks = view.get("blocks", [])
    shell = {**view, "blocks": [{"type": "divider"}] * len(blocks)}
    whole = _refused(lambda given: View(**given), shell, "view")
    if "title" not in view:
        whole = chain(whole, ["view: no title"])
    return [*whole, *_texts(view, "view"), *_blocks(blocks, (*_MESSAGE_KINDS, "input"))]


def _blocks(blocks: Sequence[Json], kinds: Sequence[str]) -> Problems:
    yield from _twice((b.get("block_id") for b in blocks), "two blocks with one block_id")
    for number, block in enumerate(blocks):
        where = f"blocks[{number}]"
        if block.get("type") not in kinds:
            yield f"{where}: no block of type {block.get('type')!r} here"
            continue
        yield from _texts(block, where)
        yield from _parts(block, where)
        yield from _refused(Block.parse, block, where)


def _parts(block: Json, where: str) -> Problems:
    """Judge the elements in a block."""
    elements = [*block.get("elements", ()), *[block[n] for n in ("element",) if n in block]]
    names = [e.get("action_id") for e in elements]
    yield from _twice(names, f"{where}: two elements with one action_id")
    if block["type"] in ("actions", "input") and not all(names):
        yield f"{where}: an element without action_id"
    for number, element in enumerate(elements):
        there = f"{where}.elements[{number}]"
        yield from _texts(element, there)
        yield from _options(element, there)
        if "url" in element and not element["url"].startswith(("https://", "http://")):
            yield f"{there}.url: no address"
        most = min(element.get("max_length", _TEXT), _TEXT)
        if len(element.get("initial_value", "")) > most or element.get("max_length", 0) > _TEXT:
            yield f"{there}: more than {most} characters"
        if isinstance(text := element.get("text"), str) and len(text) > _TEXT:
            yield f"{there}: {len(text)} characters, at most {_TEXT}"


def _options(element: Json, where: str) -> Problems:
    options = element.get("options", [])
    for number, option in enumerate(options):
        yield from _refused(lambda given: Option(**given), option, f"{where}.options[{number}]")
    yield from _twice((o["value"] for o in options), f"{where}: two options with one value")
    chosen = [*element.get("initial_options", ()), element.get("initial_option")]
    if any(option not in options for option in chosen if option):
        yield f"{where}: an initial option that is none of the options"


def _texts(given: Json, where: str) -> Problems:
    """Judge the kinds of the texts of a block or element, and of its confirmation."""
    kind = given.get("type")
    for name in (*_PLAIN, *(["text"] if kind in ("header", "button") else [])):
        text = given.get(name) or {"type": "plain_text"}
        if "title" in text:
            yield from _texts(text, f"{where}.{name}")
        elif text.get("type") != "plain_text":
            yield f"{where}.{name}: text of type {text.get('type')!r}"


def _refused(model: Callable[[Json], JsonObject | None], given: Json, where: str) -> Problems:
    """Say what the model of something refuses of it, or that it takes only a part of it."""
    try:
        read = model(deepcopy(given))  # the models take dictionaries apart
        if read is None or read.to_dict() != given:
            yield f"{where}: has what none of its kind has"
    except (SlackObjectFormationError, TypeError) as error:
        yield f"{where}: {error}"


def _twice(names: Iterable[Any], problem: str) -> Problems:
    given = [name for name in names if name]
    if len(given) != len(set(given)):
        yield problem

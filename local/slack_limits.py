"""Slack's limits on what an app may send, as its "Block Kit" reference gives them.

    problems = message_problems({"text": …, "blocks": […]})

Written apart from the code that makes the messages, so that the one can judge the other.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Given = Mapping[str, Any]
Problems = Iterator[str]

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
_MESSAGE_TEXT = 40_000
_ELEMENTS = {"actions": 25, "context": 10}
_BUTTON_STYLES = ("primary", "danger")


def message_problems(message: Given) -> list[str]:
    """Name everything about a message that Slack would refuse."""
    blocks = message.get("blocks") or []
    found = [*_blocks(blocks, MESSAGE_BLOCKS, view=False)]
    if not message.get("text") and not blocks:
        found.append("message: no_text")
    return [*found, *_length(message.get("text", ""), "message.text", _MESSAGE_TEXT, least=0)]


def view_problems(view: Given) -> list[str]:
    """Name everything about a modal that Slack would refuse."""
    found = [*_keys(view, "view", {"type", "title", "blocks"}, _VIEW_EXTRA)]
    for name in ("title", "submit", "close"):
        if name in view:
            found += _text(view[name], f"view.{name}", 24, plain=True)
    found += _length(view.get("private_metadata", ""), "view.private_metadata", 3000, least=0)
    found += _length(view.get("callback_id", ""), "view.callback_id", 255, least=0)
    return [*found, *_blocks(view.get("blocks", []), VIEW_BLOCKS, view=True)]


_VIEW_EXTRA = {"submit", "close", "private_metadata", "callback_id", "notify_on_close"}


def _blocks(blocks: list[Given], most: int, *, view: bool) -> Problems:
    if len(blocks) > most:
        yield f"{len(blocks)} blocks, at most {most}"
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        yield "two blocks with one block_id"
    for number, block in enumerate(blocks):
        where = f"blocks[{number}]"
        kind = block.get("type")
        if kind not in _BLOCKS or (kind == "input" and not view):
            yield f"{where}: no block of type {kind!r} here"
            continue
        yield from _length(block.get("block_id", "-"), f"{where}.block_id", 255)
        yield from _BLOCKS[kind](block, where)


def _section(block: Given, where: str) -> Problems:
    yield from _keys(block, where, {"type"}, {"text", "fields", "accessory", "block_id"})
    if "text" not in block and not block.get("fields"):
        yield f"{where}: neither text nor fields"
    if "text" in block:
        yield from _text(block["text"], f"{where}.text", 3000)
    for field in block.get("fields", ()):
        yield from _text(field, f"{where}.fields", 2000)
    if len(block.get("fields", ())) > 10:  # noqa: PLR2004
        yield f"{where}: more than 10 fields"
    if "accessory" in block:
        yield from _element(block["accessory"], f"{where}.accessory")


def _header(block: Given, where: str) -> Problems:
    yield from _keys(block, where, {"type", "text"}, {"block_id"})
    yield from _text(block["text"], f"{where}.text", 150, plain=True)


def _context(block: Given, where: str) -> Problems:
    yield from _keys(block, where, {"type", "elements"}, {"block_id"})
    yield from _count(block["elements"], where, _ELEMENTS["context"])
    for element in block["elements"]:
        yield from _text(element, f"{where}.elements", 3000)


def _actions(block: Given, where: str) -> Problems:
    yield from _keys(block, where, {"type", "elements"}, {"block_id"})
    yield from _count(block["elements"], where, _ELEMENTS["actions"])
    names = [element.get("action_id") for element in block["elements"]]
    if len(names) != len(set(names)):
        yield f"{where}: two elements with one action_id"
    for number, element in enumerate(block["elements"]):
        yield from _element(element, f"{where}.elements[{number}]")


def _input(block: Given, where: str) -> Problems:
    extra = {"block_id", "optional", "hint", "dispatch_action"}
    yield from _keys(block, where, {"type", "label", "element"}, extra)
    yield from _text(block["label"], f"{where}.label", 2000, plain=True)
    if "hint" in block:
        yield from _text(block["hint"], f"{where}.hint", 2000, plain=True)
    yield from _element(block["element"], f"{where}.element")


def _divider(block: Given, where: str) -> Problems:
    yield from _keys(block, where, {"type"}, {"block_id"})


_BLOCKS: dict[str, Callable[[Given, str], Problems]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "divider": _divider,
}


def _element(element: Given, where: str) -> Problems:
    kind = element.get("type")
    if kind not in _KINDS:
        yield f"{where}: no element of type {kind!r}"
        return
    yield from _length(element.get("action_id", ""), f"{where}.action_id", 255)
    yield from _KINDS[kind](element, where)


def _button(element: Given, where: str) -> Problems:
    extra = {"value", "url", "style", "confirm", "accessibility_label"}
    yield from _keys(element, where, {"type", "text", "action_id"}, extra)
    yield from _text(element["text"], f"{where}.text", 75, plain=True)
    yield from _length(element.get("value", "-"), f"{where}.value", 2000)
    yield from _length(element.get("url", "https://-"), f"{where}.url", 3000)
    if not element.get("url", "https://-").startswith(("https://", "http://")):
        yield f"{where}.url: no address"
    if element.get("style", "primary") not in _BUTTON_STYLES:
        yield f"{where}.style: {element['style']!r}"
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{where}.confirm")


def _confirm(given: Given, where: str) -> Problems:
    yield from _keys(given, where, {"title", "text", "confirm", "deny"}, {"style"})
    yield from _text(given["title"], f"{where}.title", 100, plain=True)
    yield from _text(given["text"], f"{where}.text", 300)
    yield from _text(given["confirm"], f"{where}.confirm", 30, plain=True)
    yield from _text(given["deny"], f"{where}.deny", 30, plain=True)


def _select(element: Given, where: str) -> Problems:
    extra = {"placeholder", "initial_option", "initial_options", "max_selected_items"}
    yield from _keys(element, where, {"type", "action_id", "options"}, extra)
    yield from _count(element["options"], where, 100)
    for option in element["options"]:
        yield from _text(option["text"], f"{where}.options", 75, plain=True)
        yield from _length(option["value"], f"{where}.options.value", 150)
    values = [option["value"] for option in element["options"]]
    if len(values) != len(set(values)):
        yield f"{where}: two options with one value"
    chosen = [*element.get("initial_options", ())]
    chosen += [element["initial_option"]] if "initial_option" in element else []
    if any(option not in element["options"] for option in chosen):
        yield f"{where}: an initial option that is none of the options"
    if "placeholder" in element:
        yield from _text(element["placeholder"], f"{where}.placeholder", 150, plain=True)


def _text_input(element: Given, where: str) -> Problems:
    extra = {"placeholder", "initial_value", "max_length", "min_length", "multiline"}
    yield from _keys(element, where, {"type", "action_id"}, extra)
    if not 1 <= element.get("max_length", 1) <= 3000:  # noqa: PLR2004
        yield f"{where}.max_length: {element['max_length']}"
    most = element.get("max_length", 3000)
    yield from _length(element.get("initial_value", ""), f"{where}.initial_value", most, least=0)
    if "placeholder" in element:
        yield from _text(element["placeholder"], f"{where}.placeholder", 150, plain=True)


_KINDS: dict[str, Callable[[Given, str], Problems]] = {
    "button": _button,
    "static_select": _select,
    "multi_static_select": _select,
    "plain_text_input": _text_input,
}


def _text(text: Given, where: str, most: int, *, plain: bool = False) -> Problems:
    kinds = ("plain_text",) if plain else ("plain_text", "mrkdwn")
    if text.get("type") not in kinds:
        yield f"{where}: text of type {text.get('type')!r}"
    yield from _keys(text, where, {"type", "text"}, {"emoji", "verbatim"})
    yield from _length(text.get("text", ""), where, most)


def _length(text: Any, where: str, most: int, *, least: int = 1) -> Problems:
    if not isinstance(text, str):
        yield f"{where}: {type(text).__name__} in place of text"
    elif not least <= len(text) <= most:
        yield f"{where}: {len(text)} characters, {least} to {most} allowed"


def _count(things: list[Any], where: str, most: int) -> Problems:
    if not 1 <= len(things) <= most:
        yield f"{where}: {len(things)} of them, 1 to {most} allowed"


def _keys(given: Given, where: str, needed: set[str], extra: set[str]) -> Problems:
    for name in sorted(needed - given.keys()):
        yield f"{where}: no {name}"
    for name in sorted(given.keys() - needed - extra):
        yield f"{where}: no field is called {name}"

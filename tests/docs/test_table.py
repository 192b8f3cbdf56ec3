"""The architecture document lists the keys of every item that the adapters write."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tools.packaging import ROOT

ADAPTERS = ROOT / "chalicelib" / "adapters"
ARCHITECTURE = ROOT / "docs" / "architecture.md"
HEAD = "| item | `pk` | `sk` |"
Keys = set[tuple[str | None, str]]


def plain(template: str) -> str:
    """Return a key with one star for what varies in it, however many parts that has."""
    return re.sub(r"<[^>]*>(#<[^>]*>)*", "*", template)


def documented() -> Keys:
    """Return the keys in the document's table; a cell may name two."""
    rows = ARCHITECTURE.read_text().partition(HEAD)[2].partition("\n\n")[0].splitlines()[2:]
    cells = [[re.findall(r"`([^`]+)`", cell) for cell in row.split("|")[2:4]] for row in rows]
    return {(plain(pk), plain(sk)) for pks, sks in cells for pk in pks for sk in sks}


def text_of(node: ast.expr | None, constants: Mapping[str, str]) -> str | None:
    """Return what a piece of code says, a star for what varies; None where that is everything."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.Name(id=name):
            return constants.get(name)
        case ast.FormattedValue(value=value):
            return text_of(value, constants) or "<>"
        case ast.JoinedStr(values=parts):
            return plain("".join(text_of(part, constants) or "" for part in parts))
        case _:
            return None


def written(file: Path) -> Iterator[tuple[str | None, str]]:
    """Yield the keys in a module's dictionaries; None for a partition that is only known later."""
    tree = ast.parse(file.read_text())
    constants: dict[str, str] = {}
    for statement in tree.body:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Constant(value=str(text))):
                constants[name] = text
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            parts = zip(node.keys, node.values, strict=True)
            found = {text_of(key, constants): value for key, value in parts}
            if sk := text_of(found.get("sk"), constants):
                yield text_of(found.get("pk"), constants), sk


def test_the_document_lists_every_key_of_the_table() -> None:
    """And no key that nobody writes."""
    listed = documented()
    keys: Keys = {pair for file in ADAPTERS.rglob("*.py") for pair in written(file)}
    assert {sk for _, sk in listed} == {sk for _, sk in keys}
    assert set() == {pair for pair in keys if pair[0]} - listed

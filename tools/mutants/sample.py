"""Where the code can be broken, and a sample of it that a seed draws."""

from __future__ import annotations

import ast
import difflib
import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code

from tools.mutants.operators import Span, operators

CORE: Final = ("chalicelib/core", "chalicelib/services")
ADAPTERS: Final = ("aws.py", "cloudformation.py", "items.py", "leftovers", "table")
_APART: Final = "chalicelib/services/slack/"
"""Slack's own: its suite is not among those that a mutation run runs."""


@dataclass(frozen=True, slots=True)
class Site:
    """A place in a module, and every way in which it can be broken: operator and occurrence."""

    path: str
    span: Span
    ways: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A module broken at one place."""

    path: str
    lines: range
    before: str
    after: str
    code: str


def modules(root: Path) -> list[str]:
    """Return the modules that a mutation run is about, as paths from the root."""
    where = [*CORE, *(f"chalicelib/adapters/{name}" for name in ADAPTERS)]
    files = (f for name in where for f in (root / name, *sorted((root / name).rglob("*.py"))))
    paths = (f.relative_to(root).as_posix() for f in files if f.suffix == ".py")
    return [path for path in paths if not path.startswith(_APART)]


def sites(root: Path, path: str) -> list[Site]:
    """Return the places of a module where a change is a change of behaviour."""
    code = (root / path).read_text(encoding="utf-8")
    apart = list(_without_behaviour(ast.parse(code)))
    nodes = list(ast_nodes(get_ast(code)))
    ways: dict[Span, list[tuple[str, int]]] = defaultdict(list)
    for name, operator in operators().items():
        spans = ((node, span) for node in nodes for span in operator.mutation_positions(node))
        for occurrence, (node, span) in enumerate(spans):
            signature = node.type == "operator" and node.parent.type in {"parameters", "param"}
            if not signature and not any(
                start <= span[0] and span[1] <= end for start, end in apart
            ):
                ways[span].append((name, occurrence))
    return [Site(path, span, tuple(found)) for span, found in sorted(ways.items())]


def _without_behaviour(tree: ast.Module) -> Iterator[Span]:
    """Yield the spans of annotations, aliases of types, declarations and messages."""
    for node in ast.walk(tree):
        match node:
            case (
                ast.AnnAssign(annotation=annotation) | ast.arg(annotation=ast.expr() as annotation)
            ):
                yield _span(annotation)
            case ast.FunctionDef(returns=ast.expr() as annotation):
                yield _span(annotation)
            case ast.ClassDef(bases=[ast.Name(id="Protocol")]):
                yield _span(node)
            case ast.ClassDef(decorator_list=decorators):
                yield from (((d.lineno, 0), ((d.end_lineno or 0) + 1, 0)) for d in decorators)
            case ast.If(test=ast.Name(id="TYPE_CHECKING")):
                yield _span(node)
            case ast.Assign(value=ast.BinOp(op=ast.BitOr()) | ast.Call(func=ast.Name("TypeVar"))):
                yield _span(node)
            case ast.Raise(exc=ast.expr() as raised):
                yield from (_span(n) for n in ast.walk(raised) if isinstance(n, ast.JoinedStr))


def _span(node: ast.expr | ast.stmt) -> Span:
    return (node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0)


def draw(
    root: Path, found: Mapping[str, Sequence[Site]], count: int | None, seed: int
) -> list[Mutant]:
    """Return one mutant for each of `count` places: one of each module, the rest at random.

    Without a count: every place of every module, each broken in one way.
    """
    chance = random.Random(seed)  # noqa: S311 - nothing is kept secret by it
    shuffled = [chance.sample(list(each), len(each)) for each in found.values() if each]
    rest = [site for each in shuffled for site in each[1:]]
    chance.shuffle(rest)
    drawn = [each[0] for each in shuffled] + rest
    return [_mutant(root, site, *chance.choice(site.ways)) for site in drawn[:count]]


def _mutant(root: Path, site: Site, operator: str, occurrence: int) -> Mutant:
    code = (root / site.path).read_text(encoding="utf-8")
    mutated = mutate_code(code, operators()[operator], occurrence)
    old, new = code.splitlines(), mutated.splitlines()
    changes = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    changed = [(i, j, k, m) for tag, i, j, k, m in changes if tag != "equal"]
    return Mutant(
        path=site.path,
        lines=range(site.span[0][0], site.span[1][0] + 1),
        before=_text(line for i, j, _, _ in changed for line in old[i:j]),
        after=_text(line for _, _, k, m in changed for line in new[k:m]),
        code=mutated,
    )


def _text(lines: Iterable[str]) -> str:
    return " ".join(" ".join(lines).split())

"""What may be broken: cosmic-ray's operators that change a meaning, and two of our own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from cosmic_ray import plugins
from cosmic_ray.operators.operator import Example, Operator
from parso.python.tree import Name

Span = tuple[tuple[int, int], tuple[int, int]]

_ORDER: Final = ("Eq", "NotEq", "Lt", "LtE", "Gt", "GtE")
_BINARY: Final = ("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "BitOr_BitAnd", "BitAnd_BitOr")
_PLAIN: Final = (
    "AddNot",
    "ExceptionReplacer",
    "NumberReplacer",
    "RemoveDecorator",
    "ReplaceAndWithOr",
    "ReplaceOrWithAnd",
    "ReplaceBreakWithContinue",
    "ReplaceContinueWithBreak",
    "ReplaceFalseWithTrue",
    "ReplaceTrueWithFalse",
    "ReplaceUnaryOperator_Delete_Not",
    "ReplaceUnaryOperator_USub_UAdd",
    "ZeroIterationForLoop",
)


class DropStatement(Operator):  # type: ignore[misc]
    """Replaces a statement that is there for its effect by `pass`: a call, or a raise."""

    def mutation_positions(self, node: Any) -> list[Span]:
        """Return where such a statement stands."""
        if node.type == "simple_stmt" and self._acts(node.children[0]):
            return [(node.children[0].start_pos, node.children[0].end_pos)]
        return []

    @staticmethod
    def _acts(statement: Any) -> bool:
        called = statement.type in {"atom_expr", "power"}
        return called or statement.type == "raise_stmt" or statement.get_code().strip() == "raise"

    def mutate(self, node: Any, index: int) -> Any:  # noqa: ARG002 - there is one in a node
        """Put `pass` in its place."""
        statement = node.children[0]
        prefix = statement.get_first_leaf().prefix
        node.children[0] = Name("pass", statement.start_pos, prefix=prefix)
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return what cosmic-ray shows of an operator."""
        return (Example("f()\n", "pass\n"),)


class DropArgument(Operator):  # type: ignore[misc]
    """Leaves a keyword argument out of a call, so that its default holds."""

    def mutation_positions(self, node: Any) -> list[Span]:
        """Return where keyword arguments stand."""
        arguments = (node.children[at] for at in self._arguments(node))
        return [(argument.start_pos, argument.end_pos) for argument in arguments]

    @staticmethod
    def _arguments(node: Any) -> list[int]:
        if node.type not in {"arglist", "trailer"}:
            return []
        children = enumerate(node.children)
        return [n for n, c in children if c.type == "argument" and c.children[1] == "="]

    def mutate(self, node: Any, index: int) -> Any:
        """Take one out, with the comma that follows it or goes before it."""
        at = self._arguments(node)[index]
        comma = {at + 1, at - 1} if at + 1 == len(node.children) else {at + 1}
        gone = {at} | (comma if node.type == "arglist" else set())
        node.children = [c for n, c in enumerate(node.children) if n not in gone]
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        """Return what cosmic-ray shows of an operator."""
        return (Example("f(a=1, b=2)", "f( b=2)"),)


def operators() -> Mapping[str, Operator]:
    """Return the operators by name.

    Left out is what hardly ever changes a meaning (`is` for `==`) and what any test notices
    (a string divided by another), so that neither moves the figure.
    """
    compared = [f"{a}_{b}" for a in _ORDER for b in _ORDER if a != b] + ["Is_IsNot", "IsNot_Is"]
    names = [
        *_PLAIN,
        *(f"ReplaceComparisonOperator_{pair}" for pair in compared),
        *(f"ReplaceBinaryOperator_{pair}" for pair in _BINARY),
    ]
    theirs = {name: plugins.get_operator(f"core/{name}")() for name in names}
    return {**theirs, "DropStatement": DropStatement(), "DropArgument": DropArgument()}

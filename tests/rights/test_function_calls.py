"""Each function's role allows each call that its code makes, and nothing else."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.rights.check import Need, needs_of_functions, refusals, unnoticed
from tools.rights.demo import stacks_of
from tools.rights.function_calls import listed, misplaced
from tools.rights.service import ROOT, service

from .operations import known_operations, name_of


@pytest.fixture(scope="module")
def calls() -> list[Need]:
    deployed = service()
    return needs_of_functions(deployed, stacks_of(deployed))


def test_no_call_is_denied(calls: list[Need]) -> None:
    """AWS would let every function do what it does."""
    assert [] == [denied.message for _, denied in refusals(calls)]


def test_every_right_taken_away_is_noticed(calls: list[Need]) -> None:
    """Without any one of a function's rights the verdict is red."""
    assert calls
    assert [] == unnoticed(calls)


def test_every_call_is_about_what_aws_authorises_it_on() -> None:
    """An action without a resource level is listed on "*", and only such a one."""
    assert [] == misplaced(listed())


def test_a_function_may_do_what_is_listed_and_nothing_else() -> None:
    """A right that no call needs is as wrong as one that is missing."""
    may = {
        (name, action)
        for name, policy in service().policies.items()
        for statement in policy["Statement"]
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    }
    assert {(call.function, call.action) for call in listed()} == may


def test_every_operation_in_the_code_is_listed() -> None:
    """Whatever an adapter asks AWS for, some function lists."""
    actions = {call.action for call in listed()}
    assert [] == [
        where
        for where, alternatives in _operations()
        if not any(wanted <= actions for wanted in alternatives)
    ]


def _operations() -> Iterator[tuple[str, list[set[str]]]]:
    """Yield each boto3 operation that the adapters name, and the actions of each such client."""
    known = known_operations()
    for file in sorted((ROOT / "chalicelib" / "adapters").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            name = name_of(node)
            if name in known:
                yield f"{_short(file)}: {name}", known[name]


def _short(file: Path) -> str:
    return str(file.relative_to(ROOT))

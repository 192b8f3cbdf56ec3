"""A body for a demo is refused once, with everything that is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.core.errors import InvalidRequest
from chalicelib.core.request import DemoRequest, check
from chalicelib.entrypoints.rest.models import demo_request

from .builders import HOME
from .test_request_checks import CATALOG, RULES


def refused(body: Any, own_block: str | None = HOME) -> set[str]:
    def judge(request: DemoRequest) -> None:
        check(request, CATALOG, RULES)

    with pytest.raises(InvalidRequest) as wrong:
        demo_request(body, own_block, judge)
    fields = [problem.field for problem in wrong.value.problems]
    assert len(fields) == len(set(fields))
    return set(fields)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        (
            {"components": "all", "ttl_hours": "abc", "name": "", "region": "x"},
            {"ttl_hours", "name", "region"},
        ),
        ({"ttl_hours": 9999, "name": 5}, {"components", "ttl_hours", "name"}),
        ({"components": 1, "parameters": {"NoSuch": "x"}}, {"components"}),
        (
            {"components": "all", "keep_on_failure": 1, "allowed_cidr": ["x"]},
            {"keep_on_failure", "allowed_cidr.0"},
        ),
        ({"components": "all", "nam": "x", "region": "y"}, {"nam", "region"}),
        ("text", {"body"}),
    ],
)
def test_a_wrong_type_hides_no_other_fault(body: Any, fields: set[str]) -> None:
    """Types, rules and unknown fields are reported together, each field once."""
    assert fields == refused(body)


def test_who_has_no_address_is_told_the_rest_too() -> None:
    """That blocks must be given, and what else is wrong."""
    assert {"allowed_cidr", "region"} == refused({"components": "all", "region": "x"}, None)


def _never(_: DemoRequest) -> None:
    raise AssertionError("a whole body needs no second look")


def test_what_is_right_is_read() -> None:
    """Once, and not judged here."""
    _, request = demo_request({"components": ["s3"], "name": " Acme "}, HOME, _never)
    assert ("s3",) == request.components
    assert "Acme" == request.name

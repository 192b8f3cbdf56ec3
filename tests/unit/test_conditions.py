"""Conditional requests, as RFC 9110 has them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.entrypoints.rest.conditions import entity_tag, match, none_match

TAG = entity_tag("{}")
OTHER = entity_tag("[]")


@pytest.mark.parametrize(
    "header",
    [
        TAG,
        f"W/{TAG}",
        "*",
        " * ",
        f"{OTHER}, {TAG}",
        f"W/{OTHER},W/{TAG}",
        f'"a,b" , {TAG}',
        f", {TAG}",
    ],
)
def test_what_a_caller_has_is_recognised(header: str) -> None:
    """Alone or in a list, weak or strong, or as whatever there is."""
    assert not none_match(header, TAG)


@pytest.mark.parametrize(
    "header", ["", OTHER, f"W/{OTHER}", TAG[1:-1], '"*"', f'"x{TAG[1:]}', "w/"]
)
def test_what_a_caller_does_not_have_is_sent(header: str) -> None:
    """A tag without its quotes is none, and a star in quotes is a tag."""
    assert none_match(header, TAG)


@pytest.mark.parametrize(
    ("header", "expected"), [(TAG, True), (f"{OTHER}, {TAG}", True), ("*", True)]
)
def test_a_change_is_made_to_what_a_caller_saw(header: str, *, expected: bool) -> None:
    """Its tag, or whatever there is."""
    assert expected is match(header, TAG)


@pytest.mark.parametrize("header", ["", OTHER, f"W/{TAG}", TAG[1:-1]])
def test_a_weak_tag_changes_nothing(header: str) -> None:
    """What is only equivalent may differ in what matters."""
    assert not match(header, TAG)


@given(st.text())
def test_any_header_is_read(header: str) -> None:
    """Whatever it holds."""
    none_match(header, TAG)
    match(header, TAG)

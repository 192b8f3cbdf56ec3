"""A parameter's value is judged as CloudFormation would judge it."""

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.core.catalog import Parameter
from chalicelib.core.parameters import parameter_fault


@pytest.mark.parametrize(
    ("policy", "good", "bad", "fault"),
    [
        ({"allowed_values": ("a", "b")}, "b", "c", "one of a, b"),
        ({"allowed_pattern": "[a-z]+"}, "abc", "abc1", "must match"),
        ({"allowed_pattern": "[a-z]+", "constraint": "letters"}, "abc", "1", "letters"),
        ({"min_length": 2, "max_length": 3}, "ab", "abcd", "2 to 3 characters"),
        ({"min_length": 2}, "ab", "a", "at least 2 characters"),
        ({"max_length": 3}, "", "abcd", "at most 3 characters"),
        ({"type": "Number"}, "1.5", "one", "must be a number"),
        ({"type": "Number", "min_value": 1, "max_value": 9}, "9", "10", "1 to 9"),
        ({"type": "Number", "min_value": 1}, "1", "0", "at least 1"),
        ({"type": "Number", "max_value": 9}, "-3", "9.5", "at most 9"),
        ({"type": "Number"}, "+1.5", "nan", "must be a number"),
        ({"type": "Number"}, "-7", "inf", "must be a number"),
        ({"type": "Number"}, "50", "1_0_0", "must be a number"),
        ({"type": "Number"}, "50.5", " 50 ", "must be a number"),
        ({"type": "Number"}, "05", "5e1", "must be a number"),
        ({"type": "Number"}, "50", "\u0665\u0660", "must be a number"),
        ({}, "a}b", "a{b", "must not contain '{'"),
        ({}, "x" * 4096, "x" * 4097, "at most 4096 bytes"),
        ({}, "", "\ud800", "printable"),
        ({}, "é", "a\nb", "one line"),
    ],
)
def test_a_value_is_judged(policy: dict[str, Any], good: str, bad: str, fault: str) -> None:
    """What fits passes, and what does not is refused in words."""
    parameter = Parameter(name="P", **policy)
    assert parameter_fault(parameter, good) is None
    assert fault in (parameter_fault(parameter, bad) or "")


@pytest.mark.parametrize("value", ["1,x", "1,", ""])
def test_a_list_of_numbers_is_judged_item_by_item(value: str) -> None:
    """Each item must be a number."""
    fault = parameter_fault(Parameter(name="P", type="List<Number>"), value)
    assert "must be a number" in (fault or "")


def test_a_list_may_have_spaces_between_its_items() -> None:
    """Of numbers as of words; what is no list is judged as a whole."""
    numbers = Parameter(name="P", type="List<Number>")
    words = Parameter(name="P", type="CommaDelimitedList", allowed_values=("a", "b"))
    assert parameter_fault(numbers, "1, 2") is None
    assert parameter_fault(words, "b, a") is None
    assert "one of a, b" in (parameter_fault(replace(words, type="String"), "b, a") or "")


def test_a_pattern_that_python_cannot_read_is_left_to_cloudformation() -> None:
    """Java's patterns are its to judge; nobody gets a server error over one."""
    assert parameter_fault(Parameter(name="P", allowed_pattern=r"\p{Alpha}+"), "abc") is None


STORED = Parameter(
    name="Image",
    type="AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>",
    default="/ours/image",
)


@pytest.mark.parametrize(
    "value", ["/ours/image", "/aws/service/ecs/ami:3", "/aws/service/a_b.c-d"]
)
def test_a_stored_parameter_is_the_templates_own_or_awss(value: str) -> None:
    """CloudFormation reads what is named, so a caller chooses among public ones."""
    assert parameter_fault(STORED, value) is None


@pytest.mark.parametrize("value", ["", "/ours/other", "/aws/service/", "/aws/reference/x", "x"])
def test_another_stored_parameter_is_refused(value: str) -> None:
    """It could hold anything, a password for one."""
    assert "public parameter" in str(parameter_fault(STORED, value))

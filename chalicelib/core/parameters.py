"""The values that a caller may give: judged as CloudFormation would judge them, and no secret."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from chalicelib.core.catalog import Parameter

MAX_VALUE: Final = 4096
"""Bytes of a parameter's value (CloudFormation User Guide, "quotas")."""
_NUMBER: Final = re.compile(r"[-+]?[0-9]+(?:\.[0-9]+)?")
_JOINERS: Final = dict.fromkeys(map(ord, "\u200c\u200d"))
"""Joiner and non-joiner, which joined emoji, Persian and Indic scripts need (Unicode, 23.2)."""
_PUBLIC: Final = re.compile(r"/aws/service/[A-Za-z0-9_.\-/]+(?::[0-9]+)?")
"""A public parameter of AWS's own (Systems Manager User Guide, "Finding public parameters")."""


def text_fault(value: str) -> str | None:
    """Return why no caller's text may read like this, wherever it goes, or None when it may.

    CloudFormation replaces `{{resolve:...}}` in any property by what it names, a secret for
    one (User Guide, "Dynamic references"), also where a template has assembled it from several
    parameters. Without an opening brace from a caller, nothing of a caller's can become one.
    """
    if "{" in value:
        return "must not contain '{', which CloudFormation could read as a reference to a secret"
    visible = value.translate(_JOINERS)
    if not visible.isprintable():
        return "must be printable, on one line"
    return "must have something that can be seen" if value and not visible.strip() else None


def parameter_fault(parameter: Parameter, value: str) -> str | None:
    """Return why a parameter cannot have this value, or None when it can.

    Of a list each item is judged (CloudFormation User Guide, "Parameters section syntax").
    """
    if fault := text_fault(value):
        return fault
    if len(value.encode()) > MAX_VALUE:
        return f"must be at most {MAX_VALUE} bytes long"
    listed = parameter.type == "CommaDelimitedList" or parameter.type.startswith("List<")
    items = [item.strip() for item in value.split(",")] if listed else [value]
    return next(filter(None, (_item_fault(parameter, item) for item in items)), None)


def _item_fault(parameter: Parameter, value: str) -> str | None:
    checks: tuple[Callable[[Parameter, str], str | None], ...]
    checks = (_allowed_fault, _length_fault, _number_fault, _stored_fault)
    return next(filter(None, (check(parameter, value) for check in checks)), None)


def _allowed_fault(parameter: Parameter, value: str) -> str | None:
    if parameter.allowed_values and value not in parameter.allowed_values:
        return f"must be one of {', '.join(parameter.allowed_values)}"
    if parameter.allowed_pattern and not _matches(parameter.allowed_pattern, value):
        return parameter.constraint or f"must match {parameter.allowed_pattern}"
    return None


def _matches(pattern: str, value: str) -> bool:
    try:
        return re.fullmatch(pattern, value) is not None
    except re.error:
        return True  # Java knows patterns that Python does not: CloudFormation will judge


def _length_fault(parameter: Parameter, value: str) -> str | None:
    low, high = parameter.min_length, parameter.max_length
    fits = _between(len(value), low, high)
    return None if fits else f"must be {_range(low, high)} characters long"


def _number_fault(parameter: Parameter, value: str) -> str | None:
    if parameter.type not in ("Number", "List<Number>"):
        return None
    if not _NUMBER.fullmatch(value):
        return "must be a number, such as 20 or 0.5"
    if not _between(float(value), parameter.min_value, parameter.max_value):
        return f"must be {_range(parameter.min_value, parameter.max_value)}"
    return None


def _stored_fault(parameter: Parameter, value: str) -> str | None:
    """Refuse the name of a stored parameter that is not AWS's own: CloudFormation reads it."""
    stored = parameter.type.startswith("AWS::SSM::Parameter::Value<")
    if stored and value != parameter.default and not _PUBLIC.fullmatch(value):
        return "must name a public parameter of AWS's, under /aws/service/"
    return None


def _between(value: float, low: float | None, high: float | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def _range(low: float | None, high: float | None) -> str:
    if low is not None and high is not None:
        return f"{low:g} to {high:g}"
    return f"at least {low:g}" if low is not None else f"at most {high:g}"

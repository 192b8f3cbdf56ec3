"""Each function's role against the ports that its use cases take."""

from __future__ import annotations

from typing import Any, Final, cast
from unittest.mock import MagicMock

import pytest

from chalicelib.core.actions import ActionKind
from chalicelib.services.use_cases import UseCases
from tools.rights.function_calls import listed

USE_CASES: Final[dict[str, tuple[str, ...]]] = {
    "authorizer": (),
    "plan": ("plan_step",),
    "await_change": ("wakeups",),
    "stack_changed": ("wakeups",),
    "lease_gone": ("lease_removed",),
    "sweep": ("sweep", "fill_pools"),
    "orphans": ("orphan_search",),
    **{kind.value: ("apply",) for kind in ActionKind},
}
"""What each function calls in chalicelib/entrypoints; the API and Slack call nearly all."""
SERVICES: Final[dict[str, set[str]]] = {
    "records": {"dynamodb"},
    "leases": {"dynamodb"},
    "signals": {"dynamodb"},
    "quota_slots": {"dynamodb"},
    "orphan_notes": {"dynamodb"},
    "pools": {"dynamodb"},
    "shares": {"dynamodb"},
    "workflow": {"states"},
}
"""The AWS services behind a port; `targets` has all in which a demo's resources are."""
NOT_IN_TARGETS: Final = {"dynamodb", "states"}


class Taken:
    """Ports that note which of them a use case takes."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        self.names.add(name)
        return MagicMock()


def ports_of(function: str) -> set[str]:
    """Return the names of the ports that a function's use cases take."""
    taken = Taken()
    policy = MagicMock()
    policy.first_pool.components = ()
    made = UseCases(cast("Any", taken), policy)
    for name in USE_CASES[function]:
        getattr(made, name)
    return taken.names


@pytest.mark.parametrize("function", sorted(USE_CASES))
def test_a_role_has_no_service_that_its_use_cases_do_not_reach(function: str) -> None:
    """What no port of a function leads to, its role need not have."""
    ports = ports_of(function)
    granted = {call.action.partition(":")[0] for call in listed() if call.function == function} - {
        "logs"
    }
    reached = {service for port in ports for service in SERVICES.get(port, set())}
    beyond = granted - reached
    assert set() == (beyond & NOT_IN_TARGETS if "targets" in ports else beyond)


@pytest.mark.parametrize("function", sorted(USE_CASES))
def test_a_role_has_the_table_and_the_loop_where_its_use_cases_do(function: str) -> None:
    """A port whose service the role lacks would be refused when it is first used."""
    reached = {s for port in ports_of(function) for s in SERVICES.get(port, set())}
    granted = {call.action.partition(":")[0] for call in listed() if call.function == function}
    assert set() == reached - granted

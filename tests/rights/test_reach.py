"""Each function's role against the ports that its use cases take, an action's by IAM action."""

from __future__ import annotations

from typing import Any, Final, cast
from unittest.mock import MagicMock

import pytest

from chalicelib.adapters.buckets import S3
from chalicelib.adapters.cloudformation import CloudFormation
from chalicelib.adapters.databases import Rds
from chalicelib.adapters.network import Ec2
from chalicelib.adapters.platforms import SolutionStacks
from chalicelib.core.actions import Action, ActionKind
from chalicelib.core.component import Status
from chalicelib.services import apply
from chalicelib.services.use_cases import UseCases
from tools.rights.function_calls import listed

from .operations import actions_of

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


TARGET: Final[dict[str, tuple[type, set[str]]]] = {
    "stacks": (CloudFormation, {"cloudformation"}),
    "buckets": (S3, {"s3"}),
    "databases": (Rds, {"rds"}),
    "network": (Ec2, {"ec2", "rds", "elasticloadbalancing"}),
    "platforms": (SolutionStacks, {"elasticbeanstalk"}),
}
"""What is behind each port of a target that actions take, and the services it speaks to."""
NOT_BY_OUR_CODE: Final = ("asked by CloudFormation", "made by Lambda itself")
RECORD: Final = {"dynamodb:GetItem"}
"""Every action reads the demo's record first."""


def reached(kind: ActionKind, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return the IAM actions that an action's own calls of its target may need."""
    target, any_port = MagicMock(), MagicMock()
    component = MagicMock(solution_stacks={"Platform": "64bit"}, typical_minutes=1)
    any_port.catalog().components.get.return_value = component
    for name in ("stack_parameters", "stack_tags", "tag_value", "about", "_token"):
        monkeypatch.setattr(apply, name, MagicMock())
    does = apply.Apply(
        records=any_port,
        targets=any_port,
        templates=any_port,
        permissions_boundary=any_port,
        service="service",
    )
    target.stacks.resources.return_value = ("resource",)
    for status in (Status.STOPPED, Status.READY):
        target.databases.status.return_value = status
        does._done(target, MagicMock(), Action(kind, "eb"))
    calls = (call[0].split(".") for call in target.method_calls)
    return {
        a for port, method in calls for a in actions_of(TARGET[port][0], method, TARGET[port][1])
    }


@pytest.mark.parametrize("kind", ActionKind)
def test_an_actions_role_has_what_its_calls_need_and_nothing_else(
    kind: ActionKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the methods that it calls of its target, and what boto3 is asked for in each."""
    granted = {
        call.action
        for call in listed()
        if call.function == kind.value and not call.heading.startswith(NOT_BY_OUR_CODE)
    }
    assert granted == reached(kind, monkeypatch) | RECORD

"""Whether IAM itself lets the deployed roles do what they must: StackRole and each function's.

The requests are those that `make check` decides without AWS; the policy simulator adds what only
the account knows, such as a service control policy of its organization (IAM User Guide, "Testing
IAM policies with the IAM policy simulator").
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, Final

from tools.doctor.account import Account, place_of
from tools.doctor.findings import Finding, judged, not_asked
from tools.rights.check import handler_calls, needs_of_functions
from tools.rights.policy import Request
from tools.rights.service import service

CHECK: Final = "rights"
_PROBE: Final = {
    "Version": "2012-10-17",
    "Statement": {
        "Effect": "Allow",
        "Action": "ec2:DeleteVpc",
        "Resource": "*",
        "Condition": {"StringEquals": {"aws:ResourceTag/probe": "yes"}},
    },
}


def check_stack_role(account: Account) -> Iterator[Finding]:
    """Simulate every call that CloudFormation makes with StackRole for a demo's stacks."""
    iam, role = account.client("iam"), account.role_arn("StackRole")
    if not _takes_conditions(iam):
        yield not_asked(CHECK, "StackRole", "the policy simulator here knows no condition keys")
        return
    components: dict[str, list[Request]] = defaultdict(list)
    for component, _, _, calls in handler_calls(account.stacks):
        components[component] += calls.requests
    denied = _denied(iam, role, chain.from_iterable(components.values()))
    for component, requests in components.items():
        yield _finding(f"StackRole for {component}", requests, denied)


def check_function_roles(account: Account) -> Iterator[Finding]:
    """Simulate every call that each of the service's functions makes with its own role."""
    iam = account.client("iam")
    if not _takes_conditions(iam):
        yield not_asked(CHECK, "functions", "the policy simulator here knows no condition keys")
        return
    deployed = service(place=place_of(account.client, account.stack_name))
    functions: dict[str, list[Request]] = defaultdict(list)
    for need in needs_of_functions(deployed, account.stacks):
        functions[need.subject].append(need.request)
    for function, requests in functions.items():
        denied = _denied(iam, account.role_arn(role_id(function)), requests)
        yield _finding(f"function {function}", requests, denied)


def role_id(function: str) -> str:
    """Return the logical id of a function's role, as Chalice makes it: SlackUpdatesRole."""
    return "".join(part.capitalize() for part in function.split("_")) + "Role"


def _finding(subject: str, requests: Sequence[Request], denied: set[Request]) -> Finding:
    refused = sorted({request.action for request in requests if request in denied})
    return judged(
        CHECK,
        subject,
        ok=not refused,
        detail=f"denied: {', '.join(refused)}" if refused else f"{len(requests)} calls",
        remedy="deploy the service again, or look for a service control policy that denies it",
    )


def _takes_conditions(iam: Any) -> bool:
    """Whether the simulator respects condition keys; without them its answers mean nothing."""
    answer = iam.simulate_custom_policy(
        PolicyInputList=[json.dumps(_PROBE)],
        ActionNames=["ec2:DeleteVpc"],
        ResourceArns=["*"],
        ContextEntries=[_entry("aws:ResourceTag/probe", "yes")],
    )
    return bool(answer["EvaluationResults"][0]["EvalDecision"] == "allowed")


def _denied(iam: Any, role_arn: str, requests: Iterable[Request]) -> set[Request]:
    """Return the requests that the simulator refuses; those of one context are sent at once."""
    together: dict[Request, list[str]] = defaultdict(list)
    for request in set(requests):
        together[replace(request, action="")].append(request.action)
    return {
        replace(shared, action=action)
        for shared, actions in together.items()
        for action in _refused(iam, role_arn, shared, actions)
    }


def _refused(iam: Any, role_arn: str, shared: Request, actions: list[str]) -> set[str]:
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=role_arn,
        ActionNames=actions,
        ResourceArns=[shared.resource],
        ContextEntries=[
            _entry("aws:requestedregion", shared.region),
            *(_entry(key, value) for key, value in shared.context),
        ],
    )
    return {
        result["EvalActionName"]
        for page in pages
        for result in page["EvaluationResults"]
        if result["EvalDecision"] != "allowed"
    }


def _entry(key: str, value: str | tuple[str, ...]) -> dict[str, Any]:
    many = isinstance(value, tuple)
    return {
        "ContextKeyName": key,
        "ContextKeyValues": list(value) if many else [value],
        "ContextKeyType": "stringList" if many else "string",
    }

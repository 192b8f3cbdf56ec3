"""Decides one request against a role's policies, as IAM does.

MiniStack's evaluator does the matching (docs/adr). What it or the requests here do not know
(an operator, a key, a policy variable) it takes for a condition that is not met, and a Deny
would be missed; a policy that uses such a thing is refused.
"""

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from ministack.core import iam_evaluator

Document = Mapping[str, Any]

_OPERATORS: Final = re.compile(
    r"(?i)null|(foranyvalue:|forallvalues:)?(bool|(not)?ipaddress|arn(not)?(equals|like)"
    r"|string(not)?(equals(ignorecase)?|like)|(numeric|date)(notequals|equals|lessthan(equals)?"
    r"|greaterthan(equals)?))(ifexists)?"
)
_KEYS: Final = re.compile(
    r"(?i)aws:(resourcetag|requesttag)/.+|aws:(tagkeys|requestedregion|securetransport)"
    r"|\w+:resourcetag/.+|iam:(permissionsboundary|passedtoservice|awsservicename)"
    r"|cloudformation:rolearn|dynamodb:leadingkeys|ecs:cluster"
)
_VARIABLE: Final = re.compile(r"\$\{(?![*?$]\})")


class UnreadablePolicyError(ValueError):
    """A policy uses something that this check does not evaluate; the message names it."""


@dataclass(frozen=True)
class Request:
    """One call as IAM sees it: the action, one resource (an ARN or "*"), and its context.

    `context` holds condition keys in lower case; a key that is not there is absent.
    """

    action: str
    resource: str
    region: str
    context: tuple[tuple[str, str | tuple[str, ...]], ...] = ()


@dataclass(frozen=True)
class Allowed:
    """IAM lets the request through."""


@dataclass(frozen=True)
class Denied:
    """IAM refuses the request; `message` is worded as AWS words it."""

    action: str
    resource: str
    message: str


@dataclass(frozen=True, eq=False)
class Role:
    """A role's name, its own policies, and the boundary they are held within, if it has one."""

    name: str
    policies: tuple[Document, ...]
    boundary: Document | None = None
    account: str = "111122223333"

    @functools.cached_property
    def layers(self) -> list[list[Any]]:
        """The policies and the boundary, parsed; raise UnreadablePolicyError naming the fault."""
        limits = [] if self.boundary is None else [(self.boundary,)]
        return [[_parsed(document) for document in layer] for layer in (self.policies, *limits)]

    def without(self, action: str, resource: str = "*") -> "Role":
        """Return the same role with one action taken away from it."""
        deny = {"Effect": "Deny", "Action": action, "Resource": resource}
        return replace(self, policies=(*self.policies, {"Statement": [deny]}))


def decide(role: Role, request: Request) -> Allowed | Denied:
    """Decide a request of a session of this role."""
    session = f"arn:aws:sts::{role.account}:assumed-role/{role.name}/AWSCloudFormation"
    context = _context(role, session, request)
    decision = iam_evaluator.evaluate(context, *role.layers).decision
    if decision == "Allow":
        return Allowed()
    by_identity = iam_evaluator.evaluate(context, role.layers[0]).decision
    if decision == "Deny":
        why = "with an explicit deny in an identity-based policy"
    elif by_identity == "Allow":
        why = f"because no permissions boundary allows the {request.action} action"
    else:
        why = f"because no identity-based policy allows the {request.action} action"
    return Denied(request.action, request.resource, _message(session, request, why))


def _context(role: Role, session: str, request: Request) -> Any:
    return iam_evaluator.EvalContext(
        principal_arn=session,
        principal_type="AssumedRole",
        principal_account=role.account,
        action=request.action,
        resource_arn=request.resource,
        region=request.region,
        secure_transport=True,
        service_context={
            key: list(value) if isinstance(value, tuple) else value
            for key, value in {"aws:tagkeys": None, **dict(request.context)}.items()
        },
    )


def _message(session: str, request: Request, why: str) -> str:
    """Word a refusal as in the IAM User Guide, "Troubleshoot access denied error messages"."""
    return (
        f"User: {session} is not authorized to perform: {request.action} "
        f"on resource: {request.resource} {why}"
    )


def _parsed(document: Document) -> Any:
    found = document["Statement"]
    for statement in [found] if isinstance(found, Mapping) else found:
        for operator, keys in statement.get("Condition", {}).items():
            if not _OPERATORS.fullmatch(operator):
                raise UnreadablePolicyError(f"no condition operator is called {operator}")
            if unknown := [key for key in keys if not _KEYS.fullmatch(key)]:
                raise UnreadablePolicyError(f"the key {unknown[0]} is in no request here")
        for element in ("Action", "Resource"):
            if not (statement.get(element) or statement.get(f"Not{element}")):
                raise UnreadablePolicyError(f"a statement has no {element}")
        for text in _texts(list(statement.values())):
            if _VARIABLE.search(text):
                raise UnreadablePolicyError(f"{text} has a policy variable")
    return iam_evaluator.parse_policy_document(dict(document))


def _texts(node: Any) -> Iterable[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from (key, *_texts(value))
    elif isinstance(node, Iterable):
        for value in node:
            yield from _texts(value)

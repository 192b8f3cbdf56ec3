"""Puts every call that CloudFormation makes for a demo to the stack role."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tools.rights.facts import HANDLERS, Handler
from tools.rights.passed_roles import index
from tools.rights.policy import Denied, Request, Role, decide
from tools.rights.requests import calls_of
from tools.rights.resources import Resource
from tools.rights.template import Stack


@dataclass(frozen=True)
class Need:
    """One request that a handler of a resource makes."""

    component: str
    resource: Resource
    handler: Handler
    request: Request


@dataclass(frozen=True)
class Unjudged:
    """A permission that no verdict can be given on, and why."""

    component: str
    resource: Resource
    handler: Handler
    permission: str
    reason: str


@dataclass(frozen=True)
class Needs:
    """All that a set of stacks asks of its role."""

    needs: tuple[Need, ...]
    unjudged: tuple[Unjudged, ...]


def needs_of(stacks: Mapping[str, Stack]) -> Needs:
    """Return every request of every handler of every resource of these stacks."""
    resources = {name: stack.resources() for name, stack in stacks.items()}
    others = index(r for found in resources.values() for r in found)
    needs: list[Need] = []
    unjudged: list[Unjudged] = []
    for component, found in resources.items():
        for resource in found:
            for handler in HANDLERS:
                calls = calls_of(resource, handler, others)
                needs += [Need(component, resource, handler, r) for r in calls.requests]
                unjudged += [
                    Unjudged(component, resource, handler, permission, reason)
                    for permission, reason in calls.unjudged.items()
                ]
    return Needs(tuple(needs), tuple(unjudged))


def unnoticed(role: Role, needs: Iterable[Need]) -> list[Need]:
    """Return each need whose permission, taken away from the role, would go unnoticed.

    Empty as long as every need really is put to the role; that is what it proves.
    """
    return [
        need
        for need in needs
        if not any(refusals(role.without(need.request.action, need.request.resource), [need]))
    ]


def refusals(role: Role, needs: Iterable[Need]) -> Iterator[tuple[Need, Denied]]:
    """Yield what the role may not do of what is needed, with AWS's message."""
    for need in needs:
        verdict = decide(role, need.request)
        if isinstance(verdict, Denied):
            yield need, verdict

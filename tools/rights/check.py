"""Puts every call that a demo's stacks, their roles and the service's functions make to IAM."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tools.rights import beanstalk
from tools.rights.demo import NEWEST_PLATFORM
from tools.rights.facts import HANDLERS, Handler
from tools.rights.function_calls import listed, request_of, subjects_of
from tools.rights.made_roles import made_role, requests_of_role
from tools.rights.passed_roles import index
from tools.rights.policy import Allowed, Denied, Document, Request, Role, decide
from tools.rights.requests import Calls, calls_of
from tools.rights.resources import Resource
from tools.rights.service import Service
from tools.rights.strings import Fault, faults_of
from tools.rights.template import Stack


@dataclass(frozen=True)
class Need:
    """One request that must be allowed: who makes it, for what, and when.

    `group` is the component, or the service's part, that it belongs to; `subject` the resource
    or function; `when` the handler, or what else leads to it.
    """

    group: str
    subject: str
    when: str
    role: Role
    request: Request


@dataclass(frozen=True)
class Unjudged:
    """A permission that no verdict can be given on, and why."""

    group: str
    subject: str
    permission: str
    reason: str


@dataclass(frozen=True)
class Needs:
    """Every call that IAM decides, and those that nothing is known about."""

    needs: tuple[Need, ...]
    unjudged: tuple[Unjudged, ...]


def handler_calls(
    stacks: Mapping[str, Stack],
) -> Iterator[tuple[str, Resource, Handler, Calls]]:
    """Yield what each handler of each resource calls, with its component."""
    resources = [(name, r) for name, stack in stacks.items() for r in _with_theirs(stack)]
    others = index(resource for _, resource in resources)
    for component, resource in resources:
        for handler in HANDLERS:
            yield component, resource, handler, calls_of(resource, handler, others)


def needs_of(stacks: Mapping[str, Stack], service: Service) -> Needs:
    """Return every request of every handler of every resource, and of every role made."""
    role, needs, unjudged = service.stack_role, [], []
    for component, resource, handler, calls in handler_calls(stacks):
        subject = resource.logical_id
        needs += [Need(component, subject, handler, role, r) for r in calls.requests]
        unjudged += [Unjudged(component, subject, *found) for found in calls.unjudged.items()]
    needs += _needs_of_made_roles(stacks, service.boundary)
    return Needs(tuple(needs), tuple(dict.fromkeys(unjudged)))


def needs_of_functions(service: Service, stacks: Mapping[str, Stack]) -> list[Need]:
    """Return every call that the service's functions make."""
    subjects = subjects_of(service, stacks)
    roles = {name: service.function_role(name) for name in service.policies}
    return [
        Need(
            "functions",
            call.function,
            call.heading,
            roles[call.function],
            request_of(call, subjects, service),
        )
        for call in listed()
    ]


def _needs_of_made_roles(stacks: Mapping[str, Stack], boundary: Document) -> Iterator[Need]:
    for component, stack in stacks.items():
        for resource in stack.resources():
            if resource.type == "AWS::IAM::Role":
                role = made_role(resource, boundary)
                for request in requests_of_role(resource):
                    yield Need(component, resource.logical_id, "in use", role, request)


def refusals(needs: Iterable[Need]) -> Iterator[tuple[Need, Denied]]:
    """Yield what is needed and not allowed, with AWS's message."""
    for need in needs:
        verdict = decide(need.role, need.request)
        if isinstance(verdict, Denied):
            yield need, verdict


def unnoticed(needs: Iterable[Need]) -> list[Need]:
    """Return each need whose permission, taken away from the role, would go unnoticed.

    Empty as long as every need really is put to its role; that is what it proves.
    """
    return [
        need
        for need in needs
        if isinstance(
            decide(need.role.without(need.request.action, need.request.resource), need.request),
            Allowed,
        )
    ]


def text_faults(stacks: Mapping[str, Stack]) -> list[tuple[str, str, Fault]]:
    """Return the texts that AWS would refuse, with their component and resource."""
    return [
        (name, resource.logical_id, fault)
        for name, stack in stacks.items()
        for resource in stack.resources()
        for fault in (*faults_of(resource), *_pinned_platform(resource))
    ]


def _pinned_platform(resource: Resource) -> Iterator[Fault]:
    """Refuse a platform version of the template's own.

    One that has been superseded takes no new environments (AWS Elastic Beanstalk Platforms,
    "platform version support").
    """
    for path in ("SolutionStackName", "PlatformArn"):
        for value in resource.values(path):
            if resource.type == beanstalk.TYPE and NEWEST_PLATFORM not in str(value):
                yield Fault(path, str(value), "a version found when the stack is made")


def _with_theirs(stack: Stack) -> Iterator[Resource]:
    """Yield a stack's resources, and those that these make with the same rights."""
    for resource in stack.resources():
        yield resource
        if resource.type == beanstalk.TYPE:
            yield from beanstalk.own_resources(resource)

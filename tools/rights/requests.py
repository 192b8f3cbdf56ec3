"""Which requests CloudFormation makes for one resource, with the stack's role.

A handler's permissions come from the registry schema; each becomes one request for every
resource that the action is authorised on.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from tools.rights import beanstalk, facts
from tools.rights.conditional import also_needed, is_needed
from tools.rights.facts import Handler, Target
from tools.rights.kinds import KINDS
from tools.rights.passed_roles import Others, passed_roles, service_linked_role
from tools.rights.policy import Request
from tools.rights.resources import Resource, arn, arn_of_any

_Context = Mapping[str, str | tuple[str, ...]]
_TYPE_OF: Final = {kind.target: name for name, kind in KINDS.items() if kind.target}
_PROPERTY: Final = re.compile(r"\$\{([\w:.]+)\}")


@dataclass(frozen=True)
class Calls:
    """What one handler of one resource requests.

    `unjudged` are the permissions that nothing is known about, each with the reason.
    """

    requests: tuple[Request, ...]
    unjudged: Mapping[str, str] = field(default_factory=dict)


def calls_of(resource: Resource, handler: Handler, others: Others) -> Calls:
    """Return what a handler requests; `others` are the resources that this one may name."""
    known = facts.resource_type(resource.type)
    if known is None:
        return Calls((), {"*": f"nothing is known of the type {resource.type}"})
    requests: dict[Request, None] = {}
    unjudged: dict[str, str] = {}
    listed = known.permissions.get(handler, ())
    for permission in (*listed, *also_needed(resource, handler)):
        if not is_needed(permission, resource):
            continue
        actions = facts.actions_like(permission)
        if not actions:
            unjudged[permission] = "the Service Authorization Reference has no such action"
        for action in actions:
            requests |= dict.fromkeys(_Call(resource, handler, action, others).requests())
    if resource.type == beanstalk.TYPE:
        requests |= dict.fromkeys(beanstalk.own_requests(resource, handler))
    return Calls(tuple(requests), unjudged)


@dataclass(frozen=True)
class _Call:
    """One action that a handler calls for one resource."""

    resource: Resource
    handler: Handler
    action: str
    others: Others

    def requests(self) -> Iterator[Request]:
        """Yield one request for each resource the action is authorised on, or one on "*"."""
        match self.action:
            case "iam:PassRole":
                for role, service in passed_roles(self.resource, self.others):
                    yield self._request(role, {"iam:passedtoservice": service})
            case "iam:CreateServiceLinkedRole":
                if linked := service_linked_role(self.resource):
                    yield self._request(linked[0], {"iam:awsservicename": linked[1]})
            case _:
                found = list(self._on_targets())
                yield from found or [self._request("*", {})]

    def _on_targets(self) -> Iterator[Request]:
        own = self.resource.kind.target
        for target in facts.targets(self.action):
            on_any = self.handler == "list" and facts.is_listing(self.action)
            if target.name == own:
                yield self._on_own(target, on_any=on_any)
            elif facts.is_tagging(self.action):
                continue
            elif self._related(target.name):
                yield from self._on_related(target)
            elif target.required and not _is_variant(target.name, own):
                # Nobody knows its id beforehand, nor any tag on it.
                place, parts = self.resource.place, self._placeholders()
                yield self._request(arn(target.name, "generated", place, parts), {})

    def _placeholders(self) -> Mapping[str, str]:
        return self.resource.placeholders() if self.resource.kind.target else {}

    def _on_own(self, target: Target, *, on_any: bool) -> Request:
        resource = self.resource
        if on_any:
            return self._request(arn_of_any(target.name, resource.place), {})
        tags = self._own_tags() if target.knows_tags else {}
        return self._request(resource.arn, resource_tags(tags, self.action))

    def _own_tags(self) -> Mapping[str, str]:
        """Return the tags that the resource carries at the moment of the call."""
        if self.handler != "create":
            return self.resource.tags()
        if self.action == self.resource.kind.made_by:
            return {}
        return self._tags_from_the_start()

    def _tags_from_the_start(self) -> Mapping[str, str]:
        known = facts.resource_type(self.resource.type)
        late = known is not None and known.tags_with_stack and not known.tags_at_creation
        return {} if late else self.resource.tags()

    def _on_related(self, target: Target) -> Iterator[Request]:
        for value in self._related(target.name):
            other = self.others.get((target.name, value))
            if other is not None:
                place_arn, tags = other.arn, other.tags()
            elif value.startswith("arn:"):
                place_arn, tags = value, supposed_tags(target, self.resource)
            else:
                place_arn = arn(target.name, value, self.resource.place)
                tags = supposed_tags(target, self.resource)
            yield self._request(place_arn, resource_tags(tags, self.action))

    def _related(self, name: str) -> list[str]:
        related = self.resource.kind.related
        paths = related.get(f"{self.action} {name}", related.get(name, ()))
        return [
            value
            for path in paths
            for value in (
                [self._written(path[1:])]
                if path.startswith("=")
                else map(str, self.resource.values(path))
            )
        ]

    def _written(self, text: str) -> str:
        place = self.resource.place
        known = {"AWS::Region": place.region, "AWS::AccountId": place.account}

        def value(found: re.Match[str]) -> str:
            given = known.get(found[1]) or next(self.resource.values(found[1]), "unknown")
            return str(given)

        return _PROPERTY.sub(value, text)

    def _request(self, resource_arn: str, context: _Context) -> Request:
        return Request(
            action=self.action,
            resource=resource_arn,
            region=self.resource.place.region,
            context=tuple({**context, **self._request_context()}.items()),
        )

    def _request_context(self) -> _Context:
        """Return the keys that the request itself carries."""
        context: dict[str, str | tuple[str, ...]] = {}
        if boundary := self.resource.properties.get("PermissionsBoundary"):
            context["iam:permissionsboundary"] = str(boundary)
        makes = self.action == self.resource.kind.made_by
        tags = self._tags_from_the_start() if makes or facts.is_tagging(self.action) else {}
        for key, value in tags.items():
            context[f"aws:requesttag/{key}".lower()] = value
        return context | ({"aws:tagkeys": tuple(tags)} if tags else {})


def _is_variant(target: str, own: str) -> bool:
    """Whether two kinds are forms of one, of which a resource has one: `listener/app`, `/net`."""
    return target.partition("/")[0] == own.partition("/")[0]


def supposed_tags(target: Target, resource: Resource) -> Mapping[str, str]:
    """Return the tags of a resource that another stack of the same demo made."""
    known = facts.resource_type(_TYPE_OF.get(target.name, ""))
    tagged = known is not None and known.tags_with_stack and target.knows_tags
    return resource.stack_tags if tagged else {}


def resource_tags(tags: Mapping[str, str], action: str) -> _Context:
    """Write tags as the condition keys they are: everybody's and the service's own."""
    service = action.partition(":")[0]
    return {
        f"{prefix}:resourcetag/{key}".lower(): value
        for prefix in ("aws", service)
        for key, value in tags.items()
    }

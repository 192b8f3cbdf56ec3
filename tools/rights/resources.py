"""One resource of a stack: its name, its ARN, the tags it really carries."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tools.rights import facts
from tools.rights.kinds import KINDS, Kind

_PLACEHOLDER: Final = re.compile(r"\$\{(\w+)\}")
_LONGEST: Final = {"elasticloadbalancing": 32, "iam": 64, "s3": 63, "rds": 63, "sqs": 80}
"""Characters of a name that CloudFormation makes, by service; 255 where none is listed."""
_LOWER_CASE: Final = {"s3", "rds"}
_UNKNOWN: Final = Kind()


@dataclass(frozen=True)
class Place:
    """Where a stack is, and what it is called."""

    region: str = "eu-central-1"
    account: str = "111122223333"
    partition: str = "aws"
    stack_name: str = "stelligent-demo-demo1234-x"

    @property
    def stack_id(self) -> str:
        """The stack's ARN; its random part stands for any."""
        where = f"{self.partition}:cloudformation:{self.region}:{self.account}"
        return f"arn:{where}:stack/{self.stack_name}/0a1b2c3d-0000-1111-2222-333344445555"


@dataclass(frozen=True)
class Resource:
    """A resource of a template with its functions resolved.

    `physical_id` is what `Ref` gives; empty until it is known. `attributes` are the template's
    words beside Properties, such as DeletionPolicy.
    """

    type: str
    logical_id: str
    properties: Mapping[str, Any]
    place: Place
    stack_tags: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    physical_id: str = ""

    @property
    def kind(self) -> Kind:
        """How its type is addressed in IAM."""
        return KINDS.get(self.type, _UNKNOWN)

    @property
    def name(self) -> str:
        """The name it has, or one such as CloudFormation or its service makes."""
        if self.physical_id:
            return last_part(self.physical_id)
        own = self.properties.get(self.kind.named) if self.kind.named else None
        return str(own) if own else self._generated_name()

    def _generated_name(self) -> str:
        service, _, kind = self.kind.target.partition(":")
        random = generated(self.place.stack_name, self.logical_id)
        if service == "ec2":
            return f"{kind}-0{random}"
        longest = _LONGEST.get(service, 255)
        head = f"{self.place.stack_name}-{self.logical_id}"[: longest - len(random) - 1]
        name = f"{head}-{random.upper()}"
        return name.lower() if service in _LOWER_CASE else name

    @property
    def reference(self) -> str:
        """What `Ref` gives."""
        return self.physical_id or (self.arn if self.kind.refers_by_arn else self.name)

    @property
    def arn(self) -> str:
        """Its ARN as its service writes it; empty for what has none of its own."""
        if not self.kind.target:
            return ""
        if self.physical_id.startswith("arn:"):
            return self.physical_id
        return _filled(self.kind.target, self.placeholders())

    def placeholders(self) -> dict[str, str]:
        """Return the value of each placeholder of its ARN."""
        parts = {
            placeholder: last_part(str(self.properties.get(name, "")))
            for placeholder, name in self.kind.parts.items()
        }
        return _values(self.kind.target, self._path_and_name(), self.place, parts)

    def _path_and_name(self) -> str:
        match self.kind.target:
            case "iam:role" | "iam:instance-profile" | "iam:policy":
                return f"{self.properties.get('Path', '/')}{self.name}".lstrip("/")
            case "secretsmanager:Secret":
                return f"{self.name}-a1B2c3"
            case _:
                return self.name

    def tags(self) -> Mapping[str, str]:
        """Return the tags it carries once it is made."""
        own = tag_map(self.properties.get("Tags"))
        if self.type == "AWS::EC2::LaunchTemplate":
            own = _launch_template_tags(self.properties)
        known = facts.resource_type(self.type)
        return {**self.stack_tags, **own} if known and known.tags_with_stack else own

    def values(self, path: str) -> Iterator[Any]:
        """Yield what a path of properties leads to, through lists, such as `Rules.Id`."""
        yield from _walk({**self.attributes, **self.properties}, path.split("."))


def arn(target: str, name: str, place: Place, parts: Mapping[str, str] | None = None) -> str:
    """Write the ARN of a kind of resource; `parts` are its other placeholders' values.

    A placeholder that nothing is known for gets a value such as a service generates.
    """
    return _filled(target, _values(target, name, place, parts or {}))


def arn_of_any(target: str, place: Place) -> str:
    """Write the ARN of every resource of a kind."""
    parts = dict.fromkeys(_PLACEHOLDER.findall(facts.arn_format(target)), "*")
    return _filled(target, parts | _where(place))


def _filled(target: str, values: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda found: values[found[1]], facts.arn_format(target))


def _where(place: Place) -> dict[str, str]:
    return {"Region": place.region, "Account": place.account, "Partition": place.partition}


def _values(target: str, name: str, place: Place, parts: Mapping[str, str]) -> dict[str, str]:
    known = {**_where(place), **parts}
    if target == "s3:object":
        known["BucketName"], _, known["ObjectName"] = name.partition("/")
    left = [p for p in _PLACEHOLDER.findall(facts.arn_format(target)) if p not in known]
    named = [p for p in left if "Name" in p] or left
    return known | {p: name if p == named[0] else generated(target, p) for p in left}


def generated(*of: str) -> str:
    """Return twelve characters such as AWS ends a generated name or id with."""
    return hashlib.sha256("/".join(of).encode()).hexdigest()[:12]


def last_part(text: str) -> str:
    """Return the last part of an ARN's resource, and a name as it is."""
    if not text.startswith("arn:"):
        return text
    return re.split(r"[:/]", text)[-1]


def tag_map(tags: Any) -> Mapping[str, str]:
    """Return tags, written as a list or as a mapping, as a mapping."""
    if isinstance(tags, Mapping):
        return {str(key): str(value) for key, value in tags.items()}
    return {str(tag["Key"]): str(tag.get("Value", "")) for tag in tags or ()}


def _launch_template_tags(properties: Mapping[str, Any]) -> Mapping[str, str]:
    """Read the tags of the template itself, not of what is launched from it."""
    found: dict[str, str] = {}
    for specification in properties.get("TagSpecifications") or ():
        if specification.get("ResourceType") == "launch-template":
            found |= tag_map(specification.get("Tags"))
    return found


def _walk(node: Any, path: Sequence[str]) -> Iterator[Any]:
    if isinstance(node, list | tuple):
        for item in node:
            yield from _walk(item, path)
    elif not path:
        yield node
    elif isinstance(node, Mapping) and path[0] in node:
        yield from _walk(node[path[0]], path[1:])

"""A CloudFormation template with its functions resolved, as far as that goes without AWS."""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from tools.rights.resources import Place, Resource

_NOTHING: Final = object()
_ARN_ENDS: Final = {
    ("AWS::DynamoDB::Table", "StreamArn"): "/stream/2030-01-31T00:00:00.000",
    ("AWS::Logs::LogGroup", "Arn"): ":*",
}
"""What an attribute has beyond the ARN that IAM knows (CloudFormation's resource reference)."""
_ATTRIBUTES: Final = ("DeletionPolicy", "UpdatePolicy", "UpdateReplacePolicy")
_VARIABLE: Final = re.compile(r"\$\{([^}]+)\}")


class TemplateError(ValueError):
    """A template uses something that cannot be resolved; the message says where and what."""


class _Loader(yaml.SafeLoader):
    """Reads CloudFormation's short tags as the long form they stand for."""


def _tag(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if suffix == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    elif isinstance(node, yaml.MappingNode):
        value = loader.construct_mapping(node, deep=True)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _tag)


def load(path: Path) -> Mapping[str, Any]:
    """Read a template, JSON or YAML, with every short tag in its long form."""
    document = _Loader(path.read_text(encoding="utf-8")).get_single_data()
    if not isinstance(document, dict):
        raise TemplateError(f"{path.name}: the template must be a mapping")
    return document


@dataclass(frozen=True)
class Stack:
    """A template with a value for each of its parameters, and where its stack would be.

    `parameters` may leave out what has a default. Resources get ids such as AWS would give.
    """

    template: Mapping[str, Any]
    parameters: Mapping[str, str]
    place: Place = field(default_factory=Place)
    tags: Mapping[str, str] = field(default_factory=dict)

    def resources(self) -> list[Resource]:
        """Return the resources whose condition holds, resolved."""
        return [
            self.resource(name)
            for name, body in self.template["Resources"].items()
            if "Condition" not in body or self._holds(body["Condition"])
        ]

    def check(self) -> None:
        """Raise TemplateError if resources and outputs cannot be resolved, saying which."""
        resolved = {"Resources": self.resource, "Outputs": self._output}
        for section, resolve in resolved.items():
            for name in self.template.get(section) or {}:
                try:
                    resolve(name)
                except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
                    raise TemplateError(f"{name} cannot be resolved: {error}") from error

    def resource(self, logical_id: str) -> Resource:
        """Return one resource, resolved."""
        body = self.template["Resources"][logical_id]
        return self._resource(logical_id, self.resolve(body.get("Properties", {})))

    def outputs(self) -> dict[str, str]:
        """Return the value of each output whose condition holds; a list joined with commas."""
        return {
            name: self._output(name)
            for name, body in self.template.get("Outputs", {}).items()
            if "Condition" not in body or self._holds(body["Condition"])
        }

    def _output(self, name: str) -> str:
        return _text(self.resolve(self.template["Outputs"][name]["Value"]))

    def resolve(self, node: Any) -> Any:
        """Return the node as CloudFormation would hand it to a service."""
        if isinstance(node, list):
            return [item for item in map(self.resolve, node) if item is not _NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (name, argument), *_ = node.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name, argument)
        resolved = {key: self.resolve(value) for key, value in node.items()}
        return {key: value for key, value in resolved.items() if value is not _NOTHING}

    def _function(self, name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return self._ref(argument)
            case "Fn::GetAtt":
                return self._attribute(
                    *(argument.split(".", 1) if isinstance(argument, str) else argument)
                )
            case "Fn::Sub":
                return self._sub(argument)
            case "Fn::If":
                return self.resolve(argument[1 if self._holds(argument[0]) else 2])
            case "Fn::GetAZs":
                return [f"{self.place.region}{letter}" for letter in "abc"]
            case "Fn::Cidr":
                return [f"10.200.{n}.0/24" for n in range(int(argument[1]))]
            case "Fn::FindInMap":
                names = self.resolve(argument)
                return self.resolve(self.template["Mappings"][names[0]][names[1]][names[2]])
            case _:
                return self._text_function(name, argument)

    def _text_function(self, name: str, argument: Any) -> Any:
        match name:
            case "Fn::Join":
                return argument[0].join(_text(part) for part in self.resolve(argument[1]))
            case "Fn::Split":
                return self.resolve(argument[1]).split(argument[0])
            case "Fn::Select":
                found = self.resolve(argument[1])
                found = found.split(",") if isinstance(found, str) else found
                return found[int(self.resolve(argument[0]))]
            case "Fn::Base64":
                return base64.b64encode(self.resolve(argument).encode()).decode()
            case "Fn::ImportValue":
                return f"imported-{self.resolve(argument)}"
            case _:
                raise TemplateError(f"{name} is not resolved here")

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        pseudo = self._pseudo(name)
        if pseudo is not None:
            return pseudo
        if name in self.template.get("Parameters", {}):
            return self._parameter(name)
        return self._bare(name).reference

    def _pseudo(self, name: str) -> str | None:
        place = self.place
        return {
            "AWS::AccountId": place.account,
            "AWS::Partition": place.partition,
            "AWS::Region": place.region,
            "AWS::StackId": place.stack_id,
            "AWS::StackName": place.stack_name,
            "AWS::URLSuffix": "amazonaws.com",
        }.get(name)

    def _parameter(self, name: str) -> Any:
        declared = self.template["Parameters"][name]
        value = str(self.parameters.get(name, declared.get("Default", name)))
        kind = declared.get("Type", "String")
        is_list = kind == "CommaDelimitedList" or "List<" in kind
        return [part.strip() for part in value.split(",")] if is_list else value

    def _attribute(self, logical_id: str, attribute: str) -> str:
        resource = self._bare(logical_id)
        if attribute in ("Arn", "TopicArn", "StreamArn") and resource.kind.target:
            return resource.arn + _ARN_ENDS.get((resource.type, attribute), "")
        if attribute in ("Id", "Name", f"{resource.type.rsplit('::', 1)[-1]}Id", "GroupId"):
            return resource.name if attribute == "Name" else resource.reference
        return f"{logical_id}.{attribute}"

    def _sub(self, argument: Any) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            if name in own:
                return _text(self.resolve(own[name]))
            known = name in self.template.get("Parameters", {}) or name.startswith("AWS::")
            if "." in name and not known:
                return self._attribute(*name.split(".", 1))
            return _text(self._ref(name))

        return _VARIABLE.sub(value, text)

    def _bare(self, logical_id: str) -> Resource:
        """Return a resource with only what its name and ARN are made of, resolved."""
        body = self.template["Resources"].get(logical_id)
        if body is None:
            raise TemplateError(f"there is no resource or parameter {logical_id}")
        bare = Resource(body["Type"], logical_id, {}, self.place)
        names = {"Path", bare.kind.named, *bare.kind.parts.values()}
        properties = {k: v for k, v in body.get("Properties", {}).items() if k in names}
        return self._resource(logical_id, self.resolve(properties))

    def _resource(self, logical_id: str, properties: Mapping[str, Any]) -> Resource:
        body = self.template["Resources"][logical_id]
        others = {k: v for k, v in body.items() if k in _ATTRIBUTES}
        return Resource(
            type=body["Type"],
            logical_id=logical_id,
            properties=properties,
            place=self.place,
            stack_tags=self.tags,
            attributes=others,
        )

    def _holds(self, condition: str) -> bool:
        return self._true(self.template["Conditions"][condition])

    def _true(self, node: Mapping[str, Any]) -> bool:
        (name, argument), *_ = node.items()
        match name:
            case "Condition":
                return self._holds(argument)
            case "Fn::Not":
                return not self._true(argument[0])
            case "Fn::And":
                return all(self._true(part) for part in argument)
            case "Fn::Or":
                return any(self._true(part) for part in argument)
            case "Fn::Equals":
                return _text(self.resolve(argument[0])) == _text(self.resolve(argument[1]))
            case _:
                raise TemplateError(f"{name} is not resolved here")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)

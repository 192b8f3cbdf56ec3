"""Texts that AWS takes in certain characters and lengths only.

Most rules are in CloudFormation's registry schemas, which cfn-lint carries. cfn-lint itself
judges a text as it is written; here it is judged as it will be, with its parameters in place.
What the schemas leave out and a service's API reference has is in `_RULES`.
"""

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import regex
from cfnlint.schema import ResourceNotFoundError
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER
from jsonschema import Draft7Validator, ValidationError
from jsonschema.validators import extend

from tools.rights.resources import Resource, tag_map

# SecurityGroupIngress and -Egress, IpRange.Description (Amazon EC2 API Reference).
_RULE_TEXT: Final = r"[a-zA-Z0-9. _\-:/()#,@\[\]+=&;{}!$*]{0,255}"
# Name (Elastic Load Balancing API Reference, CreateLoadBalancer and CreateTargetGroup).
_BALANCER_NAME: Final = r"(?!internal-)[a-zA-Z0-9]([a-zA-Z0-9-]{0,30}[a-zA-Z0-9])?"
_ECS_NAME: Final = r"[a-zA-Z0-9_-]{1,255}"
_TAG_KEY: Final = r"(?!aws:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}"
_TAG_VALUE: Final = r"[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}"
_DYNAMIC: Final = "{{resolve:"
"""What CloudFormation puts a value in place of, which is unknown here."""
_MOST_TAGS: Final = 50
"""Tags and their number: Tagging AWS Resources User Guide, "Tag naming limits"."""

_RULES: Final[Mapping[str, Mapping[str, str]]] = {
    "AWS::EC2::LaunchTemplate": {"LaunchTemplateName": r"[a-zA-Z0-9().\-/_]{3,128}"},
    "AWS::EC2::SecurityGroup": {
        "GroupDescription": _RULE_TEXT,
        "GroupName": rf"(?!sg-){_RULE_TEXT}",
        "SecurityGroupEgress.Description": _RULE_TEXT,
        "SecurityGroupIngress.Description": _RULE_TEXT,
    },
    "AWS::EC2::SecurityGroupEgress": {"Description": _RULE_TEXT},
    "AWS::EC2::SecurityGroupIngress": {"Description": _RULE_TEXT},
    "AWS::ECS::Cluster": {"ClusterName": _ECS_NAME},
    "AWS::ECS::Service": {"ServiceName": _ECS_NAME},
    "AWS::ECS::TaskDefinition": {"Family": _ECS_NAME},
    "AWS::ElasticBeanstalk::Application": {"ApplicationName": r"[^/]{1,100}"},
    "AWS::ElasticBeanstalk::Environment": {
        "EnvironmentName": r"[a-zA-Z0-9][a-zA-Z0-9-]{2,38}[a-zA-Z0-9]"
    },
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {"Name": _BALANCER_NAME},
    "AWS::ElasticLoadBalancingV2::TargetGroup": {"Name": _BALANCER_NAME},
    # MySQL's and PostgreSQL's rules (Amazon RDS API Reference, CreateDBInstance).
    "AWS::RDS::DBInstance": {"DBName": r"[a-zA-Z][a-zA-Z0-9_]{0,62}"},
    "AWS::SecretsManager::Secret": {"Name": r"[a-zA-Z0-9/_+=.@-]{1,512}"},
}


@dataclass(frozen=True)
class Fault:
    """A text that AWS would refuse, where it stands, and what it must fit."""

    where: str
    text: str
    rule: str

    def __str__(self) -> str:
        return f"{self.where}: {self.text!r} does not fit {self.rule}"


def faults_of(resource: Resource) -> list[Fault]:
    """Return the texts of a resource that AWS would refuse."""
    found = [*_against_schema(resource), *_against_rules(resource), *_of_tags(resource)]
    return list({(f.where, f.text): f for f in found if _DYNAMIC not in f.text}.values())


def _against_rules(resource: Resource) -> Iterator[Fault]:
    for path, rule in _RULES.get(resource.type, {}).items():
        for value in resource.values(path):
            if not regex.fullmatch(rule, str(value)):
                yield Fault(path, str(value), rule)


def _of_tags(resource: Resource) -> Iterator[Fault]:
    for where, tags in [("stack tags", resource.stack_tags), *_tags_in(resource.properties, "")]:
        if len(tags) > _MOST_TAGS:
            yield Fault(where, f"{len(tags)} tags", f"at most {_MOST_TAGS}")
        for key, value in tags.items():
            if not regex.fullmatch(_TAG_KEY, key):
                yield Fault(where, key, _TAG_KEY)
            if not regex.fullmatch(_TAG_VALUE, value):
                yield Fault(f"{where}.{key}", value, _TAG_VALUE)


def _tags_in(node: Any, path: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    """Yield every Tags property there is, however deep, with where it stands."""
    if isinstance(node, list):
        for item in node:
            yield from _tags_in(item, path)
    elif isinstance(node, Mapping):
        for key, value in node.items():
            where = f"{path}.{key}".lstrip(".")
            if key == "Tags":
                yield where, tag_map(value)
            else:
                yield from _tags_in(value, where)


def _against_schema(resource: Resource) -> Iterator[Fault]:
    validator = _validator(resource.type)
    if validator is None:
        return
    for error in validator.iter_errors(dict(resource.properties)):
        if error.validator in ("pattern", "minLength", "maxLength"):
            where = ".".join(part for part in error.absolute_path if isinstance(part, str))
            yield Fault(where, str(error.instance), f"{error.validator} {error.validator_value}")


def _pattern(
    _validator: Any, pattern: str, instance: Any, _schema: Any
) -> Iterator[ValidationError]:
    # The schemas' patterns are JavaScript's, with Unicode's classes.
    if isinstance(instance, str) and not regex.search(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


_TextValidator: Final = extend(Draft7Validator, {"pattern": _pattern})


@functools.cache
def _validator(resource_type: str) -> Any:
    try:
        schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type)
    except ResourceNotFoundError:
        return None
    return _TextValidator(schema.schema)

"""The templates as plain Python values, and enough of CloudFormation to resolve what they say."""

import base64
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tools.rights import template

ROOT: Final = Path(__file__).resolve().parents[2]
CFN: Final = ROOT / "cfn"
COMPONENTS: Final = ("s3", "vpc", "sg", "rds", "ecs", "asg", "eb", "jenkins")
LAUNCHING: Final = ("ecs", "asg", "jenkins")
"""The components with instances, and so with user data, of their own."""
REGISTRY: Final = {"DockerImageMethod": "registry"}
SAMPLES: Final[Mapping[str, str]] = {
    "DemoId": "demo1234",
    "DemoName": 'Tom & "Jerry" $(reboot) \'`',
    "DemoService": "stelligent-demo-service",
    "Owner": "o'brien@example.com",
    "ExpiresAt": "2030-01-31T12:00:00Z",
    "AllowedCidr": "198.51.100.7/32",
    "AllowedCidrIpv6": "",
    "PermissionsBoundaryArn": "arn:aws:iam::111122223333:policy/bound",
    "RolePath": "/stelligent-demo/",
    "BucketName": "stelligent-demo-demo1234",
    "BundleKey": "stelligent-demo.zip",
    "EbSolutionStack": "64bit Amazon Linux 2023 v4.13.5 running Docker",
    "VpcId": "vpc-1",
    "VpcCidr": "10.200.0.0/16",
    "PublicSubnetIds": "subnet-1,subnet-2",
    "PrivateSubnetIds": "subnet-3,subnet-4",
    "LoadBalancerSecurityGroupId": "sg-1",
    "ApplicationSecurityGroupId": "sg-2",
    "JenkinsSecurityGroupId": "sg-3",
    "DatabaseSecurityGroupId": "sg-4",
    "AWS::Region": "eu-central-1",
    "AWS::StackName": "stelligent-demo-demo1234-x",
    "AWS::StackId": "arn:aws:cloudformation:eu-central-1:111122223333:stack/x/1",
    "AWS::AccountId": "111122223333",
    "AWS::Partition": "aws",
}
_NOTHING: Final = object()


def load(component: str) -> dict[str, Any]:
    """Return a template of `cfn/`, with every short tag in its long form."""
    return dict(template.load(CFN / f"{component}.yaml"))


def walk(node: Any) -> Iterator[Any]:
    """Yield every mapping, list and value of a document."""
    yield node
    if isinstance(node, dict):
        for value in node.values():
            yield from walk(value)
    elif isinstance(node, list):
        for value in node:
            yield from walk(value)


class Resolver:
    """Resolves a template's functions with sample values; resources stand for their own names."""

    def __init__(self, template: dict[str, Any], **values: str) -> None:
        parameters: dict[str, Any] = template.get("Parameters", {})
        defaults = {name: str(p["Default"]) for name, p in parameters.items() if "Default" in p}
        self._values = {**defaults, **SAMPLES, **values}
        self._lists = {
            name
            for name, p in parameters.items()
            if p["Type"].startswith("List<") or p["Type"] == "CommaDelimitedList"
        }
        self._conditions: dict[str, Any] = template.get("Conditions", {})

    def __call__(self, node: Any) -> Any:
        """Return the node as CloudFormation would hand it to the service."""
        if isinstance(node, list):
            return [item for item in map(self, node) if item is not _NOTHING]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (name, argument), *_ = node.items()
            if name == "Ref" or name.startswith("Fn::"):
                return self._function(name, argument)
        resolved = {key: self(value) for key, value in node.items()}
        return {key: value for key, value in resolved.items() if value is not _NOTHING}

    def _function(self, name: str, argument: Any) -> Any:
        match name:
            case "Ref":
                return self._ref(argument)
            case "Fn::GetAtt":
                return ".".join(argument)
            case "Fn::Sub":
                return self._sub(argument)
            case "Fn::If":
                return self(argument[1 if self.holds(argument[0]) else 2])
            case "Fn::GetAZs":
                return [f"zone-{letter}" for letter in "abcdef"]
            case "Fn::Cidr":
                return [f"10.200.{n}.0/24" for n in range(int(argument[1]))]
            case _:
                return self._text_function(name, argument)

    def _text_function(self, name: str, argument: Any) -> Any:
        match name:
            case "Fn::Join":
                return argument[0].join(str(part) for part in self(argument[1]))
            case "Fn::Split":
                return self(argument[1]).split(argument[0])
            case "Fn::Select":
                return self(argument[1])[int(self(argument[0]))]
            case "Fn::Base64":
                return base64.b64encode(self(argument).encode()).decode()
            case _:
                raise AssertionError(f"the tests know no {name}")

    def _ref(self, name: str) -> Any:
        if name == "AWS::NoValue":
            return _NOTHING
        value = self._values.get(name, name)
        return value.split(",") if name in self._lists else value

    def _sub(self, argument: Any) -> str:
        text, own = (argument, {}) if isinstance(argument, str) else argument

        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name.startswith("!"):
                return f"${{{name[1:]}}}"
            return str(self(own[name]) if name in own else self._ref(name))

        return re.sub(r"\$\{([^}]+)\}", value, text)

    def holds(self, condition: str) -> bool:
        """Whether a condition of the template holds."""
        return self._true(self._conditions[condition])

    def _true(self, node: dict[str, Any]) -> bool:
        (name, argument), *_ = node.items()
        match name:
            case "Condition":
                return self.holds(argument)
            case "Fn::Not":
                return not self._true(argument[0])
            case "Fn::And":
                return all(self._true(part) for part in argument)
            case "Fn::Equals":
                return str(self(argument[0])) == str(self(argument[1]))
            case _:
                raise AssertionError(f"the tests know no {name} in conditions")


def user_data(component: str, **values: str) -> str:
    """Return the text of a component's user-data script, with sample values in place."""
    template = load(component)
    data = template["Resources"]["LaunchTemplate"]["Properties"]["LaunchTemplateData"]
    encoded: str = Resolver(template, **values)(data["UserData"])
    return base64.b64decode(encoded).decode()


def resources(template: dict[str, Any], kind: str) -> dict[str, dict[str, Any]]:
    """Return a template's resources of one type, by logical id."""
    return {name: r for name, r in template["Resources"].items() if r["Type"] == kind}


def launch_data(component: str) -> dict[str, Any]:
    """Return what a component's launch template says of its instances, resolved."""
    template = load(component)
    data = template["Resources"]["LaunchTemplate"]["Properties"]["LaunchTemplateData"]
    resolved: dict[str, Any] = Resolver(template)(data)
    return resolved

"""The service's own stack: the roles it makes, and whose they are."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from chalicelib.core.demo import PREFIX
from tools.rights.policy import Document, Role
from tools.rights.resources import MessageRef
from tools.rights.template import Stack, load

ROOT: Final = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Service:
    """A deployed service: the stack that `.chalice/` makes."""

    stack: Stack

    @property
    def name(self) -> str:
        """The name of its stack."""
        return self.stack.place.stack_name

    @property
    def boundary_arn(self) -> str:
        """The managed policy that every role of a demo must carry."""
        return self.stack.resource("Boundary").arn

    @property
    def boundary(self) -> Document:
        """The most that a role of a demo may do."""
        document: Document = self.stack.resource("Boundary").properties["PolicyDocument"]
        return document

    @property
    def stack_role(self) -> Role:
        """The role that CloudFormation acts with for a demo's stacks."""
        role = self.stack.resource("StackRole")
        documents = tuple(p["PolicyDocument"] for p in role.properties["Policies"])
        return Role(role.name, documents, account=self.stack.place.account)


def service(root: Path = ROOT, place: MessageRef | None = None) -> Service:
    """Read what the repository at `root` deploys."""
    place = place or replace(MessageRef(), stack_name=f"{PREFIX}-dev")
    return Service(Stack(_template(root), {}, place))


def _template(root: Path) -> Mapping[str, Any]:
    """Return the template with the resources that Chalice adds, as far as it refers to them."""
    template = load(root / ".chalice" / "resources.yaml")
    chalice = dict.fromkeys(_functions(root), "AWS::Serverless::Function")
    chalice |= {"RestAPI": "AWS::Serverless::Api", "APIHandler": "AWS::Serverless::Function"}
    resources = {**{name: {} for name in chalice}, **template["Resources"]}
    typed = {
        name: {"Type": chalice.get(name, "AWS::Logs::LogGroup"), **body}
        for name, body in resources.items()
    }
    return {**template, "Resources": typed}


def _functions(root: Path) -> list[str]:
    """Return the logical ids that Chalice gives functions: PlanStep for plan_step."""
    config = json.loads((root / ".chalice" / "config.json").read_text(encoding="utf-8"))
    return ["".join(part.title() for part in n.split("_")) for n in config["lambda_functions"]]

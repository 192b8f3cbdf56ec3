"""The service's own stack: the roles it makes, and whose they are."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from chalicelib.core.naming import PREFIX
from tools.infrastructure.functions import FUNCTIONS
from tools.infrastructure.template import service_template
from tools.rights.policy import Document, Role
from tools.rights.resources import Place
from tools.rights.template import Stack, load

ROOT: Final = Path(__file__).resolve().parents[2]
SLACK_CREDENTIALS: Final = "/stelligent-service/slack"
"""A name that is a secret's and, as it begins with a slash, a parameter's as well."""


@dataclass(frozen=True)
class Service:
    """A deployed service: the stack that `.chalice/` makes, and its functions' policies."""

    stack: Stack
    policies: Mapping[str, Document]

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

    def function_role(self, name: str) -> Role:
        """Return the role of a function, which Chalice makes of its policy file."""
        document = self.stack.resolve(self.policies[name])
        return Role(name, (document,), account=self.stack.place.account)


def service(root: Path = ROOT, place: Place | None = None) -> Service:
    """Read what the repository at `root` deploys."""
    place = place or replace(Place(), stack_name=f"{PREFIX}-dev")
    stack = Stack(_template(root), {"SlackSecretName": SLACK_CREDENTIALS}, place)
    policies = {
        function.name: load(root / ".chalice" / "policies" / f"{function.name}.json")
        for function in FUNCTIONS
    }
    return Service(stack, policies)


def _template(root: Path) -> Mapping[str, Any]:
    """Return the template with the resources that Chalice adds, as far as it refers to them."""
    template = service_template(root)
    chalice = {function.logical_id: "AWS::Serverless::Function" for function in FUNCTIONS}
    chalice |= {"RestAPI": "AWS::Serverless::Api"}
    typed = {
        name: {"Type": chalice.get(name, "AWS::Logs::LogGroup"), **body}
        for name, body in template["Resources"].items()
    }
    return {**template, "Resources": typed}

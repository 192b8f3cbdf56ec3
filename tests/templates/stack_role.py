"""What StackRole allows, decided over the policies as they are written; no whole IAM."""

import re
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any, Final

from tools.infrastructure.template import service_template

from .documents import Resolver

SERVICE: Final = "stelligent-demo-service-prod"
OURS: Final = {"aws:ResourceTag/stelligent-demo:service": SERVICE}
"""What a resource that carries the stack's tags brings into the decision."""
_VALUES: Final = {"AWS::StackName": SERVICE, "SlackSecretName": "stelligent-demo/slack"}


def resources() -> dict[str, Any]:
    """Return the resources of the service's own stack."""
    found: dict[str, Any] = service_template()["Resources"]
    return found


def statements(role: str = "StackRole") -> list[dict[str, Any]]:
    """Return the statements of a role, or of a managed policy, resolved."""
    properties = resources()[role]["Properties"]
    policies = properties.get("Policies", [properties])
    found = [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]
    resolve = Resolver({}, **_VALUES)
    # Which regions are open is a condition of the stack, and of no interest here.
    return [resolve(s) for s in found if s.get("Sid") != "OnlyInOpenRegions"]


def allows(
    action: str, resource: str, context: Mapping[str, str] | None = None, role: str = "StackRole"
) -> bool:
    """Whether a role may do this: some statement allows it, and none denies it."""
    effects = {s["Effect"] for s in statements(role) if _fits(s, action, resource, context or {})}
    return effects == {"Allow"}


def _fits(
    statement: dict[str, Any], action: str, resource: str, context: Mapping[str, str]
) -> bool:
    return (
        any(_like(action.lower(), a.lower()) for a in _listed(statement["Action"]))
        and any(_like(resource, r) for r in _listed(statement["Resource"]))
        and all(
            any(_like(context.get(key, ""), value) for value in _listed(values))
            for keys in statement.get("Condition", {}).values()
            for key, values in keys.items()
        )
    )


def _like(text: str, pattern: str) -> bool:
    # Only * and ? stand for anything in IAM; a bracket is itself.
    return fnmatchcase(text, re.sub(r"\[", "[[]", pattern))


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else value

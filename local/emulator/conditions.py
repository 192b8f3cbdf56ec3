"""Conditions that compare what functions make of parameters.

MiniStack reads parameters alone in a condition. CloudFormation takes Fn::Join, Fn::Select,
Fn::Split and others in Fn::Equals as well (CloudFormation User Guide, "Condition functions").
"""

from typing import Any

from local.patching import pinned, wrap


def install() -> None:
    """Resolve the functions in conditions before they are compared."""
    wrap("ministack.services.cloudformation.engine._evaluate_conditions", _with_functions)


def _with_functions(evaluate: Any) -> Any:
    resolve = pinned("ministack.services.cloudformation.engine._resolve_refs")

    def evaluated(template: dict[str, Any], params: dict[str, Any]) -> dict[str, bool]:
        def resolved(node: Any) -> Any:
            if isinstance(node, list):
                return [resolved(item) for item in node]
            if not isinstance(node, dict):
                return node
            if "Fn::Equals" in node:
                mappings = template.get("Mappings", {})
                return {
                    "Fn::Equals": resolve(node["Fn::Equals"], {}, params, {}, mappings, "", "")
                }
            return {key: resolved(value) for key, value in node.items()}

        conditions = resolved(template.get("Conditions", {}))
        found: dict[str, bool] = evaluate({**template, "Conditions": conditions}, params)
        return found

    return evaluated

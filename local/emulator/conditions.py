"""Conditions that compare what functions make of parameters.

MiniStack reads parameters alone in a condition. CloudFormation takes Fn::Join, Fn::Select,
Fn::Split and others in Fn::Equals as well (CloudFormation User Guide, "Condition functions").
"""

from typing import Any

from local.patching import around, pinned


def install() -> None:
    """Resolve the functions in conditions before they are compared."""
    around("ministack.services.cloudformation.engine._evaluate_conditions", _with_functions)


def _with_functions(evaluate: Any, template: dict[str, Any], params: dict[str, Any]) -> Any:
    resolve = pinned("ministack.services.cloudformation.engine._resolve_refs")
    mappings = template.get("Mappings", {})

    def resolved(node: Any) -> Any:
        if isinstance(node, list):
            return [resolved(item) for item in node]
        if not isinstance(node, dict):
            return node
        if "Fn::Equals" in node:
            return {"Fn::Equals": resolve(node["Fn::Equals"], {}, params, {}, mappings, "", "")}
        return {key: resolved(value) for key, value in node.items()}

    conditions = resolved(template.get("Conditions", {}))
    return evaluate({**template, "Conditions": conditions}, params)

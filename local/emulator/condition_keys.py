"""Least-privilege policies that AWS can evaluate and MiniStack alone could not.

A CreateStack is judged with its `cloudformation:RoleArn`, a key MiniStack does not have
(Service Authorization Reference, AWS CloudFormation). And a call counts as made over TLS,
as every call to AWS is: the emulator speaks plain HTTP, on loopback only, and a bucket that
demands TLS would refuse it.
"""

from typing import Any

from local.emulator.patching import module, private


def install() -> None:
    """Add the keys to the context that requests are judged in."""
    actions = module("core.iam_actions")
    actions.request_tag_context = _with_role(actions)
    evaluator = module("core.iam_evaluator")
    evaluator._resolve_condition_key = _over_tls(evaluator)  # noqa: SLF001


def _over_tls(evaluator: Any) -> Any:
    original = private(evaluator, "_resolve_condition_key")

    def resolve(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else original(key, context)

    return resolve


def _with_role(actions: Any) -> Any:
    of_tags = private(actions, "request_tag_context")
    query = private(actions, "_query_param")

    def context(service: str, iam_action: str, body: bytes, params: Any) -> dict[str, Any]:
        found: dict[str, Any] = of_tags(service, iam_action, body, params)
        if service == "cloudformation" and (role := query(params, "RoleARN")):
            found["cloudformation:RoleArn"] = role
        return found

    return context

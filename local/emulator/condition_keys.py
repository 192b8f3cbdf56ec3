"""Least-privilege policies that AWS can evaluate and MiniStack alone could not.

A CreateStack is judged with its `cloudformation:RoleArn`, a key MiniStack does not have
(Service Authorization Reference, AWS CloudFormation). And a call counts as made over TLS,
as every call to AWS is: the emulator speaks plain HTTP, on loopback only, and a bucket that
demands TLS would refuse it.
"""

from typing import Any

from local.patching import pinned, wrap


def install() -> None:
    """Add the keys to the context that requests are judged in."""
    wrap("ministack.core.iam_actions.request_tag_context", _with_role)
    wrap("ministack.core.iam_evaluator._resolve_condition_key", _over_tls)


def _over_tls(original: Any) -> Any:
    def resolve(key: str, context: Any) -> Any:
        return "true" if key.lower() == "aws:securetransport" else original(key, context)

    return resolve


def _with_role(of_tags: Any) -> Any:
    query = pinned("ministack.core.iam_actions._query_param")

    def context(service: str, iam_action: str, body: bytes, params: Any) -> dict[str, Any]:
        found: dict[str, Any] = of_tags(service, iam_action, body, params)
        if service == "cloudformation" and (role := query(params, "RoleARN")):
            found["cloudformation:RoleArn"] = role
        return found

    return context

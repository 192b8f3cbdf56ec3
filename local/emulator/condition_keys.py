"""Least-privilege policies that AWS can evaluate and MiniStack alone could not.

A CreateStack is judged with its `cloudformation:RoleArn`, a key MiniStack does not have
(Service Authorization Reference, AWS CloudFormation). And a call counts as made over TLS,
as every call to AWS is: the emulator speaks plain HTTP, on loopback only, and a bucket that
demands TLS would refuse it.
"""

from typing import Any

from local.patching import around, pinned


def install() -> None:
    """Add the keys to the context that requests are judged in."""
    around("ministack.core.iam_actions.request_tag_context", _with_role)
    around("ministack.core.iam_evaluator._resolve_condition_key", _over_tls)


def _over_tls(resolve: Any, key: str, context: Any) -> Any:
    return "true" if key.lower() == "aws:securetransport" else resolve(key, context)


def _with_role(of_tags: Any, service: str, action: str, body: bytes, params: Any) -> Any:
    found = of_tags(service, action, body, params)
    role = pinned("ministack.core.iam_actions._query_param")(params, "RoleARN")
    if service == "cloudformation" and role:
        found["cloudformation:RoleArn"] = role
    return found

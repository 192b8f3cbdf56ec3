"""Counts the API calls that the emulator gets: service, action and caller."""

from collections import Counter
from typing import Any

from local.patching import around, pinned

_counts: Counter[tuple[str, str, str]] = Counter()


def install() -> None:
    """Put the counter before MiniStack's dispatch."""
    around("ministack.app._dispatch_service_request", _counted)


async def _counted(  # noqa: PLR0917 - as MiniStack calls it
    dispatch: Any, method: str, path: str, headers: Any, body: bytes, query: Any, request_id: str
) -> Any:
    params = pinned("ministack.app._routing_params")(method, path, headers, body, query)
    request = (method, path, headers)
    service = pinned("ministack.app.detect_service")(*request, params)
    action_of = pinned("ministack.core.iam_actions.extract_iam_action")
    # The IAM action is close to the API call's name, and the only name all protocols share.
    action = action_of(service, *request, body, params) or f"{service}:{method}"
    name = action.split(":", 1)
    _counts[name[0], name[1], _caller(headers, query)] += 1
    return await dispatch(*request, body, query, request_id)


def _caller(headers: dict[str, str], query_params: dict[str, Any]) -> str:
    """Name the function a role session belongs to, else the access key that signed."""
    key = pinned("ministack.core.router.extract_access_key_id")(headers, query_params) or ""
    session = pinned("ministack.services.sts._sessions").get(key)
    if session and "/" in session.get("Arn", ""):
        return str(session["Arn"].rsplit("/", 1)[-1])
    return key


def counted() -> list[dict[str, Any]]:
    """List the calls since the start or the last reset."""
    return [
        {"service": service, "action": action, "caller": caller, "count": count}
        for (service, action, caller), count in sorted(_counts.items())
    ]


def reset() -> None:
    """Count from zero again."""
    _counts.clear()

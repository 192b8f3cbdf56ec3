"""Counts the API calls the emulator is asked: service, action and who asked."""

from collections import Counter
from typing import Any

from local.patching import pinned, wrap

_counts: Counter[tuple[str, str, str]] = Counter()


def install() -> None:
    """Put the counter before MiniStack's dispatch."""
    wrap("ministack.app._dispatch_service_request", _counting)


def _counting(dispatch: Any) -> Any:
    parse = pinned("ministack.app._routing_params")
    detect = pinned("ministack.app.detect_service")
    action_of = pinned("ministack.core.iam_actions.extract_iam_action")

    async def counted(  # noqa: PLR0917 - as MiniStack calls it
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: dict[str, Any],
        request_id: str,
    ) -> Any:
        params = parse(method, path, headers, body, query_params)
        service = detect(method, path, headers, params)
        action = action_of(service, method, path, headers, body, params)
        # The IAM action is close to the API call's name, and the only name all protocols share.
        name = (action or f"{service}:{method}").split(":", 1)
        _counts[name[0], name[1], _caller(headers, query_params)] += 1
        return await dispatch(method, path, headers, body, query_params, request_id)

    return counted


def _caller(headers: dict[str, str], query_params: dict[str, Any]) -> str:
    """Name the function a role session belongs to, else the access key that signed."""
    key = pinned("ministack.core.router.extract_access_key_id")(headers, query_params) or ""
    session = pinned("ministack.services.sts._sessions").get(key)
    if session and "/" in session.get("Arn", ""):
        return str(session["Arn"].rsplit("/", 1)[-1])
    return key


def counted() -> list[dict[str, Any]]:
    """List what was asked since the start or the last reset."""
    return [
        {"service": service, "action": action, "caller": caller, "count": count}
        for (service, action, caller), count in sorted(_counts.items())
    ]


def reset() -> None:
    """Start counting anew."""
    _counts.clear()

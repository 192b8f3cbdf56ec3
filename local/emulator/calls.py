"""Counts the API calls the emulator is asked: service, action and who asked."""

from collections import Counter
from typing import Any

from local.emulator.patching import module, private

_counts: Counter[tuple[str, str, str]] = Counter()


def install() -> None:
    """Put the counter before MiniStack's dispatch."""
    app = module("app")
    dispatch = private(app, "_dispatch_service_request")
    actions = module("core.iam_actions")

    async def counted(  # noqa: PLR0917 - as MiniStack calls it
        method: str,
        path: str,
        headers: dict[str, str],
        body: bytes,
        query_params: dict[str, Any],
        request_id: str,
    ) -> Any:
        params = app._routing_params(method, path, headers, body, query_params)  # noqa: SLF001
        service = app.detect_service(method, path, headers, params)
        action = actions.extract_iam_action(service, method, path, headers, body, params)
        # The IAM action is close to the API call's name, and the only name all protocols share.
        name = (action or f"{service}:{method}").split(":", 1)
        _counts[name[0], name[1], _caller(headers, query_params)] += 1
        return await dispatch(method, path, headers, body, query_params, request_id)

    app._dispatch_service_request = counted  # noqa: SLF001


def _caller(headers: dict[str, str], query_params: dict[str, Any]) -> str:
    """Name the function a role session belongs to, else the access key that signed."""
    key = module("core.router").extract_access_key_id(headers, query_params) or ""
    session = module("services.sts")._sessions.get(key)  # noqa: SLF001
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

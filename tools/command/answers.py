"""What an HTTP answer means: a body, a refusal, a moment's trouble, or another service's words."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import httpx

from .failures import CommandError, NotSignedIn, Refused, TryAgain, problem_lines

_OUTAGES: Final = frozenset(
    {HTTPStatus.BAD_GATEWAY, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT}
)
_NOTHING_DONE: Final = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})
_LONGEST: Final = 60.0
"""Seconds that Retry-After may have the command wait."""


def body_of(answer: httpx.Response, *, keyed: bool = False) -> Mapping[str, Any]:
    """Return an answer's body; raise what else it means. `keyed`: it had an Idempotency-Key."""
    body = _json(answer)
    if answer.is_success and body is not None:
        return body
    problem = body if body is not None and "detail" in body and not answer.is_success else None
    if _is_passing(answer.status_code, problem, keyed=keyed):
        lines = problem_lines(problem) if problem else [_foreign(answer, body)]
        done = answer.status_code not in _NOTHING_DONE
        raise TryAgain(*lines, after=_after(answer), done=done, body=problem)
    if problem is None:
        raise CommandError(_foreign(answer, body))
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        raise NotSignedIn(str(problem["detail"]), body=problem)
    raise Refused(problem)


def _json(answer: httpx.Response) -> Mapping[str, Any] | None:
    try:
        body = answer.json()
    except ValueError:
        return None
    return body if isinstance(body, dict) else None


def _is_passing(status: int, problem: Mapping[str, Any] | None, *, keyed: bool) -> bool:
    """Whether to come again: an outage, throttling, or the first request of a key under way."""
    match status:
        case HTTPStatus.TOO_MANY_REQUESTS:  # a quota that is full names itself, and stays so
            return "limit" not in (problem or {})
        case HTTPStatus.CONFLICT:
            return keyed
        case _:
            return status in _OUTAGES


def _after(answer: httpx.Response) -> float:
    text = answer.headers.get("Retry-After", "")
    return min(float(text), _LONGEST) if text.isdecimal() else 0.0


def _foreign(answer: httpx.Response, body: Mapping[str, Any] | None) -> str:
    said = f" ({body['message']})" if body and "message" in body else ""
    where = answer.request.url.copy_with(query=None)
    return (
        f"{where} answered {answer.status_code}{said}, and not as the service does: "
        "is its address right?"
    )

"""HTTP itself: who calls, what a view is given, and how errors are answered.

Every error is answered here with a problem document (RFC 9457) that names the field where there is
one. A stack trace is logged and never returned.
"""

from __future__ import annotations

import functools
import ipaddress
import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

from chalice import Blueprint
from chalice import Response as ChaliceResponse

from chalicelib.core.demo import Demo
from chalicelib.core.errors import (
    DemoError,
    FieldProblem,
    InvalidRequest,
    LimitReached,
    NotAllowed,
    NotFound,
    Outdated,
    RetryableError,
    WrongState,
)
from chalicelib.core.identity import Caller
from chalicelib.entrypoints.auth import authorizer
from chalicelib.entrypoints.logs import logger
from chalicelib.entrypoints.rest.conditions import entity_tag, match, none_match, version_tag

MAX_BODY: Final = 64 * 1024
"""Bytes of a request's body; a request for every component with every parameter takes 4 KB."""
_COUNT: Final = re.compile(r"[0-9]{1,4}")
_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000",
}
_STATUS_HEADERS: Final[Mapping[HTTPStatus, Mapping[str, str]]] = {
    HTTPStatus.UNAUTHORIZED: {"WWW-Authenticate": "Bearer"},
    HTTPStatus.SERVICE_UNAVAILABLE: {"Retry-After": "2"},
}
"""What RFC 9110 wants beside a status; seconds for Retry-After."""
_REFUSALS: Final[Mapping[type[DemoError], HTTPStatus]] = {
    InvalidRequest: HTTPStatus.UNPROCESSABLE_ENTITY,
    LimitReached: HTTPStatus.TOO_MANY_REQUESTS,
    NotAllowed: HTTPStatus.FORBIDDEN,
    NotFound: HTTPStatus.NOT_FOUND,
    Outdated: HTTPStatus.PRECONDITION_FAILED,
    WrongState: HTTPStatus.CONFLICT,
}
"""How the domain's refusals are answered; the detail is their own text."""


class HttpError(DemoError):
    """A fault of the protocol rather than of the domain: no identity, too big, not JSON."""

    def __init__(self, status: HTTPStatus, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as a view sees it.

    `path` is as the caller sent it, with the stage or a domain's base path before it.
    """

    caller: Caller
    path: str
    source_ip: str
    raw_body: bytes
    query: Mapping[str, str]
    headers: Mapping[str, str]
    lambda_context: Any = None

    @property
    def own_block(self) -> str | None:
        """The caller's own address as a block of one; None for one that is not IPv4."""
        try:
            return f"{ipaddress.IPv4Address(self.source_ip)}/32"
        except ValueError:
            return None

    def json(self) -> Any:
        """Return the body as JSON, an absent one as an empty object; raise HttpError."""
        if len(self.raw_body) > MAX_BODY:
            raise HttpError(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body may have {MAX_BODY} bytes"
            )
        try:
            return json.loads(self.raw_body or b"{}")
        except (ValueError, RecursionError) as error:
            raise HttpError(HTTPStatus.BAD_REQUEST, f"the body is not JSON: {error}") from error

    def expected_version(self, demo: Demo) -> int | None:
        """Return the version that an If-Match wants a demo to have, None without one.

        Raises Outdated when it names others than what there is.
        """
        header = self.headers.get("if-match")
        if header is None or header.strip() == "*":
            return None
        if not match(header, version_tag(demo.version)):
            raise Outdated(f"{demo.demo_id} has changed since; read it again")
        return demo.version

    def count(self, name: str, default: int, most: int) -> int:
        """Return a whole number from the query; raise InvalidRequest outside 1 to `most`."""
        text = self.query.get(name, str(default))
        if not _COUNT.fullmatch(text) or not 1 <= int(text) <= most:
            raise InvalidRequest(FieldProblem(name, f"must be a whole number from 1 to {most}"))
        return int(text)

    def flag(self, name: str) -> bool:
        """Return a flag of the query, absent as False; raise InvalidRequest for other words."""
        text = self.query.get(name, "false")
        if text not in ("true", "false"):
            raise InvalidRequest(FieldProblem(name, "must be true or false"))
        return text == "true"


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """What a view returns: a JSON body, or text of another type.

    What a GET answers has a version (`ETag`) and may be kept, unless `versioned` is False.
    """

    body: Any
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = field(default_factory=dict)
    versioned: bool = True


View = Callable[..., Response]


JSON: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
"""JSON Merge Patch (RFC 7386)."""


def endpoint(
    bp: Blueprint, method: str, path: str, *, public: bool = False, types: Sequence[str] = (JSON,)
) -> Callable[[View], View]:
    """Register a view that takes bodies of these media types.

    Unless public, it runs for a verified owner only.
    """

    def register(view: View) -> View:
        @functools.wraps(view)
        def handler(**path_values: str) -> ChaliceResponse:
            return _respond(bp, view, path_values, public=public)

        # Chalice reads a view's own parameters, which are the path's and not `call`.
        bp.route(
            path,
            methods=[method],
            authorizer=None if public else authorizer,
            content_types=list(types),
        )(handler)
        return view

    return register


def _respond(
    bp: Blueprint, view: View, values: Mapping[str, str], *, public: bool
) -> ChaliceResponse:
    request = bp.current_request
    try:
        return _rendered(view(_call(request, bp.lambda_context, public=public), **values), request)
    except DemoError as error:
        logger().info("refused", extra={"why": str(error), "path": request.path})
        return _problem_response(_problem(error))
    except Exception:  # noqa: BLE001 - the details are logged and not returned
        logger().exception("unhandled", extra={"path": request.path})
        return _problem_response(_our_fault())


def _call(request: Any, lambda_context: Any, *, public: bool) -> Request:
    context = request.context
    return Request(
        caller=Caller(owner="") if public else _caller(context.get("authorizer") or {}),
        path=context["path"],
        source_ip=context.get("identity", {}).get("sourceIp", ""),
        raw_body=request.raw_body or b"",
        query=dict(request.query_params or {}),
        headers=request.headers,
        lambda_context=lambda_context,
    )


def _caller(identity: Mapping[str, str]) -> Caller:
    if refused := identity.get("refused"):
        raise HttpError(HTTPStatus.FORBIDDEN, refused)
    owner = identity.get("owner")
    if not owner:
        raise HttpError(HTTPStatus.UNAUTHORIZED, identity.get("problem", "no bearer token"))
    # The gateway remembers an authorizer's answer for a minute; the token may end before that.
    if float(identity.get("expires", 0)) + 5 < time.time():
        raise HttpError(HTTPStatus.UNAUTHORIZED, "the token has expired")
    return Caller(owner=owner, admin=identity.get("admin") == "yes")


def _rendered(answer: Response, request: Any) -> ChaliceResponse:
    headers = {"Content-Type": "application/json", **_HEADERS, **answer.headers}
    text = answer.body if isinstance(answer.body, str) else json.dumps(answer.body)
    if answer.versioned and request.method == "GET" and answer.status is HTTPStatus.OK:
        etag = answer.headers.get("ETag") or entity_tag(text)
        headers |= {"ETag": etag, "Cache-Control": answer.headers.get("Cache-Control", "no-cache")}
        if not none_match(request.headers.get("if-none-match", ""), etag):
            return ChaliceResponse(body="", status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return ChaliceResponse(body=text, status_code=answer.status, headers=headers)


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem document in the making."""

    status: HTTPStatus
    detail: str
    extra: Mapping[str, Any] = field(default_factory=dict)


def _problem(error: DemoError) -> Problem:
    if isinstance(error, HttpError):
        return Problem(error.status, str(error))
    if isinstance(error, RetryableError):
        busy = "the service is busy; try again in a moment"
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, busy)
    for kind, status in _REFUSALS.items():
        if isinstance(error, kind):
            return Problem(status, str(error), _particulars(error))
    logger().error("fault", extra={"why": str(error)})
    return _our_fault()


def _our_fault() -> Problem:
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "something went wrong on our side")


def _particulars(error: DemoError) -> Mapping[str, Any]:
    """Return what the problem document of some errors says beside its detail."""
    match error:
        case InvalidRequest(problems=problems):
            return {"errors": [{"field": p.field, "message": p.message} for p in problems]}
        case LimitReached(limit=limit, maximum=maximum, holders=holders):
            return {"limit": limit, "maximum": maximum, "held_by": list(holders)}
        case _:
            return {}


def _problem_response(problem: Problem) -> ChaliceResponse:
    body = {
        "type": "about:blank",
        "title": problem.status.phrase,
        "status": int(problem.status),
        "detail": problem.detail,
        **problem.extra,
    }
    kind = {"Content-Type": "application/problem+json"}
    return ChaliceResponse(
        body=json.dumps(body),
        status_code=problem.status,
        headers={**kind, **_HEADERS, **_STATUS_HEADERS.get(problem.status, {})},
    )


def explain(event: Any, get_response: Any) -> ChaliceResponse:
    """Turn what Chalice itself refuses (a media type, a method) into a problem document."""
    response: ChaliceResponse = get_response(event)
    kind = response.headers.get("Content-Type", "")
    if response.status_code < HTTPStatus.BAD_REQUEST or kind.startswith("application/problem"):
        return response
    body = response.body if isinstance(response.body, dict) else {}
    detail = str(body.get("Message", "the request was refused"))
    return _problem_response(Problem(HTTPStatus(response.status_code), detail))

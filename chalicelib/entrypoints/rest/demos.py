"""Demos over HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from chalice import Blueprint

from chalicelib.core.demo import Demo
from chalicelib.core.errors import FieldProblem, InvalidRequest
from chalicelib.core.naming import demo_id_from
from chalicelib.entrypoints.rest.conditions import version_tag
from chalicelib.entrypoints.rest.http import JSON, MERGE_PATCH, Request, Response, endpoint
from chalicelib.entrypoints.rest.views import briefs_view, demo_view, demos_view, events_view
from chalicelib.wiring import use_cases

if TYPE_CHECKING:
    from chalicelib.core.request import DemoRequest
    from chalicelib.entrypoints.rest import answers
    from chalicelib.entrypoints.rest.models import DemoBody

bp = Blueprint(__name__)

PAGE: Final = 50
MAX_PAGE: Final = 200


def _answer(demo: Demo, status: HTTPStatus = HTTPStatus.OK) -> Response:
    """Return a demo as its owner reads it, tagged with its record's version."""
    headers = {"ETag": version_tag(demo.version)}
    return Response(body=_view(demo), status=status, headers=headers)


def _view(demo: Demo) -> answers.Demo:
    return demo_view(demo, use_cases().offer.cost(demo))


@endpoint(bp, "POST", "/demos")
def create(call: Request) -> Response:
    """Create a demo; for a day, an Idempotency-Key creates one demo."""
    from chalicelib.entrypoints.rest.models import demo_request  # noqa: PLC0415 - reading needs none

    body, request = demo_request(call.json(), call.own_block, use_cases().offer.check)
    key = call.headers.get("idempotency-key")
    made = _create(call, request) if key is None else _create_once(call, body, request, key)
    location = f"demos/{made['demo_id']}"
    return Response(body=made, status=HTTPStatus.ACCEPTED, headers={"Location": location})


def _create(call: Request, request: DemoRequest) -> answers.Demo:
    return _view(use_cases().request.create(call.caller.owner, request))


def _create_once(call: Request, body: DemoBody, request: DemoRequest, key: str) -> answers.Demo:
    from chalicelib.entrypoints.rest.idempotency import answer_once  # noqa: PLC0415 - only with a key

    def create(digest: str) -> answers.Demo:
        # The id comes from the key, so that even a function that died makes no second demo.
        demo_id = demo_id_from(digest)
        return _view(use_cases().request.create_once(call.caller.owner, request, demo_id=demo_id))

    made: answers.Demo = answer_once(call, key, body.model_dump_json(), create)
    return made


@endpoint(bp, "GET", "/demos")
def index(call: Request) -> Response:
    """List the caller's demos; an admin's list has everybody's unless ?mine=true.

    ?phase=, ?q= and ?order= say which, with which words and in which order. With ?brief=true
    each has only what a line of a list shows.
    """
    page = use_cases().read.list(
        call.caller,
        everybody=not call.flag("mine"),
        limit=call.count("limit", PAGE, MAX_PAGE),
        cursor=call.query.get("cursor"),
        query=call.query,
    )
    return Response(
        body=briefs_view(page) if call.flag("brief") else demos_view(page, use_cases().offer.cost)
    )


@endpoint(bp, "GET", "/demos/{demo_id}")
def show(call: Request, demo_id: str) -> Response:
    """Get a demo."""
    return _answer(use_cases().read.find(call.caller, demo_id))


@endpoint(bp, "PATCH", "/demos/{demo_id}", types=(JSON, MERGE_PATCH))
def change(call: Request, demo_id: str) -> Response:
    """Change a demo: its name, components, parameters, addresses; pause or resume it."""
    from chalicelib.entrypoints.rest.models import ChangeBody, parsed  # noqa: PLC0415

    if not call.raw_body:
        raise InvalidRequest(FieldProblem("body", "must say what to change"))
    body = parsed(ChangeBody, call.json())
    demo = use_cases().read.find(call.caller, demo_id)
    changed = use_cases().change.change(
        demo,
        body.change(),
        actor=call.caller.owner,
        version=call.expected_version(demo),
    )
    return _answer(changed, HTTPStatus.ACCEPTED)


@endpoint(bp, "DELETE", "/demos/{demo_id}")
def delete(call: Request, demo_id: str) -> Response:
    """Delete a demo."""
    demo = use_cases().read.find(call.caller, demo_id)
    call.expected_version(demo)
    owner = call.caller.owner
    ending = use_cases().change.delete(demo, actor=owner, why=f"{owner} requested its removal")
    return _answer(ending, HTTPStatus.ACCEPTED)


@endpoint(bp, "PATCH", "/demos/{demo_id}/lease")
def move_lease(call: Request, demo_id: str) -> Response:
    """Extend or shorten a lease."""
    from chalicelib.entrypoints.rest.lease_body import LeaseBody  # noqa: PLC0415
    from chalicelib.entrypoints.rest.models import parsed  # noqa: PLC0415

    body = parsed(LeaseBody, call.json())
    demo = use_cases().read.find(call.caller, demo_id)
    wanted = body.wanted(demo.expires_at)
    return _answer(use_cases().change.move_lease(demo, wanted, actor=call.caller.owner))


@endpoint(bp, "POST", "/demos/{demo_id}/retry")
def retry(call: Request, demo_id: str) -> Response:
    """Retry what failed now: a quarantined demo's deletions, or a failed demo's components."""
    from chalicelib.entrypoints.rest.models import RetryBody, parsed  # noqa: PLC0415

    body = parsed(RetryBody, call.json())
    demo = use_cases().read.find(call.caller, demo_id)
    retried = use_cases().change.retry(demo, body.change(), actor=call.caller.owner)
    return _answer(retried, HTTPStatus.ACCEPTED)


@endpoint(bp, "GET", "/demos/{demo_id}/events")
def events(call: Request, demo_id: str) -> Response:
    """List a demo's events, oldest first."""
    page = use_cases().read.timeline(
        call.caller,
        demo_id,
        limit=call.count("limit", PAGE, MAX_PAGE),
        cursor=call.query.get("cursor"),
    )
    return Response(body=events_view(page))

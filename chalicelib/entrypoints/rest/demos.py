"""Demos over HTTP."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from chalice import Blueprint

from chalicelib.core.demo import demo_id_from
from chalicelib.entrypoints.rest.http import Request, Response, endpoint
from chalicelib.entrypoints.rest.views import briefs_view, demo_view, demos_view, events_view
from chalicelib.wiring import use_cases

if TYPE_CHECKING:
    from chalicelib.entrypoints.rest import answers
    from chalicelib.entrypoints.rest.models import DemoBody

bp = Blueprint(__name__)

PAGE: Final = 50
MAX_PAGE: Final = 200


@endpoint(bp, "POST", "/demos")
def create(call: Request) -> Response:
    """Create a demo; for a day, an Idempotency-Key creates one demo."""
    from chalicelib.entrypoints.rest.models import DemoBody, parsed  # noqa: PLC0415 - reading needs none

    body = parsed(DemoBody, call.json())
    key = call.headers.get("idempotency-key")
    made = _create(call, body) if key is None else _create_once(call, body, key)
    location = f"demos/{made['demo_id']}"
    return Response(body=made, status=HTTPStatus.ACCEPTED, headers={"Location": location})


def _create(call: Request, body: DemoBody) -> answers.Demo:
    return demo_view(use_cases().request.create(call.caller.owner, body.request(call.own_block)))


def _create_once(call: Request, body: DemoBody, key: str) -> answers.Demo:
    from chalicelib.entrypoints.rest.idempotency import answer_once  # noqa: PLC0415 - only with a key

    def create(digest: str) -> answers.Demo:
        # The id comes from the key, so that even a function that died makes no second demo.
        request, demo_id = body.request(call.own_block), demo_id_from(digest)
        return demo_view(
            use_cases().request.create_once(call.caller.owner, request, demo_id=demo_id)
        )

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
    return Response(body=briefs_view(page) if call.flag("brief") else demos_view(page))


@endpoint(bp, "GET", "/demos/{demo_id}")
def show(call: Request, demo_id: str) -> Response:
    """Get a demo."""
    return Response(body=demo_view(use_cases().read.find(call.caller, demo_id)))


@endpoint(bp, "DELETE", "/demos/{demo_id}")
def delete(call: Request, demo_id: str) -> Response:
    """Delete a demo."""
    demo = use_cases().read.find(call.caller, demo_id)
    call.only_if_matches(demo_view(demo))
    owner = call.caller.owner
    ending = use_cases().change.delete(demo, actor=owner, why=f"{owner} asked for its end")
    return Response(body=demo_view(ending), status=HTTPStatus.ACCEPTED)


@endpoint(bp, "PATCH", "/demos/{demo_id}/lease")
def move_lease(call: Request, demo_id: str) -> Response:
    """Extend or shorten a lease."""
    from chalicelib.entrypoints.rest.models import LeaseBody, parsed  # noqa: PLC0415

    body = parsed(LeaseBody, call.json())
    demo = use_cases().read.find(call.caller, demo_id)
    wanted = body.wanted(demo.expires_at)
    return Response(
        body=demo_view(use_cases().change.move_lease(demo, wanted, actor=call.caller.owner))
    )


@endpoint(bp, "POST", "/demos/{demo_id}/retry")
def retry(call: Request, demo_id: str) -> Response:
    """Retry a quarantined deletion now."""
    demo = use_cases().read.find(call.caller, demo_id)
    retried = use_cases().change.retry(demo, actor=call.caller.owner)
    return Response(body=demo_view(retried), status=HTTPStatus.ACCEPTED)


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

"""Who gets into a demo, over HTTP."""

from __future__ import annotations

from chalice import Blueprint

from chalicelib.entrypoints.rest.access_views import credentials_view
from chalicelib.entrypoints.rest.http import Request, Response, endpoint
from chalicelib.wiring import use_cases

bp = Blueprint(__name__)


@endpoint(bp, "GET", "/demos/{demo_id}/credentials")
def credentials(call: Request, demo_id: str) -> Response:
    """Read the credentials of what a demo runs; the timeline says that they were read."""
    found = use_cases().credentials.of(call.caller, demo_id)
    # No version: the answer is kept nowhere, and it is a digest of a password.
    return Response(body=credentials_view(found, use_cases().offer.catalog()), versioned=False)

"""Every operation of the API by its method and path; a test holds the table to the routes.

Loaded when the description is requested, and by no other request.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from chalicelib.core.demo import Phase
from chalicelib.core.listing import LIVE, MAX_QUERY, Order
from chalicelib.core.pool import NAME
from chalicelib.entrypoints.rest import answers, inspection_answers, offers
from chalicelib.entrypoints.rest.access_operations import (
    ACCESS,
    DEMO,
    HANDOVER,
    SHARES,
    Operations,
)
from chalicelib.entrypoints.rest.demos import MAX_PAGE, PAGE
from chalicelib.entrypoints.rest.http import JSON, MERGE_PATCH
from chalicelib.entrypoints.rest.idempotency import MAX_KEY
from chalicelib.entrypoints.rest.lease_body import LeaseBody
from chalicelib.entrypoints.rest.models import (
    ChangeBody,
    ChangePlanBody,
    DemoBody,
    RetryBody,
)
from chalicelib.entrypoints.rest.operation import IF_MATCH, Body, Operation, Parameter, Reply
from chalicelib.entrypoints.rest.pool_models import PoolAnswer, PoolBody, PoolList

_TEXT: Final = {"type": "string"}
_FILE: Final = {"type": "string", "examples": ["app.js"]}
_FLAG: Final = {"type": "boolean", "default": False}
_COUNT: Final = {"type": "integer", "minimum": 1, "maximum": MAX_PAGE, "default": PAGE}
_POOL: Final = {"type": "string", "pattern": f"^{NAME.pattern}$"}
_KEY: Final = {"type": "string", "minLength": 1, "maxLength": MAX_KEY}

COMPONENT: Final = Parameter("name", "path", _TEXT, "The component's name.", required=True)
POOL: Final = Parameter("name", "path", _POOL, "The pool's name.", required=True)
FOLDER: Final = Parameter("folder", "path", _TEXT, "The page's version.", required=True)
FILE: Final = Parameter("file", "path", _FILE, "The file's name.", required=True)
LIMIT: Final = Parameter("limit", "query", _COUNT, "How many entries a page may have.")
CURSOR: Final = Parameter("cursor", "query", _TEXT, "The `next_cursor` of the page before.")
MINE: Final = Parameter("mine", "query", _FLAG, "Only the caller's own demos.")
BRIEF: Final = Parameter("brief", "query", _FLAG, "Only what a line of a list shows.")
PHASE: Final = Parameter(
    "phase", "query", {"enum": [LIVE, *Phase]}, f"Only in this phase; `{LIVE}` is all but deleted."
)
QUERY: Final = Parameter(
    "q",
    "query",
    {"type": "string", "maxLength": MAX_QUERY},
    "Only demos with all of these words in name, owner, id or components.",
)
ORDER: Final = Parameter(
    "order", "query", {"enum": [*Order], "default": Order.NEWEST}, "What comes first."
)
KEY: Final = Parameter(
    "Idempotency-Key", "header", _KEY, "For a day, the same key and body create one demo."
)
MATCH: Final = Parameter(IF_MATCH, "header", _TEXT, "Only this version, by its `ETag`.")

_PAGE: Final = Reply(
    HTTPStatus.OK,
    ("text/html",),
    (
        "Content-Security-Policy",
        "Referrer-Policy",
        "X-Frame-Options",
        "Cross-Origin-Opener-Policy",
        "Permissions-Policy",
    ),
)

_DEMOS: Final[Operations] = {
    ("GET", "/demos"): Operation(
        id="listDemos",
        summary="List demos",
        description="The caller's own; for an admin everybody's, unless `mine`. A page may have "
        "fewer demos than `limit`, even none, while `next_cursor` leads on.",
        reply=Reply(HTTPStatus.OK, answers.DemoList | answers.DemoBriefList),
        parameters=(LIMIT, CURSOR, MINE, BRIEF, PHASE, QUERY, ORDER),
    ),
    ("POST", "/demos"): Operation(
        id="createDemo",
        summary="Create a demo",
        description="Records the demo and answers before any stack exists. With `ready_by` "
        "nothing is made before `starts_at`.",
        reply=Reply(HTTPStatus.ACCEPTED, answers.Demo, ("Location",)),
        parameters=(KEY,),
        body=Body(DemoBody),
        conflicts=True,
    ),
    ("GET", "/demos/{demo_id}"): Operation(
        id="getDemo",
        summary="Get a demo",
        reply=Reply(HTTPStatus.OK, answers.Demo),
        parameters=(DEMO,),
    ),
    ("DELETE", "/demos/{demo_id}"): Operation(
        id="deleteDemo",
        summary="Delete a demo",
        description="Deletes everything the demo made. Asking again changes nothing.",
        reply=Reply(HTTPStatus.ACCEPTED, answers.Demo, ("ETag",)),
        parameters=(DEMO, MATCH),
    ),
    ("PATCH", "/demos/{demo_id}"): Operation(
        id="changeDemo",
        summary="Change a demo",
        description="Changes what its owner wants of it, and answers before anything has changed. "
        "What a component was made with is updated in place, what is added is created, what is "
        "left out is deleted. A change that fails leaves what was there.",
        reply=Reply(HTTPStatus.ACCEPTED, answers.Demo, ("ETag",)),
        parameters=(DEMO, MATCH),
        body=Body(ChangeBody, media_types=(JSON, MERGE_PATCH)),
        conflicts=True,
    ),
    ("PATCH", "/demos/{demo_id}/lease"): Operation(
        id="changeLease",
        summary="Extend or shorten a lease",
        reply=Reply(HTTPStatus.OK, answers.Demo, ("ETag",)),
        parameters=(DEMO,),
        body=Body(LeaseBody),
        conflicts=True,
    ),
    ("POST", "/demos/{demo_id}/retry"): Operation(
        id="retryDemo",
        summary="Retry what failed",
        description="Tries a quarantined deletion now, as would be done at `retry_at`. Deletes "
        "the failed components of a failed demo and makes them again, with other parameters if "
        "given.",
        reply=Reply(HTTPStatus.ACCEPTED, answers.Demo, ("ETag",)),
        parameters=(DEMO,),
        body=Body(RetryBody, required=False),
        conflicts=True,
    ),
    ("GET", "/demos/{demo_id}/events"): Operation(
        id="listEvents",
        summary="List a demo's events",
        description="The timeline, oldest first: who changed what, when and why.",
        reply=Reply(HTTPStatus.OK, answers.EventList),
        parameters=(DEMO, LIMIT, CURSOR),
    ),
    ("GET", "/demos/{demo_id}/components/{name}/events"): Operation(
        id="inspectComponent",
        summary="Look into a component",
        description="Its stack's resources and events, read from CloudFormation at this moment.",
        reply=Reply(HTTPStatus.OK, inspection_answers.ComponentDetails),
        parameters=(DEMO, COMPONENT),
    ),
    ("GET", "/overview"): Operation(
        id="getOverview",
        summary="Look over everybody's live demos",
        description="Who holds what and what it costs an hour; for admins.",
        reply=Reply(HTTPStatus.OK, inspection_answers.Overview),
    ),
}

_POOLS: Final[Operations] = {
    ("GET", "/pools"): Operation(
        id="listPools",
        summary="List the pools",
        description="For admins; for anybody else there are none.",
        reply=Reply(HTTPStatus.OK, PoolList),
        missing=True,
    ),
    ("GET", "/pools/{name}"): Operation(
        id="getPool",
        summary="Get a pool",
        reply=Reply(HTTPStatus.OK, PoolAnswer),
        parameters=(POOL,),
    ),
    ("PUT", "/pools/{name}"): Operation(
        id="putPool",
        summary="Set a pool",
        description="Demos that nobody owns yet, kept ready for the next request.",
        reply=Reply(HTTPStatus.OK, PoolAnswer),
        parameters=(POOL,),
        body=Body(PoolBody),
    ),
    ("DELETE", "/pools/{name}"): Operation(
        id="deletePool",
        summary="Delete a pool",
        description="Its members are removed by the next sweep; it is gone when they are.",
        reply=Reply(HTTPStatus.ACCEPTED, PoolAnswer),
        parameters=(POOL,),
    ),
}

_SERVICE: Final[Operations] = {
    ("GET", "/catalog"): Operation(
        id="getCatalog",
        summary="List the components",
        description="What a demo can be made of: inputs, outputs, minutes and prices.",
        reply=Reply(HTTPStatus.OK, offers.Catalog),
    ),
    ("POST", "/plan"): Operation(
        id="planDemo",
        summary="Plan a demo or a change",
        description="What the same body would create, in which order, in how many minutes. With a "
        "`demo_id` and the body of a change: what that would do to the demo.",
        reply=Reply(HTTPStatus.OK, offers.Plan | offers.ChangePlan),
        body=Body(DemoBody | ChangePlanBody),
        conflicts=True,
        missing=True,
    ),
    ("GET", "/me"): Operation(
        id="getCaller",
        summary="Get the caller",
        description="Who the caller is to the service, and within which limits.",
        reply=Reply(HTTPStatus.OK, offers.Me),
    ),
    ("GET", "/openapi.json"): Operation(
        id="getDescription",
        summary="Get this description",
        reply=Reply(HTTPStatus.OK, dict[str, Any]),
        public=True,
    ),
    ("GET", "/health"): Operation(
        id="getHealth",
        summary="Health check",
        reply=Reply(HTTPStatus.OK, offers.Health),
        public=True,
    ),
}

_PAGES: Final[Operations] = {
    ("GET", "/"): Operation(
        id="getFront",
        summary="Go to the web page",
        reply=Reply(HTTPStatus.FOUND, None, ("Location",)),
        public=True,
    ),
    ("GET", "/app"): Operation(id="getPage", summary="Get the web page", reply=_PAGE, public=True),
    ("GET", "/share"): Operation(
        id="getSharePage", summary="Get the prospect's page", reply=_PAGE, public=True
    ),
    ("GET", "/web/{folder}/{file}"): Operation(
        id="getFile",
        summary="Get a file of the web page",
        reply=Reply(HTTPStatus.OK, ("text/javascript", "text/css")),
        parameters=(FOLDER, FILE),
        public=True,
    ),
    ("GET", "/config.json"): Operation(
        id="getSignIn",
        summary="Get where to sign in",
        reply=Reply(HTTPStatus.OK, offers.SignIn),
        public=True,
    ),
}

TAGS: Final[Mapping[str, Operations]] = {
    "Demos": _DEMOS,
    "Access": ACCESS,
    "Handing over": HANDOVER,
    "Prospect links": SHARES,
    "Pools": _POOLS,
    "Service": _SERVICE,
    "Web page": _PAGES,
}
"""Every operation, under the name of its group."""

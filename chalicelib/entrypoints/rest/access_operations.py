"""The operations about who gets into a demo (see operations.py)."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from chalicelib.core.handover import MAX_CODE
from chalicelib.core.naming import DEMO_ID
from chalicelib.entrypoints.rest import access_answers, answers
from chalicelib.entrypoints.rest.access_models import (
    AccessBody,
    ClickBody,
    CodeBody,
    ShareBody,
    VisitBody,
)
from chalicelib.entrypoints.rest.handover import CODE_HEADER
from chalicelib.entrypoints.rest.operation import Body, Operation, Parameter, Reply
from chalicelib.entrypoints.rest.shares import MAX_TOKEN, TOKEN_HEADER

Operations = Mapping[tuple[str, str], Operation]

_ID: Final = {"type": "string", "pattern": f"^{DEMO_ID.pattern}$"}
_TOKEN: Final = {"type": "string", "minLength": 1, "maxLength": MAX_TOKEN}

DEMO: Final = Parameter("demo_id", "path", _ID, "The demo's id.", required=True)
SHARE: Final = Parameter("share_id", "path", _ID, "The link's id.", required=True)
TOKEN: Final = Parameter(
    TOKEN_HEADER, "header", _TOKEN, "What follows `#` in the link's address.", required=True
)
_CODE: Final = {"type": "string", "minLength": 1, "maxLength": MAX_CODE}
CODE: Final = Parameter(
    CODE_HEADER,
    "header",
    _CODE,
    "What follows `#/handover/` in the offer's address.",
    required=True,
)

ACCESS: Final[Operations] = {
    ("GET", "/demos/{demo_id}/credentials"): Operation(
        id="getCredentials",
        summary="Read a demo's credentials",
        description="For its owner alone; the timeline says each time that they were read.",
        reply=Reply(HTTPStatus.OK, access_answers.CredentialsList),
        parameters=(DEMO,),
        versioned=False,
    ),
    ("POST", "/demos/{demo_id}/access-requests"): Operation(
        id="answerAccessRequest",
        summary="Answer a request to be let in",
        description="Adds the address to `allowed_cidr`, which changes the demo in place; or "
        "declines it, for good on the link through which it was made.",
        reply=Reply(HTTPStatus.ACCEPTED, answers.Demo),
        parameters=(DEMO,),
        body=Body(AccessBody),
        conflicts=True,
    ),
}

HANDOVER: Final[Operations] = {
    ("POST", "/demos/{demo_id}/handover"): Operation(
        id="offerDemo",
        summary="Offer a demo to a colleague",
        description="For its owner alone. The link is in this answer and in no other; it takes "
        "the place of an earlier one.",
        reply=Reply(HTTPStatus.CREATED, access_answers.NewHandover),
        parameters=(DEMO,),
        conflicts=True,
    ),
    ("DELETE", "/demos/{demo_id}/handover"): Operation(
        id="withdrawOffer",
        summary="Withdraw the offer of a demo",
        description="Where none is open there is nothing to do.",
        reply=Reply(HTTPStatus.NO_CONTENT),
        parameters=(DEMO,),
    ),
    ("GET", "/handover"): Operation(
        id="getOffer",
        summary="Get what an offer gives",
        reply=Reply(HTTPStatus.OK, access_answers.Handover, ("Vary",)),
        parameters=(CODE,),
        missing=True,
        conflicts=True,
    ),
    ("POST", "/handover"): Operation(
        id="acceptDemo",
        summary="Take over a demo",
        description="Makes the caller its owner. Asked again by the same caller, it answers the "
        "same.",
        reply=Reply(HTTPStatus.OK, answers.Demo, ("ETag",)),
        body=Body(CodeBody),
        missing=True,
        conflicts=True,
    ),
}

SHARES: Final[Operations] = {
    ("GET", "/demos/{demo_id}/shares"): Operation(
        id="listShares",
        summary="List a demo's prospect links",
        reply=Reply(HTTPStatus.OK, access_answers.ShareList),
        parameters=(DEMO,),
    ),
    ("POST", "/demos/{demo_id}/shares"): Operation(
        id="createShare",
        summary="Create a prospect link",
        description="The link's address is in this answer and in no other.",
        reply=Reply(HTTPStatus.CREATED, access_answers.NewShare),
        parameters=(DEMO,),
        body=Body(ShareBody, required=False),
        conflicts=True,
    ),
    ("DELETE", "/demos/{demo_id}/shares/{share_id}"): Operation(
        id="revokeShare",
        summary="Revoke a prospect link",
        reply=Reply(HTTPStatus.NO_CONTENT),
        parameters=(DEMO, SHARE),
    ),
    ("GET", "/shared"): Operation(
        id="getSharedDemo",
        summary="Get what a prospect link shows",
        description="For a page that is open already: counts no visit.",
        reply=Reply(HTTPStatus.OK, access_answers.SharedDemo, ("Vary",)),
        parameters=(TOKEN,),
        missing=True,
        public=True,
    ),
    ("POST", "/shared"): Operation(
        id="visitSharedDemo",
        summary="Open a prospect link",
        description="Answers what the link shows, and counts a visit.",
        reply=Reply(HTTPStatus.OK, access_answers.SharedDemo),
        body=Body(VisitBody),
        missing=True,
        public=True,
    ),
    ("POST", "/shared/clicks"): Operation(
        id="countClick",
        summary="Count an opened link",
        description="Counts that a prospect opens one of the demo's links.",
        reply=Reply(HTTPStatus.NO_CONTENT),
        body=Body(ClickBody),
        missing=True,
        public=True,
    ),
    ("POST", "/shared/access-requests"): Operation(
        id="requestAccess",
        summary="Ask to be let in",
        description="Asks the demo's owner to let the caller's own address in.",
        reply=Reply(HTTPStatus.ACCEPTED, access_answers.SharedDemo),
        body=Body(VisitBody),
        missing=True,
        conflicts=True,
        public=True,
    ),
}

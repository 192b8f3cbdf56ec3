"""Request bodies about who gets in: prospect links, and requests to be let in."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, StrictBool

from chalicelib.core.handover import MAX_CODE
from chalicelib.core.parameters import text_fault
from chalicelib.core.share import MAX_LABEL, MAX_NOTE, SHORTEST_HOURS, Invitation
from chalicelib.entrypoints.rest.models import Body, Number, Text


def _line(text: str) -> str:
    if fault := text_fault(text):
        raise ValueError(fault)
    return text.strip()


def _page(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.fragment:
        raise ValueError("must be an http or https address without a fragment")
    return url


Line = Annotated[Text, AfterValidator(_line)]


class ShareBody(Body):
    """The body of POST /demos/{id}/shares."""

    expires_hours: Number | None = Field(
        default=None,
        ge=SHORTEST_HOURS,
        le=10_000,
        description="Hours until it ends, if the lease does not first.",
    )
    label: Line = Field(
        default="", max_length=MAX_LABEL, description="The owner's own word for the link."
    )
    host: Line = Field(
        default="", max_length=MAX_LABEL, description="Who invites, as the prospect reads it."
    )
    note: Line = Field(default="", max_length=MAX_NOTE, description="A line for the prospect.")
    page_url: Annotated[Text, AfterValidator(_page)] | None = Field(
        default=None,
        max_length=300,
        description=(
            "Where a prospect reaches the page, for the QR code; without it, beside the address "
            "that was called."
        ),
        examples=["https://demo.example.com/share"],
    )

    def invitation(self) -> Invitation:
        """Return what the owner says of the link, as the core's value."""
        return Invitation(
            hours=self.expires_hours, label=self.label, host=self.host, note=self.note
        )


class VisitBody(Body):
    """The body of POST /shared and POST /shared/access-requests."""

    token: Text = Field(max_length=120, description="What follows `#` in the link's address.")


class ClickBody(VisitBody):
    """The body of POST /shared/clicks."""

    title: Text = Field(max_length=200, description="One of the names in `links`.")


class CodeBody(Body):
    """The body of POST /handover."""

    code: Text = Field(
        max_length=MAX_CODE, description="What follows `#/handover/` in the offer's address."
    )


class AccessBody(Body):
    """The body of POST /demos/{id}/access-requests."""

    address: Text = Field(
        max_length=50,
        description="One of a link's `access_requests`, with or without its length.",
        examples=["203.0.113.7/32"],
    )
    let_in: StrictBool = Field(description="Whether it is let in; otherwise it is declined.")

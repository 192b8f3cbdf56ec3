"""An operation of the API as OpenAPI describes it, and the refusals that follow from its input."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

Schema = dict[str, Any]

IF_MATCH: Final = "If-Match"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the path, the query or the headers (`where`)."""

    name: str
    where: str
    schema: Schema
    description: str
    required: bool = False

    @property
    def judged(self) -> bool:
        """Whether a wrong value is a wrong field, and not an id or a version that there is not."""
        return self.where != "path" and self.name != IF_MATCH


@dataclass(frozen=True, slots=True)
class Body:
    """A request's body; where it is not required, an absent one means the defaults."""

    model: Any
    required: bool = True
    media_types: tuple[str, ...] = ("application/json",)


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request that was accepted.

    `body` is a type that JSON answers have, or the media types of another answer, or None where
    there is none. `headers` are those that not every answer has.
    """

    status: HTTPStatus
    body: Any = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One method of one path; `conflicts` and `missing` say that it may answer 409 or 404.

    `versioned` says that what a GET answers has an `ETag`.
    """

    id: str
    summary: str
    description: str = ""
    reply: Reply
    parameters: tuple[Parameter, ...] = ()
    body: Body | None = None
    conflicts: bool = False
    missing: bool = False
    public: bool = False
    versioned: bool = True

    @property
    def refusals(self) -> Iterable[HTTPStatus]:
        """Every status of an error that it may answer."""
        if self.body:
            yield HTTPStatus.BAD_REQUEST
        if not self.public:
            yield HTTPStatus.UNAUTHORIZED
            yield HTTPStatus.FORBIDDEN
        if self.missing or any(each.where == "path" for each in self.parameters):
            yield HTTPStatus.NOT_FOUND
        if self.conflicts:
            yield HTTPStatus.CONFLICT
        if any(each.name == IF_MATCH for each in self.parameters):
            yield HTTPStatus.PRECONDITION_FAILED
        if self.body:
            yield HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        yield HTTPStatus.UNSUPPORTED_MEDIA_TYPE  # Chalice looks at every method's Content-Type
        if self.body or any(each.judged for each in self.parameters):
            yield HTTPStatus.UNPROCESSABLE_ENTITY
        yield HTTPStatus.TOO_MANY_REQUESTS
        yield HTTPStatus.INTERNAL_SERVER_ERROR
        yield HTTPStatus.BAD_GATEWAY
        yield HTTPStatus.SERVICE_UNAVAILABLE
        yield HTTPStatus.GATEWAY_TIMEOUT

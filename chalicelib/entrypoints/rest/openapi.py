"""The API's description of itself, generated from its models and its table of operations."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from chalicelib.entrypoints.rest.answers import Problem
from chalicelib.entrypoints.rest.operation import Operation, Parameter, Reply, Schema
from chalicelib.entrypoints.rest.operations import TAGS

JSON: Final = "application/json"
PROBLEM: Final = "application/problem+json"

HEADERS: Final[Mapping[str, str]] = {
    "Cache-Control": "Whether the answer may be kept.",
    "Content-Security-Policy": "What the page may load.",
    "Cross-Origin-Opener-Policy": "Keeps the page apart from those that open it.",
    "ETag": "The answer's version, for If-None-Match.",
    "Location": "Where it is, relative to the API's own address.",
    "Permissions-Policy": "What the page may use of the browser.",
    "Referrer-Policy": "What the page tells of its address.",
    "Retry-After": "Seconds after which to try again.",
    "Strict-Transport-Security": "Only HTTPS from now on.",
    "Vary": "The request's headers that the answer depends on.",
    "WWW-Authenticate": "The kind of credentials to send.",
    "X-Content-Type-Options": "Holds browsers to the media type.",
    "X-Frame-Options": "Keeps the page out of frames.",
}
_EVERY: Final = ("Cache-Control", "Strict-Transport-Security", "X-Content-Type-Options")
"""Headers of every answer but the gateway's own refusals; the others are always there."""

REFUSALS: Final[Mapping[HTTPStatus, tuple[str, tuple[str, ...]]]] = {
    HTTPStatus.BAD_REQUEST: ("The body is not JSON.", ()),
    HTTPStatus.UNAUTHORIZED: ("There is no valid token; why, is said.", ("WWW-Authenticate",)),
    HTTPStatus.FORBIDDEN: ("The token's owner may not do this, or may not have demos here.", ()),
    HTTPStatus.NOT_FOUND: ("There is no such thing, or it is not the caller's to see.", ()),
    HTTPStatus.CONFLICT: ("The demo's phase, a limit or another request forbids it.", ()),
    HTTPStatus.PRECONDITION_FAILED: ("If-Match names another version than there is.", ()),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("The body is too large.", ()),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: ("Content-Type names another media type than JSON.", ()),
    HTTPStatus.UNPROCESSABLE_ENTITY: ("Fields are wrong; `errors` names each.", ()),
    HTTPStatus.TOO_MANY_REQUESTS: ("A quota is full, or there are too many requests.", ()),
    HTTPStatus.INTERNAL_SERVER_ERROR: ("The service failed.", ()),
    HTTPStatus.BAD_GATEWAY: ("The service did not finish its answer.", ()),
    HTTPStatus.SERVICE_UNAVAILABLE: ("The service is busy.", ("Retry-After",)),
    HTTPStatus.GATEWAY_TIMEOUT: ("The service took too long.", ()),
}
"""What each status of an error means, and its headers besides those of every answer."""

_NONE_MATCH: Final = Parameter(
    "If-None-Match", "header", {"type": "string"}, "Versions that the caller has: their `ETag`s."
)
_DESCRIPTION: Final = """\
AWS demo environments that arrive in minutes and delete themselves.

`POST /slack/events` is no part of this API: it takes Slack's own signed requests."""


class _Schemas(GenerateJsonSchema):
    """Leaves out the titles that repeat a field's name."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002
        return False


@functools.cache
def document() -> Schema:
    """Return the OpenAPI 3.1 document."""
    references, schemas = _schemas()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Stelligent Demo",
            "version": "1",
            "description": _DESCRIPTION,
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": "."}],
        "security": [{"bearer": []}],
        "tags": [{"name": tag} for tag in TAGS],
        "paths": _paths(references),
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "schemas": schemas,
            "headers": {name: _header(name, text) for name, text in HEADERS.items()},
            "responses": {_name(status): _refusal(status, references) for status in REFUSALS},
        },
    }


References = Mapping[Any, Schema]
"""The reference (or the schema itself) that stands for each type of a body."""


def _header(name: str, text: str) -> Schema:
    return {"description": text, "required": name not in _EVERY, "schema": {"type": "string"}}


def _schemas() -> tuple[References, Schema]:
    operations = [each for group in TAGS.values() for each in group.values()]
    replies = [each.reply.body for each in operations]
    bodies = [each.body.model for each in operations if each.body]
    types = dict.fromkeys([*filter(_is_json, replies), *bodies, Problem])
    references, found = TypeAdapter.json_schemas(
        [(type_, "validation", TypeAdapter(type_)) for type_ in types],
        ref_template="#/components/schemas/{model}",
        schema_generator=_Schemas,
    )
    return {type_: schema for (type_, _), schema in references.items()}, found["$defs"]


def _is_json(body: Any) -> bool:
    return body is not None and not isinstance(body, tuple)


def _paths(references: References) -> Schema:
    paths: Schema = {}
    for tag, operations in TAGS.items():
        for (method, path), operation in operations.items():
            described = _operation(tag, method, operation, references)
            paths.setdefault(path, {})[method.lower()] = described
    return paths


def _operation(tag: str, method: str, operation: Operation, references: References) -> Schema:
    # What such a GET answers has a version, and is not sent again to whoever has it.
    read = method == "GET" and operation.reply.status is HTTPStatus.OK
    versioned = read and operation.versioned
    parameters = (*operation.parameters, *([_NONE_MATCH] if versioned else []))
    described: Schema = {
        "operationId": operation.id,
        "tags": [tag],
        "summary": operation.summary,
        "description": operation.description or f"{operation.summary}.",
        "parameters": [_parameter(each) for each in parameters],
        "responses": {
            **_replies(operation.reply, references, versioned=versioned),
            **{str(int(s)): _ref("responses", _name(s)) for s in operation.refusals},
        },
    }
    if operation.body:
        schema = {"schema": references[operation.body.model]}
        content = dict.fromkeys(operation.body.media_types, schema)
        described["requestBody"] = {"required": operation.body.required, "content": content}
    if operation.public:
        described["security"] = []
    return described


def _replies(reply: Reply, references: References, *, versioned: bool) -> Schema:
    headers = (*_EVERY, *reply.headers, *(["ETag"] if versioned else []))
    described: Schema = {"description": reply.status.description, "headers": _headers(headers)}
    if reply.body is not None:
        described["content"] = _content(reply.body, references)
    replies = {str(int(reply.status)): described}
    if versioned:
        unchanged = HTTPStatus.NOT_MODIFIED
        replies[str(int(unchanged))] = {
            "description": unchanged.description,
            "headers": _headers(headers),
        }
    return replies


def _content(body: Any, references: References) -> Schema:
    if isinstance(body, tuple):
        return {media: {"schema": {"type": "string"}} for media in body}
    return {JSON: {"schema": references[body]}}


def _refusal(status: HTTPStatus, references: References) -> Schema:
    description, headers = REFUSALS[status]
    return {
        "description": description,
        "headers": _headers((*_EVERY, *headers)),
        "content": {PROBLEM: {"schema": references[Problem]}},
    }


def _parameter(parameter: Parameter) -> Schema:
    return {
        "name": parameter.name,
        "in": parameter.where,
        "description": parameter.description,
        "required": parameter.required,
        "schema": parameter.schema,
    }


def _headers(names: Iterable[str]) -> Schema:
    return {name: _ref("headers", name) for name in sorted(names)}


def _name(status: HTTPStatus) -> str:
    return status.phrase.replace(" ", "")


def _ref(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}

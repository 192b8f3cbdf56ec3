"""The API's description of itself; a test holds it to the routes that exist."""

from __future__ import annotations

from typing import Any

from chalicelib.core.demo import Desired, Phase, Status
from chalicelib.entrypoints.rest.models import DemoBody, LeaseBody

Schema = dict[str, Any]


def document() -> Schema:
    """Return the OpenAPI 3.1 document."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Stelligent Demo",
            "version": "1",
            "description": "AWS demo environments that arrive in minutes and remove themselves.",
        },
        "servers": [{"url": "."}],
        "security": [{"bearer": []}],
        "paths": _paths(),
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "schemas": _schemas(),
        },
    }


def _paths() -> Schema:
    demo_id = [_parameter("demo_id", "path", {"type": "string"}, required=True)]
    paging = [
        _parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 200}),
        _parameter("cursor", "query", {"type": "string"}),
    ]
    mine = _parameter("mine", "query", {"type": "string", "enum": ["true"]})
    key = _parameter("Idempotency-Key", "header", {"type": "string", "maxLength": 255})
    return {
        "/demos": {
            "get": _operation("List demos, newest first", "DemoPage", [*paging, mine]),
            "post": _operation(
                "Ask for a demo", "Demo", [key], status="202", body="DemoRequest", also=["429"]
            ),
        },
        "/demos/{demo_id}": {
            "get": _operation("Show a demo", "Demo", demo_id),
            "delete": _operation("Want a demo gone", "Demo", demo_id, status="202"),
        },
        "/demos/{demo_id}/lease": {
            "patch": _operation(
                "Extend or shorten a lease", "Demo", demo_id, body="LeaseChange", also=["409"]
            )
        },
        "/demos/{demo_id}/retry": {
            "post": _operation(
                "Hurry a quarantined teardown", "Demo", demo_id, status="202", also=["409"]
            )
        },
        "/demos/{demo_id}/events": {
            "get": _operation("Page through a timeline", "EventPage", [*demo_id, *paging])
        },
        "/catalog": {"get": _operation("List what can be asked for", "Catalog", [])},
        "/plan": {"post": _operation("Say what would be made", "Preview", [], body="DemoRequest")},
        "/openapi.json": {"get": _operation("Describe this API", None, [], public=True)},
        "/health": {"get": _operation("Answer when well", None, [], public=True)},
    }


def _operation(
    summary: str,
    answer: str | None,
    parameters: list[Schema],
    *,
    status: str = "200",
    body: str | None = None,
    also: list[str] | None = None,
    public: bool = False,
) -> Schema:
    refusals = [] if public else ["401", "404", "422", *(also or [])]
    operation: Schema = {
        "summary": summary,
        "parameters": parameters,
        "responses": {
            status: _content("application/json", answer),
            **{code: _content("application/problem+json", "Problem") for code in refusals},
        },
    }
    if body:
        operation["requestBody"] = {"required": True, **_media("application/json", body)}
    if public:
        operation["security"] = []
    return operation


def _content(media: str, schema: str | None) -> Schema:
    return {"description": schema or "A JSON object", **_media(media, schema)}


def _media(media: str, schema: str | None) -> Schema:
    body: Schema = {"$ref": f"#/components/schemas/{schema}"} if schema else {"type": "object"}
    return {"content": {media: {"schema": body}}}


def _parameter(name: str, where: str, schema: Schema, *, required: bool = False) -> Schema:
    return {"name": name, "in": where, "required": required, "schema": schema}


def _schemas() -> Schema:
    moment: Schema = {"type": ["string", "null"], "format": "date-time"}
    strings: Schema = {"type": "array", "items": {"type": "string"}}
    text: Schema = {"type": "string"}
    failure = _object(component=text, resource={"type": ["string", "null"]}, reason=text)
    stack = _object(
        component=text,
        stack_name={"type": ["string", "null"]},
        status={"enum": [s.value for s in Status]},
        after=strings,
        typical_minutes={"type": "number"},
        started_at=moment,
        finished_at=moment,
        removing_at=moment,
        removed_at=moment,
        failure={"anyOf": [failure, {"type": "null"}]},
    )
    demo = _object(
        demo_id=text,
        name=text,
        owner=text,
        region=text,
        desired={"enum": [d.value for d in Desired]},
        phase={"enum": [p.value for p in Phase]},
        reason=text,
        asked=strings,
        components=strings,
        allowed_cidr=strings,
        stacks={"type": "array", "items": stack},
        outputs={"type": "object"},
        failure={"anyOf": [failure, {"type": "null"}]},
        created_at=moment,
        ready_at=moment,
        expires_at=moment,
        deleted_at=moment,
        links={"type": "object", "additionalProperties": {"type": "string"}},
    )
    return {
        "Demo": demo,
        "DemoPage": _page("demos", "Demo"),
        "Event": _object(at=moment, actor=text, kind=text, text=text),
        "EventPage": _page("events", "Event"),
        "Catalog": _object(
            components={"type": "array", "items": {"type": "object"}},
            problems={"type": "array", "items": _object(component=text, message=text)},
        ),
        "Preview": _object(
            components=strings,
            pulled_in=strings,
            steps={"type": "array", "items": {"type": "object"}},
            typical_minutes={"type": "number"},
            hourly_usd={"type": "number"},
        ),
        "Problem": _object(
            type=text,
            title=text,
            status={"type": "integer"},
            detail=text,
            errors={"type": "array"},
        )
        | {"required": ["type", "title", "detail"]},
        "DemoRequest": DemoBody.model_json_schema(),
        "LeaseChange": LeaseBody.model_json_schema(),
    }


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _page(key: str, schema: str) -> Schema:
    items: Schema = {"type": "array", "items": {"$ref": f"#/components/schemas/{schema}"}}
    return _object(**{key: items, "next_cursor": {"type": ["string", "null"]}})

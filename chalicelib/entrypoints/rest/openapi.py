"""The API's description of itself; a test holds it to the routes that exist."""

from __future__ import annotations

from chalicelib.entrypoints.rest.schemas import Schema, schemas
from chalicelib.entrypoints.rest.shares import TOKEN_HEADER


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
        "paths": _paths() | _share_paths() | _page_paths(),
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
            },
            "schemas": schemas(),
        },
    }


def _paths() -> Schema:
    demo_id = [_parameter("demo_id", "path", {"type": "string"}, required=True)]
    paging = [
        _parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 200}),
        _parameter("cursor", "query", {"type": "string"}),
    ]
    mine = _parameter("mine", "query", {"type": "string", "enum": ["true"]})
    brief = _parameter("brief", "query", {"type": "string", "enum": ["true"]})
    key = _parameter("Idempotency-Key", "header", {"type": "string", "maxLength": 255})
    return {
        "/demos": {
            "get": _operation("List demos, newest first", "DemoPage", [*paging, mine, brief]),
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
        "/me": {"get": _operation("Say who calls and what they may ask for", "Me", [])},
        "/catalog": {"get": _operation("List what can be asked for", "Catalog", [])},
        "/plan": {"post": _operation("Say what would be made", "Preview", [], body="DemoRequest")},
        "/openapi.json": {"get": _operation("Describe this API", None, [], public=True)},
        "/health": {"get": _operation("Answer when well", None, [], public=True)},
    }


def _share_paths() -> Schema:
    demo_id = [_parameter("demo_id", "path", {"type": "string"}, required=True)]
    share_id = _parameter("share_id", "path", {"type": "string"}, required=True)
    token = _parameter(TOKEN_HEADER, "header", {"type": "string"}, required=True)
    shared = "Show what a prospect link shows"
    return {
        "/demos/{demo_id}/shares": {
            "get": _operation("List a demo's prospect links", "ShareList", demo_id),
            "post": _operation(
                "Make a prospect link; its address is told here only",
                "NewShare",
                demo_id,
                status="201",
                body="ShareRequest",
                also=["409"],
            ),
        },
        "/demos/{demo_id}/shares/{share_id}": {
            "delete": _operation("Revoke a link", None, [*demo_id, share_id], status="204")
        },
        "/shared": {
            "get": _operation(f"{shared} again", "Shared", [token], public=True, also=["404"]),
            "post": _operation(
                f"{shared}, and count the visit",
                "Shared",
                [],
                body="Visit",
                public=True,
                also=["404", "422"],
            ),
        },
    }


def _page_paths() -> Schema:
    """Describe what the web page is made of (docs/page.md)."""
    html, file = ("text/html", "The page"), ("text/javascript", "A file of the page")
    named = [
        _parameter(name, "path", {"type": "string"}, required=True) for name in ("folder", "file")
    ]
    moved = {"302": {"description": "To app"}}
    return {
        "/": {"get": _public("Lead to the page", moved)},
        "/app": {"get": _public("Serve the page", _text(*html))},
        "/share": {"get": _public("Serve a prospect's page", _text(*html))},
        "/web/{folder}/{file}": {"get": _public("Serve a file", _text(*file), named)},
        "/config.json": {
            "get": _operation("Say where and as whom to sign in", "SignIn", [], public=True)
        },
    }


def _public(summary: str, responses: Schema, parameters: list[Schema] | None = None) -> Schema:
    return {
        "summary": summary,
        "parameters": parameters or [],
        "responses": responses,
        "security": [],
    }


def _text(media: str, what: str) -> Schema:
    return {"200": {"description": what, "content": {media: {"schema": {"type": "string"}}}}}


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
    refusals = [*([] if public else ["401", "404", "422"]), *(also or [])]
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

"""What goes in and out, as JSON schemas; a test holds the real answers to them."""

from __future__ import annotations

from typing import Any, Final

from chalicelib.core.demo import Desired, Phase, Status
from chalicelib.entrypoints.rest.models import DemoBody, LeaseBody, ShareBody, VisitBody

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
NUMBER: Final[Schema] = {"type": "number"}
FLAG: Final[Schema] = {"type": "boolean"}
MAYBE_TEXT: Final[Schema] = {"type": ["string", "null"]}
MOMENT: Final[Schema] = {"type": ["string", "null"], "format": "date-time"}


def schemas() -> Schema:
    """Return every schema by its name."""
    return _demos() | _offers() | _people() | _shares() | _requests()


def _demos() -> Schema:
    return {
        "Demo": _demo(),
        "DemoPage": _page("demos", "Demo"),
        "Event": _object(at=MOMENT, actor=TEXT, kind=TEXT, text=TEXT),
        "EventPage": _page("events", "Event"),
    }


def _demo() -> Schema:
    return _object(
        demo_id=TEXT,
        name=TEXT,
        owner=TEXT,
        region=TEXT,
        desired=_one_of(Desired),
        phase=_one_of(Phase),
        reason=TEXT,
        asked=_list(TEXT),
        components=_list(TEXT),
        allowed_cidr=_list(TEXT),
        stacks=_list(_stack()),
        outputs=_by_name({"type": "object"}),
        failure=_maybe(_failure()),
        created_at=MOMENT,
        ready_at=MOMENT,
        expires_at=MOMENT,
        deleted_at=MOMENT,
        links=_by_name(TEXT),
    )


def _stack() -> Schema:
    return _object(
        component=TEXT,
        stack_name=MAYBE_TEXT,
        status=_one_of(Status),
        after=_list(TEXT),
        typical_minutes=NUMBER,
        started_at=MOMENT,
        finished_at=MOMENT,
        removing_at=MOMENT,
        removed_at=MOMENT,
        failure=_maybe(_failure()),
    )


def _failure() -> Schema:
    return _object(component=TEXT, resource=MAYBE_TEXT, reason=TEXT)


def _offers() -> Schema:
    component = _object(
        name=TEXT,
        title=TEXT,
        description=TEXT,
        needs=_list(TEXT),
        wishes=_list(TEXT),
        parameters=_list({"type": "object"}),
        outputs=_list(TEXT),
        typical_minutes=NUMBER,
        hourly_usd=NUMBER,
    )
    step = _object(
        component=TEXT,
        after=_list(TEXT),
        starts_minute=NUMBER,
        ends_minute=NUMBER,
        critical=FLAG,
    )
    return {
        "Catalog": _object(
            components=_list(component), problems=_list(_object(component=TEXT, message=TEXT))
        ),
        "Preview": _object(
            components=_list(TEXT),
            pulled_in=_list(TEXT),
            steps=_list(step),
            typical_minutes=NUMBER,
            hourly_usd=NUMBER,
        ),
    }


def _people() -> Schema:
    return {
        "Me": _object(
            owner=TEXT,
            admin=FLAG,
            cidr=MAYBE_TEXT,
            regions=_list(TEXT),
            lease_hours=_by_name(NUMBER),
            limits=_by_name({"type": "integer"}),
        ),
        "SignIn": _object(
            issuer=TEXT,
            client_id=TEXT,
            scopes=TEXT,
            authorization_endpoint=TEXT,
            token_endpoint=TEXT,
        ),
    }


def _shares() -> Schema:
    share = {
        "share_id": TEXT,
        "created_by": TEXT,
        "created_at": MOMENT,
        "expires_at": MOMENT,
        "open": FLAG,
        "visits": {"type": "integer"},
        "visited_at": MOMENT,
    }
    return {
        "Share": _object(**share),
        "NewShare": _object(**share, url=TEXT),
        "ShareList": _object(shares=_list(_ref("Share"))),
        "Shared": _object(
            name=TEXT,
            state={"enum": ["preparing", "ready", "unavailable", "ended"]},
            links=_by_name(TEXT),
            ends_at=MOMENT,
        ),
    }


def _requests() -> Schema:
    problem = _object(
        type=TEXT, title=TEXT, status={"type": "integer"}, detail=TEXT, errors={"type": "array"}
    )
    return {
        "DemoRequest": DemoBody.model_json_schema(),
        "LeaseChange": LeaseBody.model_json_schema(),
        "ShareRequest": ShareBody.model_json_schema(),
        "Visit": VisitBody.model_json_schema(),
        "Problem": problem | {"required": ["type", "title", "detail"]},
    }


def _object(**properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _by_name(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _maybe(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _one_of(values: type[Desired | Phase | Status]) -> Schema:
    return {"enum": [value.value for value in values]}


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _page(key: str, name: str) -> Schema:
    return _object(**{key: _list(_ref(name)), "next_cursor": MAYBE_TEXT})

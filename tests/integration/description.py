"""What the service says of itself in /openapi.json, and whether an answer is as it says."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import httpx
import jsonschema
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

# What HTTP servers and API Gateway add on their way out.
TRANSPORT = {
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "date",
    "keep-alive",
    "server",
    "transfer-encoding",
}


def closed(document: dict[str, Any]) -> dict[str, Any]:
    """Return the description with no room for a field that it does not name.

    What is published leaves that room, so that a client made of it outlives a new field.
    """
    schemas = {
        name: schema | {"additionalProperties": False} if "properties" in schema else schema
        for name, schema in document["components"]["schemas"].items()
    }
    return document | {"components": document["components"] | {"schemas": schemas}}


@dataclass
class Description:
    """The closed description, and which of its answers were seen: operationId and status."""

    document: dict[str, Any]
    seen: set[tuple[str, int]] = field(default_factory=set)

    def __post_init__(self) -> None:
        resource = Resource.from_contents(self.document, default_specification=DRAFT202012)
        self._registry = Registry().with_resource("api", resource)

    def operations(self) -> dict[str, dict[str, Any]]:
        """Return every operation by its operationId."""
        paths = self.document["paths"].values()
        return {each["operationId"]: each for path in paths for each in path.values()}

    def check(self, operation: str, answer: httpx.Response) -> None:
        """Hold an answer's status, headers, media type and body to the description."""
        responses = self.operations()[operation]["responses"]
        status = str(answer.status_code)
        assert status in responses, f"{operation} answers {status}, which is not described"
        response = self._resolved(responses[status])
        self._check_headers(response.get("headers", {}), answer)
        self._check_body(response.get("content", {}), answer)
        self.seen.add((operation, answer.status_code))

    def _check_headers(self, described: dict[str, Any], answer: httpx.Response) -> None:
        sent = {name.lower() for name in answer.headers}
        known = {name.lower() for name in described}
        needed = {n.lower() for n, h in described.items() if self._resolved(h)["required"]}
        added = {name for name in sent if name.startswith(("x-amz", "apigw-"))}
        unknown, absent = sent - known - added - TRANSPORT, needed - sent
        assert not unknown, f"sent and not described: {unknown}"
        assert not absent, f"described as always sent, and absent: {absent}"

    def _check_body(self, described: dict[str, Any], answer: httpx.Response) -> None:
        if not described:
            assert not answer.content, "described as empty"
            return
        media = answer.headers["Content-Type"].partition(";")[0]
        assert media in described, f"{media} is not described"
        if media.endswith("json"):
            jsonschema.Draft202012Validator(
                _absolute(described[media]["schema"]),
                registry=self._registry,
                format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER,
            ).validate(answer.json())

    def _resolved(self, value: dict[str, Any]) -> dict[str, Any]:
        if "$ref" not in value:
            return value
        _, _, kind, name = value["$ref"].split("/")
        return dict(self.document["components"][kind][name])


def _absolute(schema: Any) -> Any:
    """Return a schema whose references lead into the document from anywhere."""
    match schema:
        case {"$ref": str(reference)}:
            return {"$ref": f"api{reference}"}
        case dict():
            return {key: _absolute(value) for key, value in schema.items()}
        case list():
            return [_absolute(value) for value in schema]
        case _:
            return schema

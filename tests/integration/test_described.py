"""The real answers are what /openapi.json says they are."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.integration.conftest import Running


@pytest.fixture
def described(running: Running) -> Any:
    """Make a check of an answer against a schema of the document the service serves."""
    document = running.person().call("GET", "/openapi.json").json()
    registry = Registry().with_resource(
        "api", Resource.from_contents(document, default_specification=DRAFT202012)
    )

    def check(name: str, answer: Any) -> None:
        schema = {"$ref": f"api#/components/schemas/{name}"}
        jsonschema.Draft202012Validator(schema, registry=registry).validate(answer)

    return check


def test_answers_have_the_described_shape(running: Running, described: Any) -> None:
    """Over a demo's life, and for what can be asked about the service."""
    owner = running.person()
    for name, method, path, body in (
        ("Catalog", "GET", "/catalog", None),
        ("Preview", "POST", "/plan", {"components": "all"}),
        ("Me", "GET", "/me", None),
        ("SignIn", "GET", "/config.json", None),
        ("Problem", "POST", "/demos", {"components": ["esc"]}),
        ("Problem", "GET", "/demos/nosuchid", None),
    ):
        described(name, owner.call(method, path, body).json())
    demo_id = owner.ask("s3")
    described("Demo", owner.until(demo_id, "ready"))
    described("DemoPage", owner.call("GET", "/demos").json())
    owner.call("DELETE", f"/demos/{demo_id}")
    described("Demo", owner.until(demo_id, "deleted"))
    described("EventPage", owner.call("GET", f"/demos/{demo_id}/events").json())

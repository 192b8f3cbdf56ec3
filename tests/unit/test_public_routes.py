"""What may be called without a token is listed here, and nowhere else."""

from __future__ import annotations

from app import app
from chalicelib.entrypoints.rest.openapi import document

PAGE = {"/", "/app", "/share", "/web/{folder}/{file}", "/config.json"}
ABOUT = {"/openapi.json", "/health"}
PROSPECT = {"/shared", "/shared/clicks", "/shared/access-requests"}


def test_only_the_listed_routes_are_open() -> None:
    """Every other route has the authorizer, whatever its method."""
    without = {
        path
        for path, methods in app.routes.items()
        for entry in methods.values()
        if entry.authorizer is None
    }
    assert PAGE | ABOUT | PROSPECT == without


def test_the_description_says_which_routes_are_open() -> None:
    """An operation without security is a route without the authorizer, and no other is."""
    without = {
        (method, path)
        for path, methods in app.routes.items()
        for method, entry in methods.items()
        if entry.authorizer is None
    }
    described = {
        (method.upper(), path)
        for path, operations in document()["paths"].items()
        for method, operation in operations.items()
        if operation.get("security") == []
    }
    assert without == described

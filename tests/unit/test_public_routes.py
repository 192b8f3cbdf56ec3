"""What may be called without a token is listed here, and nowhere else."""

from __future__ import annotations

from app import app

PAGE = {"/", "/app", "/share", "/web/{folder}/{file}", "/config.json"}
ABOUT = {"/openapi.json", "/health"}
PROSPECT = {"/shared"}


def test_only_the_listed_routes_are_open() -> None:
    """Every other route has the authorizer, whatever its method."""
    without = {
        path
        for path, methods in app.routes.items()
        for entry in methods.values()
        if entry.authorizer is None
    }
    assert PAGE | ABOUT | PROSPECT == without

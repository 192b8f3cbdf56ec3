"""Where the service was called, as its links to its own pages need it."""

from __future__ import annotations

import pytest

from chalicelib.entrypoints.own_address import own_address


@pytest.mark.parametrize(
    ("host", "path", "expected"),
    [
        ("demo.example.com", "/demos/a/shares", "https://demo.example.com"),
        (
            "x.execute-api.us-east-1.amazonaws.com",
            "/api/demos/a/shares",
            "https://x.execute-api.us-east-1.amazonaws.com/api",
        ),
        ("demo.example.com", "/base/demos/a/shares/", "https://demo.example.com/base"),
        ("127.0.0.1:4566", "/long/demos/a/shares", "http://127.0.0.1:4566/long"),
        ("localhost", "/demos/a/shares", "http://localhost"),
        ("", "/demos/a/shares", None),
        ("x" * 300, "/demos/a/shares", None),
    ],
)
def test_the_address_before_a_routes_own_path(host: str, path: str, expected: str | None) -> None:
    """With the stage or base path; https everywhere but on one machine."""
    assert expected == own_address(host, path, "/demos/a/shares")

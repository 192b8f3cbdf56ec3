"""The tags of what a demo is made of."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.core.tags import stack_tags, tag_value

from .builders import NOW, demo


def test_a_stack_tells_whose_it_is_and_until_when() -> None:
    """Whole seconds are enough for whoever reads it in the console."""
    of = demo(owner="o'neil@example.com", expires_at=NOW + timedelta(hours=4, microseconds=7))
    assert {
        "stelligent-demo:demo-id": "demo0001",
        "stelligent-demo:component": "s3",
        "stelligent-demo:owner": "o_neil@example.com",
        "stelligent-demo:expires-at": "2026-01-05T13:00:00+00:00",
        "stelligent-demo:service": "stelligent-demo-service",
    } == stack_tags(of, "s3", "stelligent-demo-service")


def test_a_tags_value_is_cut_to_what_aws_takes() -> None:
    """256 signs, each letter, digit, space or one of `_.:/=+-@`."""
    assert "a b_.:/=+-@__ü" == tag_value("a b_.:/=+-@'\"ü")
    assert 256 == len(tag_value("a" * 300))

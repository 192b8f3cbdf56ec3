"""A demo's links: one rule for the API, the prospect's page and Slack."""

from __future__ import annotations

from chalicelib.core.component import Status
from tests.unit.builders import component, demo, leaving

WEB = component(
    "asg", status=Status.READY, outputs={"WebUrl": "http://web.example", "WebGroup": "g"}
)
IMAGE = component("ecs", status=Status.READY, outputs={"ServiceUrl": "http://ecs.example"})


def test_every_output_whose_name_ends_in_url_is_a_link() -> None:
    """Under the output's name without that ending; other outputs are none."""
    assert {"Web": "http://web.example"} == WEB.links
    assert {"Web": "http://web.example", "Service": "http://ecs.example"} == demo(WEB, IMAGE).links


def test_a_demo_that_is_being_deleted_has_no_links() -> None:
    """Its stacks still have their outputs, but what they lead to is going."""
    assert {} == leaving(WEB, IMAGE).links

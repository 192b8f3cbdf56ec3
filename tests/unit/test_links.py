"""A demo's links: one rule for the API, the prospect's page and Slack."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.core.component import Status
from tests.unit.builders import component, demo, leaving

OUTPUTS = {"WebUrl": "http://web.example", "WebGroup": "g"}
WEB = component("asg", title="Web tier", status=Status.READY, outputs=OUTPUTS)
IMAGE = component("ecs", status=Status.READY, outputs={"ServiceUrl": "http://ecs.example"})


def test_every_output_whose_name_ends_in_url_is_a_link() -> None:
    """Other outputs are none."""
    assert {"Web": "http://web.example"} == WEB.links


def test_a_demos_links_have_their_components_titles() -> None:
    """A record of an earlier release has none: then it is the output's name without its ending."""
    there = {"Web tier": "http://web.example", "Service": "http://ecs.example"}
    assert there == demo(WEB, IMAGE).links


def test_a_second_link_under_one_title_has_its_outputs_name() -> None:
    """Whether it is of the same component or of another one."""
    both = {"WebUrl": "http://1.example", "DocsUrl": "http://2.example"}
    twin = component(
        "twin", title="Web tier", status=Status.READY, outputs={"TwinUrl": "http://3"}
    )
    links = demo(replace(WEB, outputs=both), twin).links
    assert ["Web tier", "Docs", "Twin"] == list(links)
    assert [*both.values(), "http://3"] == list(links.values())


def test_a_demo_that_is_being_deleted_has_no_links() -> None:
    """Its stacks still have their outputs, but what they lead to is going."""
    assert {} == leaving(WEB, IMAGE).links

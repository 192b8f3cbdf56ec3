"""A demo that exists is paused, resumed, changed, and made once more."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from .conftest import Site


def test_a_demo_is_paused_and_resumed(site: Site, faults: Callable[[Page], list[str]]) -> None:
    """What is lost and what it costs is said before; its prospects see that it rests."""
    owner = site.person()
    demo_id = owner.demo("asg")
    page = owner.page
    expect(page.locator(".lead")).to_contain_text("Ready after")
    made = owner.call("POST", f"demos/{demo_id}/shares", {})
    prospect = site.visit()
    prospect.page.goto(f"{owner.api}/{made['url']}")
    page.get_by_role("button", name="Pause").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Its lease runs on.")
    expect(dialog).to_contain_text("while it rests")
    assert [] == faults(page)
    dialog.get_by_role("button", name="Pause").click()
    expect(page.locator(".under .pill")).to_contain_text("Paused")
    prospect.page.reload()
    expect(prospect.page.locator(".pill")).to_contain_text("Paused")
    assert [] == faults(page)
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".under .pill")).to_contain_text("Ready")
    expect(prospect.page.locator(".pill")).to_contain_text("Ready")


def test_the_same_is_made_again(site: Site) -> None:
    """The form holds what the demo was asked for, and makes another."""
    owner = site.person()
    first = owner.demo("s3", name="Acme", allowed_cidr=["203.0.113.0/24"])
    page = owner.page
    expect(page.locator(".lead")).to_contain_text("Ready after")
    page.get_by_role("button", name="Make the same again").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Acme")
    expect(page.get_by_label("Who may reach it")).to_have_value("203.0.113.0/24")
    expect(page.locator(".component.chosen")).to_have_count(1)
    page.get_by_role("button", name="Create this demo").click()
    expect(page.locator(".lead")).to_be_visible()
    listed = owner.call("GET", "demos")["demos"]
    assert ["Acme", "Acme"] == [each["name"] for each in listed]
    assert first in {each["demo_id"] for each in listed}


def test_a_demo_is_changed(site: Site, faults: Callable[[Page], list[str]]) -> None:
    """The form holds what it is, shows the plan, and sends what differs alone."""
    owner = site.person()
    demo_id = owner.demo("s3", name="Acme")
    page = owner.page
    expect(page.locator(".lead")).to_contain_text("Ready after")
    page.get_by_role("link", name="Change", exact=True).click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Acme")
    page.get_by_label("Name", exact=True).fill("Acme Corp")
    page.locator(".component", has_text="Virtual network").click()
    button = page.get_by_role("button", name="Change this demo")
    expect(button).to_be_enabled()
    assert [] == faults(page)
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        button.click()
    assert {"name", "components"} == set(sent.value.post_data_json or ())
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme Corp")
    expect(page.locator(".at-stacks")).to_contain_text("vpc")
    changed = owner.call("GET", f"demos/{demo_id}")
    assert {"s3", "vpc"} == set(changed["requested_components"])

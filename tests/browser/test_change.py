"""A demo that exists is paused, resumed, changed, and made once more."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Site


def test_a_demo_is_paused_and_resumed(site: Site) -> None:
    """What is lost and what it costs is shown before, and that it rests, here and to prospects."""
    owner = site.person()
    demo_id = owner.demo("asg")
    page = owner.page
    expect(page.locator(".lead")).to_contain_text("Ready after")
    made = owner.call("POST", f"demos/{demo_id}/shares", {})
    prospect = site.visit()
    prospect.page.clock.install()
    prospect.page.goto(f"{owner.api}/{made['url']}")
    page.get_by_role("button", name="Pause").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Its lease runs on.")
    expect(dialog).to_contain_text("while it rests")
    dialog.get_by_role("button", name="Pause").click()
    expect(page.locator(".under .pill")).to_contain_text("Paused")
    expect(page.locator(".lead")).to_have_text("Paused")
    expect(page.locator(".at-timeline h2")).to_have_text("Timeline")
    prospect.page.reload()
    expect(prospect.page.locator(".pill")).to_contain_text("Paused")
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".under .pill")).to_contain_text("Ready")
    prospect.page.clock.fast_forward("05:00")
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


def test_a_demo_is_changed(site: Site) -> None:
    """The form holds what it is, shows the plan, and sends what differs alone."""
    owner = site.person()
    demo_id = owner.demo("s3", name="Acme")
    page = owner.page
    expect(page.locator(".lead")).to_contain_text("Ready after")
    page.get_by_role("link", name="Change", exact=True).click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Acme")
    page.get_by_label("Name", exact=True).fill("Acme Corp")
    page.locator(".component", has_text="Virtual network").click()
    plan = page.locator(".plan")
    expect(plan).to_contain_text("Created: vpc.")
    expect(plan).to_contain_text("About 3 min")
    expect(plan).to_contain_text("as now.")
    button = page.get_by_role("button", name="Change this demo")
    expect(button).to_be_enabled()
    with page.expect_request(lambda request: request.method == "PATCH") as sent:
        button.click()
    assert {"name", "components"} == set(sent.value.post_data_json or ())
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme Corp")
    expect(page.locator(".at-components")).to_contain_text("vpc")
    changed = owner.call("GET", f"demos/{demo_id}")
    assert {"s3", "vpc"} == set(changed["requested_components"])


def test_a_change_that_takes_something_away_says_so_before(site: Site) -> None:
    """What is removed and what is replaced is named, and what it saves; nothing is done yet."""
    owner = site.person()
    demo_id = owner.demo("rds", "s3")
    page = owner.page
    expect(page.locator(".lead")).to_contain_text("Ready after")
    owner.open(f"demos/{demo_id}/change")
    plan = page.locator(".plan")
    expect(plan).to_contain_text("Nothing to build")
    expect(page.get_by_role("button", name="Change this demo")).to_be_disabled()
    database = page.locator(".component", has_text="MySQL database")
    database.click()
    expect(plan).to_contain_text("Removed: vpc, sg, rds.")
    expect(plan).to_contain_text("less than now.")
    database.click()
    page.get_by_text("Settings of the components").click()
    page.get_by_role("textbox", name="Address range").fill("10.210.0.0/16")
    expect(plan).to_contain_text("Replaced, its data lost: vpc.")
    page.get_by_role("textbox", name="Address range").fill("10.200.0.0/16")
    owner.page.get_by_label("Who may reach it").fill("nowhere")
    expect(page.locator(".error", has_text="'nowhere' is not a block")).to_be_visible()
    expect(page.get_by_role("button", name="Change this demo")).to_be_disabled()
    demo = owner.call("GET", f"demos/{demo_id}")
    assert ("ready", {"rds", "s3"}) == (demo["phase"], set(demo["requested_components"]))


def test_a_failed_demo_is_tried_again_with_other_parameters(site: Site) -> None:
    """The dialog holds what it was asked for; what failed is made again with what is new."""
    owner = site.person()
    site.control.fail("no such size", component="vpc")
    demo_id = owner.demo("vpc", keep_on_failure=True)
    page = owner.page
    expect(page.locator(".under .pill")).to_contain_text("Failed")
    site.control.heal()
    page.get_by_role("button", name="Try again").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Settings of the components").click()
    dialog.get_by_role("textbox", name="Address range").fill("10.210.0.0/16")
    with page.expect_request(lambda request: request.url.endswith("/retry")) as sent:
        dialog.get_by_role("button", name="Try again").click()
    assert {"parameters": {"NetworkCidr": "10.210.0.0/16"}} == sent.value.post_data_json
    expect(page.locator(".under .pill")).to_contain_text("Ready")
    assert {"NetworkCidr": "10.210.0.0/16"} == owner.call("GET", f"demos/{demo_id}")["parameters"]

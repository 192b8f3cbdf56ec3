"""A demo's life as its owner sees it: asked for, watched, extended, removed, failed, retried."""

from __future__ import annotations

import re

from playwright.sync_api import Page, Route, expect

from .conftest import PATIENCE, Site, Visit

NODES = ".node[data-state={}]"


def choose(page: Page, *components: str) -> None:
    for name in components:
        page.locator(f'.component:has(.chip:text-is("{name}")) input').check()


def press_delete(visit: Visit, name: str) -> None:
    visit.page.get_by_role("button", name="Delete").click()
    visit.page.get_by_label("Type its name").fill(name)
    visit.page.get_by_role("dialog").get_by_role("button", name="Delete").click()


def test_a_demo_comes_alive_and_goes(site: Site) -> None:
    """Two components and what they bring turn ready without a reload; then lease and end."""
    site.control.set_pace(0.6)
    visit = site.person()
    page = visit.page
    visit.open("new")
    choose(page, "s3", "sg")
    vpc = page.locator('.component:has(.chip:text-is("vpc"))')
    expect(vpc).to_contain_text("required by sg")
    expect(page.locator(".node")).to_have_count(3)
    expect(page.get_by_placeholder("127.0.0.1/32")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Acme on Thursday")
    page.get_by_role("button", name="Create this demo").click()
    expect(page.get_by_role("heading", name="Acme on Thursday")).to_be_visible()
    page.evaluate("Object.assign(window, { unloaded: false, shifts: [] })")
    expect(page.locator(NODES.format("creating")).first).to_be_visible()
    expect(page.locator(".lead")).to_contain_text("to go")
    expect(page.locator(NODES.format("ready"))).to_have_count(3)
    expect(page.locator(".lead")).to_contain_text("Ready after")
    expect(page.locator("#announcer")).to_contain_text("The demo is now: Ready")
    assert page.evaluate("window.unloaded") is False
    assert [] == visit.shifts()
    _extend(page)
    press_delete(visit, "Acme on Thursday")
    expect(page.locator(".lead")).to_have_text("Everything is removed")
    expect(page.get_by_role("button", name="Extend")).to_be_disabled()
    assert "BODY" != page.evaluate("document.activeElement.nodeName")
    assert page.evaluate("window.unloaded") is False


def _extend(page: Page) -> None:
    page.get_by_role("button", name="Extend").click()
    page.get_by_label("Let it live longer by").select_option("4")
    page.get_by_role("dialog").get_by_role("button", name="Extend").click()
    expect(page.locator(".at-lease")).to_contain_text(re.compile("7 h 59|8 h 00"))
    expect(page.locator(".events")).to_contain_text("Lease extended")


def test_deleting_wants_the_name(site: Site) -> None:
    """Any other text keeps the button shut, and Escape leaves everything as it is."""
    visit = site.person()
    demo_id = visit.demo("s3", name="Keep me")
    page = visit.page
    expect(page.locator(".lead")).to_contain_text("Ready after")
    page.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Type its name").fill("keep")
    expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert "running" == visit.call("GET", f"demos/{demo_id}")["desired_state"]


def test_a_lease_past_its_cap_is_refused_in_words(site: Site) -> None:
    """The service's own sentence is shown, and the lease stays."""
    visit = site.person()
    visit.demo("s3", ttl_hours=72)
    page = visit.page
    page.get_by_role("button", name="Extend").click()
    page.get_by_role("dialog").get_by_role("button", name="Extend").click()
    expect(page.locator("#toast")).to_contain_text("at the latest")
    expect(page.locator(".at-lease")).to_contain_text(re.compile("2 d 23 h|3 d 0 h"))


def test_a_failing_stack_shows_its_cause(site: Site) -> None:
    """Which resource and why, beside its red node, while the rest is cleaned up."""
    site.control.fail("You have reached the limit of buckets", component="s3")
    visit = site.person()
    visit.demo("s3", "vpc", keep_on_failure=True)
    page = visit.page
    expect(page.locator(".reason")).to_contain_text("You have reached the limit of buckets")
    expect(page.locator(".reason")).to_contain_text("s3, Bucket")
    expect(page.locator(NODES.format("failed"))).to_have_count(1)
    visit.open("")
    expect(page.get_by_role("row").filter(has_text="s3 failed")).to_have_count(1)


def test_a_failed_request_tells_what_to_change(site: Site) -> None:
    """Beside the field it is about, and nothing is made."""
    visit = site.person()
    page = visit.page
    visit.open("new")
    choose(page, "rds")
    page.get_by_label("Who may reach it").fill("0.0.0.0/0")
    expect(page.locator("#allowed_cidr-error")).to_contain_text("too wide")
    page.get_by_label("Who may reach it").fill("")
    page.get_by_text("Settings of the components").click()
    page.get_by_label("Storage in GB").fill("7")
    expect(page.locator("#parameter-DatabaseStorageGb-error")).to_contain_text("20 to 100")
    expect(page.get_by_role("button", name="Create this demo")).to_be_disabled()
    assert [] == visit.call("GET", "demos")["demos"]


def test_nothing_is_asked_for_until_something_is_chosen(site: Site) -> None:
    """The button says what to do, and neither it nor the Enter key sends anything."""
    visit = site.person()
    page = visit.page
    visit.open("new")
    button = page.get_by_role("button", name="Choose at least one component")
    expect(button).to_be_disabled()
    page.get_by_label("Name", exact=True).fill("Nothing")
    page.keyboard.press("Enter")
    choose(page, "s3")
    expect(page.get_by_role("button", name="Create this demo")).to_be_enabled()
    page.get_by_role("checkbox", name="Storage bucket").uncheck()
    expect(button).to_be_disabled()
    sent = [r.post_data_json for r in visit.requests if r.method == "POST"]
    assert [{"components": ["s3"], "name": "Nothing"}] == sent


def test_what_the_service_refuses_is_shown_at_its_field(site: Site) -> None:
    """Components and parameters included; a plan that comes later does not wipe it out."""
    visit = site.person()
    page = visit.page
    visit.open("new")
    choose(page, "rds")
    expect(page.get_by_role("button", name="Create this demo")).to_be_enabled()
    places = {
        "components.0": "#components-error",
        "name": "#name-error",
        "allowed_cidr.1": "#allowed_cidr-error",
        "parameters.DatabaseStorageGb": "#parameter-DatabaseStorageGb-error",
        "parameters.Unknown": ".plan .error[role=alert]",
        "keep_on_failure": ".plan .error[role=alert]",
    }
    errors = [{"field": field, "message": f"{field} is wrong"} for field in places]
    refusal = {"status": 422, "json": {"detail": "Not valid", "errors": errors}}
    page.route("**/demos", lambda route: route.fulfill(**refusal))
    plans: list[Route] = []
    page.route("**/plan", lambda route: plans.append(route))  # noqa: PLW0108 - a builtin takes no mark
    with page.expect_request("**/plan"):
        page.get_by_label("Name", exact=True).fill("Late plan")
    page.get_by_role("button", name="Create this demo").click()
    expect(page.locator("#name-error")).to_contain_text("name is wrong")
    with page.expect_event("requestfinished", lambda request: request.url.endswith("/plan")):
        plans[0].continue_()
    page.evaluate("new Promise(requestAnimationFrame)")
    for field, place in places.items():
        expect(page.locator(place)).to_contain_text(f"{field} is wrong")
    expect(page.locator("#parameter-DatabaseStorageGb")).to_be_visible()


def test_a_quarantined_teardown_is_tried_again(site: Site) -> None:
    """By the button that only such a demo has."""
    stuck = site.control.fail("The bucket is locked", on="delete", component="s3")
    visit = site.person()
    visit.demo("s3", name="Stuck")
    page = visit.page
    expect(page.locator(".lead")).to_contain_text("Ready after")
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()
    press_delete(visit, "Stuck")
    expect(page.locator(".lead")).to_have_text("The removal needs an operator", timeout=PATIENCE)
    expect(page.locator(".reason")).to_contain_text("The bucket is locked")
    site.control.heal(stuck)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".lead")).to_have_text("Everything is removed")


def test_a_demo_of_somebody_else_does_not_exist(site: Site) -> None:
    """Its page says so and leads back."""
    other = site.person()
    demo_id = other.demo("s3")
    visit = site.person()
    visit.open(f"demos/{demo_id}")
    expect(visit.page.get_by_role("heading", name="There is no such demo")).to_be_visible()
    visit.page.get_by_role("link", name="All demos").click()
    expect(visit.page.get_by_role("heading", name="Nothing here yet")).to_be_visible()

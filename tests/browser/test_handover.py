"""A demo is handed over on the page, between two people who are signed in."""

from __future__ import annotations

from playwright.sync_api import expect

from .conftest import Site


def test_a_colleague_takes_a_demo_over(site: Site) -> None:
    """By the link that its owner copies; then it is on their page and not on the giver's."""
    ann, bob = site.person(), site.person()
    demo_id = ann.demo("s3", name="On leave")
    panel = ann.page.locator(".at-handover")
    expect(ann.page.locator(".lead")).to_contain_text("Ready after")
    panel.get_by_role("button", name="Hand over").click()
    url = ann.page.get_by_label("The link to hand over by").input_value()
    ann.page.get_by_role("button", name="Done").click()
    expect(panel).to_contain_text("Offered to whoever has the link")
    code = url.rpartition("/")[2]
    bob.page.goto(url)
    expect(bob.page.get_by_role("heading", name="On leave")).to_be_visible()
    expect(bob.page.locator(".facts")).to_contain_text(ann.email)
    bob.page.get_by_role("button", name="Take it over").click()
    expect(bob.page.locator(".under")).to_contain_text(bob.email)
    assert bob.page.url.endswith(f"#/demos/{demo_id}")
    expect(ann.page.get_by_role("heading", name="There is no such demo")).to_be_visible()
    assert [] == [r.url for v in (ann, bob) for r in v.requests if code in r.url.partition("#")[0]]
    bob.page.goto(url)
    expect(bob.page.get_by_role("heading", name="This demo is yours")).to_be_visible()


def test_an_offer_is_withdrawn(site: Site) -> None:
    """Its link says so; an admin is offered no hand-over of somebody else's demo."""
    ann, bob, admin = site.person(), site.person(), site.person(admin=True)
    demo_id = ann.demo("s3")
    panel = ann.page.locator(".at-handover")
    panel.get_by_role("button", name="Hand over").click()
    url = ann.page.get_by_label("The link to hand over by").input_value()
    ann.page.get_by_role("button", name="Done").click()
    panel.get_by_role("button", name="Withdraw").click()
    expect(panel).to_contain_text("A colleague who accepts gets this demo")
    bob.page.route("**/handover", lambda route: route.abort())
    bob.page.goto(url)
    expect(bob.page.get_by_role("heading", name="That did not work")).to_be_visible()
    bob.page.unroute("**/handover")
    bob.page.get_by_role("button", name="Try again").click()
    expect(bob.page.get_by_role("heading", name="There is nothing to take over")).to_be_visible()
    admin.open(f"demos/{demo_id}")
    expect(admin.page.get_by_role("heading", level=1)).to_be_visible()
    expect(admin.page.locator(".at-handover")).to_be_hidden()

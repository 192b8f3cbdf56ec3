"""Who gets in: credentials for the owner, and what a prospect's link says and counts."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .conftest import Site, Visit

ELSEWHERE = ["203.0.113.0/24"]
"""Where no visitor of a test is."""


def shared(owner: Visit, demo_id: str, **words: str) -> str:
    """Make a link apart from the page, and return its address."""
    made = owner.call("POST", f"demos/{demo_id}/shares", words)
    return f"{owner.api}/{made['url']}"


def test_an_owner_is_shown_how_to_sign_in(site: Site) -> None:
    """Only when they ask; hidden again, the password is nowhere on the page."""
    owner = site.person()
    demo_id = owner.demo("rds")
    page = owner.page
    panel = page.locator(".at-credentials")
    expect(page.locator(".lead")).to_contain_text("Ready after")
    assert 0 == sum(r.url.endswith("/credentials") for r in owner.requests)
    panel.get_by_role("button", name="Show").click()
    password = panel.locator("code").nth(1)
    expect(password).to_have_text(re.compile(".{32}"))
    known = password.inner_text()
    expect(panel).to_contain_text("mysql --host=")
    expect(panel.get_by_role("button", name="Copy the password of MySQL database")).to_be_visible()
    panel.get_by_role("button", name="Hide").click()
    assert known not in page.content()
    texts = [e["text"] for e in owner.call("GET", f"demos/{demo_id}/events")["events"]]
    assert 1 == texts.count("credentials read: rds")


def test_an_admin_is_not_offered_somebody_elses_password(site: Site) -> None:
    """The page of the demo has no such panel for them."""
    owner, admin = site.person(), site.person(admin=True)
    demo_id = owner.demo("rds")
    admin.open(f"demos/{demo_id}")
    expect(admin.page.get_by_role("heading", level=1)).to_be_visible()
    expect(admin.page.locator(".at-credentials")).to_be_hidden()


def test_a_link_carries_its_owners_words(site: Site) -> None:
    """Who invites and a line for the prospect, the label for the owner; with a QR code."""
    owner = site.person()
    owner.demo("asg", name="For Acme")
    page = owner.page
    expect(page.locator(".lead")).to_contain_text("Ready after")
    page.get_by_text("Label, who invites, and a note").click()
    page.get_by_label("Label, for you alone").fill("Their CTO")
    page.get_by_label("Who invites").fill("Ann Lee")
    page.get_by_label("A note for the prospect").fill("See you on Friday.")
    page.get_by_role("button", name="Make a link").click()
    url = page.get_by_label("The new prospect link").input_value()
    expect(page.get_by_role("img", name="QR code of the link")).to_be_visible()
    expect(page.locator(".shares")).to_contain_text("Their CTO")
    prospect = site.visit()
    prospect.page.goto(url)
    expect(prospect.page.get_by_text("Ann Lee invites you")).to_be_visible()
    expect(prospect.page.get_by_text("See you on Friday.")).to_be_visible()
    assert "Their CTO" not in prospect.page.content()
    expect(prospect.page.get_by_text("Your address is let in.")).to_be_visible()


def test_what_a_prospect_opens_is_counted(site: Site) -> None:
    """By its name; the owner reads it beside the first and the last visit."""
    owner = site.person()
    demo_id = owner.demo("asg")
    expect(owner.page.locator(".lead")).to_contain_text("Ready after")
    prospect = site.visit()
    prospect.page.goto(shared(owner, demo_id))
    door = prospect.page.get_by_role("link", name="Web tier")
    # The address is a recorded one, which does not resolve.
    door.evaluate("link => link.addEventListener('click', (e) => e.preventDefault())")
    for _ in range(2):
        with prospect.page.expect_response("**/shared/clicks") as click:
            door.click()
        assert 204 == click.value.status
    owner.page.reload()
    expect(owner.page.locator(".shares")).to_contain_text("opened Web tier (2)")
    expect(owner.page.locator(".shares")).to_contain_text("seen ")


def test_a_prospect_who_is_shut_out_asks(site: Site) -> None:
    """Once; the page says what it waits for, and nothing on it moves."""
    owner = site.person()
    demo_id = owner.demo("asg", allowed_cidr=ELSEWHERE)
    expect(owner.page.locator(".lead")).to_contain_text("Ready after")
    prospect = site.visit()
    page = prospect.page
    gate = page.get_by_role("region", name="Your address")
    page.goto(shared(owner, demo_id, label="Acme"))
    expect(gate.get_by_text("does not open from your address yet")).to_be_visible()
    page.get_by_role("button", name="Ask to be let in").click()
    expect(gate.get_by_text("You asked to be let in.")).to_be_visible()
    expect(page.get_by_role("button", name="Ask to be let in")).to_be_hidden()
    (share,) = owner.call("GET", f"demos/{demo_id}/shares")["shares"]
    assert ["127.0.0.1/32"] == share["access_requests"]
    assert [] == prospect.shifts()


def test_an_owner_lets_a_prospect_in(site: Site) -> None:
    """The prospect asks, the owner presses, and both pages turn without being loaded again."""
    owner = site.person()
    demo_id = owner.demo("asg", allowed_cidr=ELSEWHERE)
    expect(owner.page.locator(".lead")).to_contain_text("Ready after")
    prospect = site.visit()
    gate = prospect.page.get_by_role("region", name="Your address")
    prospect.page.goto(shared(owner, demo_id, label="Acme"))
    prospect.page.get_by_role("button", name="Ask to be let in").click()
    asking = owner.page.get_by_role("list", name="Asking to be let in")
    expect(asking).to_contain_text("127.0.0.1 asks to be let in, through Acme")
    asking.get_by_role("button", name="Let in: 127.0.0.1").click()
    expect(gate.get_by_text("Your address is let in.")).to_be_visible()
    expect(owner.page.locator(".at-addresses")).to_contain_text("127.0.0.1/32")
    expect(asking.get_by_role("listitem")).to_have_count(0)
    assert [] == prospect.shifts()


def test_an_owner_names_who_may_reach_it(site: Site) -> None:
    """Adds an address and takes one away; what is no address is refused in words."""
    owner = site.person()
    demo_id = owner.demo("s3", allowed_cidr=ELSEWHERE)
    panel = owner.page.locator(".at-addresses")
    expect(owner.page.locator(".lead")).to_contain_text("Ready after")
    panel.get_by_label("Address or block").fill("198.51.100.7")
    panel.get_by_role("button", name="Let in").click()
    expect(panel).to_contain_text("198.51.100.7/32")
    panel.get_by_role("button", name="Remove 203.0.113.0/24").click()
    expect(panel.get_by_role("listitem")).to_have_count(1)
    assert ["198.51.100.7/32"] == owner.call("GET", f"demos/{demo_id}")["allowed_cidr"]
    panel.get_by_label("Address or block").fill("somewhere")
    panel.get_by_role("button", name="Let in").click()
    expect(owner.page.get_by_role("alert")).to_contain_text("somewhere")

"""A prospect's link, and names that try to be more than names."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Dialog, Page, expect

from .conftest import Site, Visit

HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>'


def make_link(visit: Visit) -> str:
    visit.page.get_by_role("button", name="Make a link").click()
    url = str(visit.page.get_by_label("The new prospect link").input_value())
    visit.page.get_by_role("dialog").get_by_role("button", name="Done").click()
    return url


def test_a_prospect_sees_one_demo_and_no_more(site: Site) -> None:
    """In a fresh profile: name, state, links, countdown; counted; then revoked."""
    owner = site.person()
    demo_id = owner.demo("asg", name="For Acme", keep_on_failure=True)
    expect(owner.page.locator(".lead")).to_contain_text("Ready after")
    url = make_link(owner)
    prospect = site.visit()
    page = prospect.page
    page.goto(url)
    expect(page.get_by_role("heading", name="For Acme")).to_be_visible()
    expect(page.get_by_text("Ready", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Web tier")).to_have_count(1)
    expect(page.locator(".ends")).to_contain_text(re.compile("3 h 59|4 h 00"))
    seen = page.locator("body").inner_text()
    assert owner.email not in seen
    assert "us-east-1" not in seen.replace("us-east-1.elb", "")
    token = url.partition("#")[2]
    assert [] == [r.url for r in prospect.requests if token in r.url.partition("#")[0]]
    assert [1] == [s["visits"] for s in owner.call("GET", f"demos/{demo_id}/shares")["shares"]]
    owner.page.reload()
    expect(owner.page.locator(".shares")).to_contain_text("1 visit")
    owner.page.get_by_role("button", name="Revoke").click()
    expect(owner.page.locator(".shares li")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="This link is not valid")).to_be_visible()
    assert [] == prospect.shifts()


@pytest.mark.parametrize("fragment", ["", "x", "abcdefgh.abcdefgh." + "a" * 43])
def test_a_wrong_link_says_so(site: Site, fragment: str) -> None:
    """And tells nothing else."""
    visit = site.visit()
    visit.page.goto(f"{visit.api}/share#{fragment}")
    expect(visit.page.get_by_role("heading", name="This link is not valid")).to_be_visible()


def test_a_name_full_of_html_stays_text(site: Site) -> None:
    """In the list, on the demo's page, in its dialog and for its prospects."""
    opened: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    visit = site.person()
    visit.page.on("dialog", dismiss)
    visit.demo("s3", name=HOSTILE)
    page = visit.page
    expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    _nothing_was_made(page)
    page.get_by_role("button", name="Delete").click()
    expect(page.get_by_role("dialog").locator("b")).to_have_text(HOSTILE)
    page.keyboard.press("Escape")
    url = make_link(visit)
    visit.open("")
    expect(page.locator(".row .name")).to_have_text(HOSTILE)
    _nothing_was_made(page)
    prospect = site.visit()
    prospect.page.goto(url)
    expect(prospect.page.get_by_role("heading", level=1)).to_have_text(HOSTILE)
    _nothing_was_made(prospect.page)
    assert [] == opened


def _nothing_was_made(page: Page) -> None:
    assert 0 == page.locator("img, script:not([src])").count()


def test_the_policy_lets_no_inline_script_in(site: Site) -> None:
    """Even where somebody found a way to write one into the page."""
    visit = site.visit()
    visit.open("")
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    broken = visit.page.evaluate(
        """() => new Promise((resolve) => {
          addEventListener("securitypolicyviolation", (e) => resolve(e.effectiveDirective));
          const script = document.createElement("script");
          script.textContent = "window.broken = true";
          document.body.append(script);
        })"""
    )
    assert "script-src-elem" == broken
    assert visit.page.evaluate("window.broken") is None
    visit.faults.clear()  # the refusal is on the console too

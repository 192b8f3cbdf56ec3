"""An admin's pools: made, filled, changed and deleted on the page."""

from __future__ import annotations

import json

from playwright.sync_api import expect

from local import service
from tests.integration.conftest import SCHEDULED

from .conftest import Site


def sweep(site: Site) -> None:
    """Let the scheduled sweep run now."""
    lambdas = service.emulator(site.state).client("lambda")
    pages = lambdas.get_paginator("list_functions").paginate()
    names = [f["FunctionName"] for page in pages for f in page["Functions"]]
    name = next(n for n in names if "-Sweep-" in n)
    lambdas.invoke(FunctionName=name, Payload=json.dumps(SCHEDULED).encode())


def test_an_admin_makes_fills_and_deletes_a_pool(site: Site) -> None:
    """What waits in it is shown with its price; what cannot wait says why."""
    admin = site.person(admin=True)
    admin.open()
    page = admin.page
    page.get_by_role("link", name="Pools").click()
    expect(page.get_by_text("There is no pool yet.")).to_be_visible()
    page.get_by_role("button", name="New pool").click()
    page.get_by_label("Name").fill("crew")
    page.get_by_label("s3").check()
    page.get_by_role("button", name="Create").click()
    card = page.locator(".pools .card")
    expect(card).to_contain_text("0 ready of 1 wanted")
    sweep(site)
    expect(card).to_contain_text("1 ready of 1 wanted")
    page.get_by_role("button", name="Change crew").click()
    page.get_by_label("Kept ready").fill("0")
    page.get_by_role("button", name="Change", exact=True).click()
    expect(card).to_contain_text("of 0 wanted")
    page.get_by_role("button", name="Delete crew").click()
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(card).to_contain_text("is being deleted")
    sweep(site)
    expect(card).to_contain_text("0 ready is being deleted")
    for member in admin.call("GET", "pools/crew")["members"]:
        assert "deleting" == member["phase"]


def test_hours_that_overlap_are_shown_beside_them_and_lose_nothing(site: Site) -> None:
    """The form stays open with what was filled in, and is sent again once it is corrected."""
    admin = site.person(admin=True)
    admin.open("pools")
    page = admin.page
    page.get_by_role("button", name="New pool").click()
    page.get_by_label("Name").fill("hours")
    page.get_by_label("s3").check()
    page.get_by_label("Kept ready").fill("0")
    for _ in range(2):
        page.get_by_role("button", name="Add hours").click()
    hours = page.get_by_role("group", name="Hours", exact=True)
    second = hours.nth(1)
    for window in range(2):
        hours.nth(window).get_by_label("Time zone").fill("UTC")
        hours.nth(window).get_by_label("Ready").fill("0")
    page.get_by_role("button", name="Create").click()
    expect(second.get_by_role("alert")).to_have_text("overlaps a window before it")
    second.get_by_label("From").fill("18:00")
    second.get_by_label("To", exact=True).fill("00:00")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    windows = admin.call("GET", "pools/hours")["windows"]
    assert [("08:00", "18:00"), ("18:00", "24:00")] == [(w["from"], w["to"]) for w in windows]
    page.get_by_role("button", name="Change hours").click()
    page.get_by_role("button", name="Remove").nth(1).click()
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert windows[:1] == admin.call("GET", "pools/hours")["windows"]
    admin.call("DELETE", "pools/hours")


def test_nobody_else_sees_pools(site: Site) -> None:
    """No link leads there, and the view has nothing."""
    visit = site.person()
    visit.open()
    expect(visit.page.get_by_role("heading", level=1)).to_be_visible()
    expect(visit.page.locator('[data-nav="pools"]')).to_be_hidden()

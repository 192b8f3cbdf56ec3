"""Many demos: filtered, searched, sorted, paged, refreshed without moving anything."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, Route, expect

from .conftest import Site, Visit

PHASES = ("ready", "provisioning", "deleting", "deleted", "failed")


def many(count: int, ready: int = 0) -> dict[str, Any]:
    """Return an answer with so many demos, newest first."""
    now = datetime.now(UTC)
    return {"demos": [_one(i, now, ready) for i in range(count)], "next_cursor": None}


def _one(number: int, now: datetime, ready: int) -> dict[str, Any]:
    phase = PHASES[number % len(PHASES)]
    return {
        "demo_id": f"demo{number:04d}",
        "name": f"Demo {number:03d}",
        "owner": f"person{number % 7}@example.com",
        "desired_state": "deleted" if phase in ("deleting", "deleted") else "running",
        "phase": phase,
        "component_names": ["vpc", "sg", "rds", "ecs"],
        "progress": {"ready": ready, "of": 5},
        "failure": None,
        "created_at": (now - timedelta(minutes=number)).isoformat(),
        "expires_at": (now + timedelta(hours=1 + number % 50)).isoformat(),
        "links": {"Web": "https://example.com/"} if phase == "ready" else {},
    }


def answer(visit: Visit, body: dict[str, Any]) -> None:
    def fulfil(route: Route) -> None:
        route.fulfill(body=json.dumps(body), content_type="application/json")

    visit.page.route("**/demos?brief=true*", fulfil)


def names(page: Page) -> list[str]:
    return page.locator(".rows .name").all_inner_texts()


def test_two_hundred_demos_are_found_sorted_and_paged(site: Site) -> None:
    """By what is typed, by phase, by the end of their lease."""
    visit = site.person(admin=True)
    answer(visit, many(200))
    visit.open("")
    page = visit.page
    expect(page.locator(".count")).to_have_text("160 of 200")
    assert 25 == len(names(page))
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("2 of 7")).to_be_visible()
    page.get_by_label("Search demos").fill("person3 demo 045")
    expect(page.locator(".count")).to_have_text("1 of 200")
    assert ["Demo 045"] == names(page)
    page.get_by_label("Search demos").fill("")
    page.get_by_label("Phase").select_option("failed")
    page.get_by_label("Order").select_option("name")
    expect(page.locator(".count")).to_have_text("40 of 200")
    assert ["Demo 004", "Demo 009", "Demo 014"] == names(page)[:3]
    page.get_by_label("Search demos").fill("nothing like it")
    expect(page.get_by_role("heading", name="No demo fits")).to_be_visible()
    assert [] == visit.shifts()


def test_a_refresh_moves_nothing_and_keeps_the_rows(site: Site) -> None:
    """Only what differs is written: the elements are the same ones."""
    visit = site.person()
    answer(visit, many(200))
    visit.open("")
    page = visit.page
    expect(page.locator(".rows .row").nth(1)).to_contain_text("0 of 5")
    page.evaluate("window.first = document.querySelector('.rows .row')")
    answer(visit, many(200, ready=3))
    expect(page.locator(".rows .row").nth(1)).to_contain_text("3 of 5")
    assert page.evaluate("window.first === document.querySelector('.rows .row')")
    assert [] == visit.shifts()


def test_older_demos_come_when_asked_for(site: Site) -> None:
    """By the cursor that the service gave."""
    visit = site.person()
    for number in range(3):
        visit.call("POST", "demos", {"components": ["s3"], "name": f"Number {number}"})
    visit.page.route(
        "**/demos?brief=true*",
        lambda route: route.continue_(url=route.request.url.replace("limit=200", "limit=2")),
    )
    visit.open("")
    expect(visit.page.locator(".rows .name")).to_have_count(2)
    visit.page.get_by_role("button", name="Load older demos").click()
    expect(visit.page.locator(".rows .name")).to_have_text(["Number 2", "Number 1", "Number 0"])


def test_an_admin_sees_everybody_or_only_their_own(site: Site) -> None:
    """Others are not even asked."""
    owner = site.person()
    owner.call("POST", "demos", {"components": ["s3"], "name": "Of another"})
    admin = site.person(admin=True)
    admin.call("POST", "demos", {"components": ["s3"], "name": "My own"})
    admin.open("")
    expect(admin.page.locator(".rows .name").filter(has_text="Of another").first).to_be_visible()
    admin.page.get_by_label("Only mine").check()
    expect(admin.page.locator(".rows .name")).to_have_text(["My own"])
    owner.open("")
    expect(owner.page.get_by_label("Only mine")).to_be_hidden()


def test_trouble_with_the_service_is_told_and_passes(site: Site) -> None:
    """The list stays, a message says when the next try is, and goes with its success."""
    visit = site.person()
    answer(visit, many(5))
    visit.open("")
    page = visit.page
    expect(page.locator(".rows .name")).to_have_count(4)
    page.route("**/demos?brief=true*", lambda route: route.abort())
    expect(page.locator("#toast")).to_contain_text("cannot be reached")
    expect(page.locator(".rows .name")).to_have_count(4)
    answer(visit, many(5))
    expect(page.locator("#toast")).to_be_hidden()
    assert [] == visit.shifts()

"""Many demos: searched, filtered and sorted by the service, paged, picked, refreshed."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import Page, Route, expect

from chalicelib.core.demo import Demo, Desired, Phase
from local import service
from testkit import records

from .conftest import Site, Visit

PHASES = (Phase.READY, Phase.PROVISIONING, Phase.DELETED, Phase.FAILED)
MANY = 600
REFRESH = 20_000
"""Bytes of a refresh of many demos, as they come over the wire."""


def fill(site: Site, visit: Visit, count: int) -> None:
    """Put records of so many demos of this person into the table, as if they had been made."""
    aws = service.emulator(site.state).client("dynamodb")
    (name,) = (n for n in aws.list_tables()["TableNames"] if "-Table-" in n)
    records.put(aws, name, (_record(number, visit.email) for number in range(count)))


def _record(number: int, owner: str) -> Demo:
    phase = PHASES[number % len(PHASES)]
    made = datetime.now(UTC) - timedelta(days=2, minutes=number)
    return Demo(
        demo_id=f"demo{number:04d}{owner[:4]}",
        name=f"Prospect {number:03d}",
        owner=owner,
        region="us-east-1",
        requested_components=("vpc",),
        components={},
        created_at=made,
        expires_at=made + timedelta(days=4, minutes=number * 7 % 600),
        phase=phase,
        desired_state=Desired.DELETED if phase is Phase.DELETED else Desired.RUNNING,
        looping=False,
    )


def brief(number: int, ready: int = 0) -> dict[str, Any]:
    """Return a demo as a line of the list."""
    now = datetime.now(UTC)
    return {
        "demo_id": f"demo{number:04d}",
        "name": f"Demo {number:03d}",
        "owner": "somebody@example.com",
        "desired_state": "running",
        "phase": "provisioning",
        "component_names": ["vpc", "sg", "rds", "ecs"],
        "progress": {"ready": ready, "of": 5},
        "failure": None,
        "created_at": (now - timedelta(minutes=number)).isoformat(),
        "expires_at": (now + timedelta(hours=1 + number)).isoformat(),
        "links": {},
    }


def answer(visit: Visit, *demos: dict[str, Any]) -> None:
    def fulfil(route: Route) -> None:
        body = {"demos": list(demos), "next_cursor": None}
        route.fulfill(body=json.dumps(body), content_type="application/json")

    visit.page.route("**/demos?brief=true*", fulfil)


def names(page: Page) -> list[str]:
    return page.locator(".rows .name").all_inner_texts()


def test_many_demos_are_found_sorted_and_paged(site: Site) -> None:
    """Over all of them; the address keeps what was asked, through a reload and a visit."""
    visit = site.person()
    fill(site, visit, MANY)
    visit.open("")
    page = visit.page
    expect(page.locator(".rows .name")).to_have_count(25)
    page.get_by_role("button", name="Next").click()
    expect(page.locator(".count")).to_have_text("26 to 50, and more")
    page.get_by_label("Search demos").fill("prospect 597")
    expect(page.locator(".count")).to_have_text("1 demo")
    assert ["Prospect 597"] == names(page)
    page.get_by_label("Search demos").fill("")
    page.get_by_label("Phase").select_option("failed")
    page.get_by_label("Order").select_option("name")
    expect(page.locator(".rows .name").first).to_have_text("Prospect 003")
    assert page.url.endswith("#/?phase=failed&order=name")
    page.reload()
    expect(page.locator(".rows .name").first).to_have_text("Prospect 003")
    page.get_by_label("Search demos").fill("nothing like it")
    expect(page.get_by_role("heading", name="No demo fits")).to_be_visible()
    page.get_by_role("link", name="New demo").first.click()
    page.get_by_role("link", name="Demos", exact=True).click()
    expect(page.get_by_label("Search demos")).to_have_value("nothing like it")
    assert [] == visit.shifts()


def test_a_refresh_of_many_is_small(site: Site) -> None:
    """A page of them, compressed."""
    visit = site.person()
    fill(site, visit, MANY)
    with visit.page.expect_response("**/demos?brief=true*") as seen:
        visit.open("")
    expect(visit.page.locator(".rows .name")).to_have_count(25)
    assert "gzip" == seen.value.headers["content-encoding"]
    sizes = seen.value.request.sizes()
    assert REFRESH > sizes["responseBodySize"] + sizes["responseHeadersSize"]


def test_a_refresh_moves_nothing_and_keeps_the_rows(site: Site) -> None:
    """Only what differs is written: the elements are the same ones."""
    visit = site.person()
    answer(visit, *map(brief, range(25)))
    visit.open("")
    page = visit.page
    expect(page.locator(".rows .row").nth(1)).to_contain_text("0 of 5")
    page.evaluate("window.first = document.querySelector('.rows .row')")
    answer(visit, *(brief(number, ready=3) for number in range(25)))
    expect(page.locator(".rows .row").nth(1)).to_contain_text("3 of 5")
    assert page.evaluate("window.first === document.querySelector('.rows .row')")
    assert [] == visit.shifts()


def test_several_are_extended_and_deleted_together(site: Site) -> None:
    """After their number was typed; what the service refuses is shown by name."""
    visit = site.person()
    page = visit.page
    made = [
        visit.call("POST", "demos", {"components": ["s3"], "name": name, "ttl_hours": hours})
        for name, hours in (("One", 4), ("Two", 72), ("Three", 4))
    ]
    visit.open("")
    for name in ("One", "Two"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    selected = page.get_by_role("group", name="Selected demos")
    expect(selected).to_contain_text("2 selected")
    selected.get_by_role("button", name="Extend").click()
    page.get_by_role("dialog").get_by_role("button", name="Extend").click()
    expect(page.locator("#toast")).to_contain_text("1 of 2 demos extended. Two: ")
    expect(selected).to_be_hidden()
    for name in ("One", "Two"):
        page.get_by_role("checkbox", name=f"Select {name}").check()
    selected.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("button", name="Delete")).to_be_disabled()
    dialog.get_by_label("Type how many").fill("2")
    dialog.get_by_role("button", name="Delete").click()
    expect(page.locator("#toast")).to_contain_text("2 of 2 demos being removed.")
    wanted = [visit.call("GET", f"demos/{each['demo_id']}")["desired_state"] for each in made]
    assert ["deleted", "deleted", "running"] == wanted
    assert [] == visit.shifts()


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


def test_an_admin_looks_over_everybodys_demos(site: Site) -> None:
    """Who holds what, and what it costs; nobody else has that view."""
    owner = site.person()
    owner.call("POST", "demos", {"components": ["asg"], "name": "Held"})
    admin = site.person(admin=True)
    admin.open("overview")
    card = admin.page.locator("section.card").filter(has_text=owner.email)
    expect(card).to_contain_text("1 demo, $0.")
    expect(card.get_by_role("link", name="Held")).to_be_visible()
    owner.open("overview")
    expect(owner.page.locator("#toast, .blank").first).to_be_visible()
    expect(owner.page.get_by_role("link", name="Overview")).to_be_hidden()


def test_trouble_with_the_service_is_shown_and_passes(site: Site) -> None:
    """The list stays, a message says when the next try is, and goes with its success."""
    visit = site.person()
    answer(visit, *map(brief, range(4)))
    visit.open("")
    page = visit.page
    expect(page.locator(".rows .name")).to_have_count(4)
    page.route("**/demos?brief=true*", lambda route: route.abort())
    expect(page.locator("#toast")).to_contain_text("cannot be reached")
    expect(page.locator(".rows .name")).to_have_count(4)
    answer(visit, *map(brief, range(4)))
    expect(page.locator("#toast")).to_be_hidden()
    assert [] == visit.shifts()

"""Walks through every view and transition of the page; a step is the name of what is seen now."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from local.identity import OWNER

from .conftest import Visit
from .served import (
    DOORS,
    EMPTY,
    END,
    FAILURE,
    LINKS,
    NAME,
    POOL,
    REASON,
    ROW,
    demo,
    local_in,
    look,
    scheduled,
    serve,
)
from .steps import GROWS, Steps
from .test_life import choose
from .walks_of_a_demo import accepting, changing, living, pressing, scheduling


def signing_in(visit: Visit) -> Steps:
    """From the first page to the list."""
    page = visit.page
    visit.open("")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    yield "welcome"
    page.goto(f"{visit.api}/app#/sign-in/{OWNER}")
    expect(page.locator("#who")).to_have_text(OWNER)
    expect(page.get_by_role("heading", name="Demos")).to_be_visible()
    yield "signed in"
    page.route("**/demos?*", lambda route: route.fulfill(status=401, json={}))
    look(page)
    expect(page.locator("main").get_by_role("alert")).to_contain_text("session has ended")
    yield "signed out"


def listing(visit: Visit) -> Steps:
    """Rows come, go through every phase that the page has a word for, are picked and gone."""
    page = visit.page
    serve(page, "**/demos?brief=true*", {"demos": [], "next_cursor": None})
    visit.open("")
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    yield "nothing yet"
    options = page.get_by_label("Phase").locator("option")
    phases = options.evaluate_all("(all) => all.map((each) => each.value)")
    for phase in phases:
        if phase in ("live", ""):
            continue
        trouble = FAILURE if phase in ("failed", "quarantined") else None
        links = DOORS if phase == "ready" else {}
        body = {**demo(phase, "ready", links=links, failure=trouble), **ROW}
        rows = [{**body, "demo_id": f"demo{n}", "name": NAME * (n + 1)} for n in range(4)]
        serve(page, "**/demos?brief=true*", {"demos": rows, "next_cursor": "next"})
        look(page)
        expect(page.locator(f".rows [data-state={phase}]")).to_have_count(4)
        yield f"list: {phase}"
    held = {**scheduled(), **ROW}
    rows = [{**held, "demo_id": f"demo{n}", "name": NAME * (n + 1)} for n in range(4)]
    serve(page, "**/demos?brief=true*", {"demos": rows, "next_cursor": "next"})
    look(page)
    expect(page.locator(".rows [data-state=scheduled]")).to_have_count(4)
    yield "list: scheduled"
    yield from _picking(visit)
    serve(page, "**/demos?brief=true*", {"demos": [], "next_cursor": None})
    page.get_by_label("Search demos").fill("nothing like it")
    expect(page.get_by_role("heading", name="No demo fits")).to_be_visible()
    yield "nothing found"


def _picking(visit: Visit) -> Steps:
    page = visit.page
    row = {**demo("ready", "ready", links=LINKS), **ROW, "name": NAME}
    serve(page, "**/demos?brief=true*", {"demos": [row], "next_cursor": None})
    look(page)
    expect(page.locator(".rows .row")).to_have_count(1)
    page.locator(".pick").check()
    picked = page.get_by_role("group", name="Selected demos")
    for button in ("Extend", "Delete"):
        picked.get_by_role("button", name=button).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        yield f"picked: {button}"
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
    yield "one picked"
    picked.get_by_role("button", name="Clear").click()
    yield "none picked"


def requesting(visit: Visit) -> Steps:
    """Fill in the form: presets, choices, the plan, what is wrong."""
    page = visit.page
    page.get_by_role("link", name="New demo").first.click()
    expect(page.get_by_text("Pick a component")).to_be_visible()
    yield "form"
    for preset, count in (("Container service", 5), ("Web tier with database", 4)):
        page.get_by_role("button", name=preset).click()
        expect(page.locator(".plan .gantt-rows li")).to_have_count(count)
        yield preset
    choose(page, "s3")
    expect(page.locator(".plan .gantt-rows li")).to_have_count(5)
    yield "another component"
    yield from _by_a_moment(page)
    page.get_by_label("Lease in hours").fill("0.1")
    expect(page.locator(".warning")).to_contain_text("nothing of it is left")
    yield "a short lease"
    page.get_by_label("Lease in hours").fill("1000")
    expect(page.locator("#ttl_hours-error")).to_contain_text("at most")
    yield "a long lease"
    page.get_by_label("Lease in hours").fill("")
    page.get_by_label("Who may reach it").fill("0.0.0.0/0")
    expect(page.locator("#allowed_cidr-error")).to_contain_text("too wide")
    yield "a wide block"
    page.get_by_role("button", name="All of them").click()
    page.get_by_label("Who may reach it").fill("")
    expect(page.locator(".plan .gantt-rows li")).to_have_count(9)
    yield "everything"
    page.get_by_text("Settings of the components").click()
    expect(page.get_by_label("Storage in GB")).to_be_visible()
    yield f"parameters{GROWS}"
    page.get_by_text("Settings of the components").click()
    for box in page.locator(".component input").all():
        box.uncheck()
    expect(page.get_by_text("Pick a component")).to_be_visible()
    yield f"nothing again{GROWS}"


def _by_a_moment(page: Page) -> Steps:
    """Say when it is to be ready: past, in time, and sooner than it can be."""
    field = page.get_by_label("Ready by")
    field.fill("2020-01-01T10:00")
    expect(page.locator("#ready_by-error")).to_have_text("Must lie in the future.")
    yield "a moment that is past"
    for name, ahead in (("a moment to be ready by", 26 * 60), ("too late to be in time", 6)):
        field.fill(local_in(page, minutes=ahead))
        expect(page.locator(".plan")).to_contain_text(", ends")
        if ahead == 6:
            expect(page.locator(".warning")).to_contain_text("late")
        yield name
    field.fill("")
    expect(page.locator(".plan")).to_contain_text("Starts at once.")
    yield "as soon as possible"


def administering(visit: Visit) -> Steps:
    """Pools that fill, and the overview."""
    page = visit.page
    serve(page, "**/pools", {"pools": []})
    visit.open("pools")
    expect(page.get_by_text("There is no pool yet.")).to_be_visible()
    yield "no pools"
    yield from _wrong_hours(page)
    for paused, price in (("", None), ("", 0.1), (REASON, 0.1)):
        status = {**EMPTY, "paused": paused, "hourly_usd": price}
        serve(page, "**/pools", {"pools": [{**POOL, "status": status}]})
        visit.open("")
        visit.open("pools")
        expect(page.locator(".pools .card")).to_have_count(1)
        yield f"pool {paused[:8]} {price}"
    both = {"hourly_usd": 0.1, "name": NAME}
    held = {**demo("failed"), "failure": FAILURE, **both}
    later = {**scheduled(), "demo_id": "later", **both}
    holding = {"owner": visit.email, "demos": [held, later], "hourly_usd": 0.1, "unpriced": []}
    serve(page, "**/overview", {"holdings": [holding], "in_all": 20, "hourly_usd": 0.1})
    visit.open("overview")
    expect(page.locator(".held li")).to_have_count(2)
    yield "overview"


def _wrong_hours(page: Page) -> Steps:
    """Fill in the form of a pool, and have its hours refused by the service."""
    page.get_by_role("button", name="New pool").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "a new pool"
    page.get_by_label("Name").fill("crew")
    page.get_by_label("s3").check()
    for _ in range(2):
        page.get_by_role("button", name="Add hours").click()
    yield f"its hours{GROWS}"
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("alert").filter(has_text="overlaps a window")).to_be_visible()
    yield f"refused{GROWS}"
    page.keyboard.press("Escape")


def prospecting(visit: Visit) -> Steps:
    """Look at a prospect's page: links arrive, the address is let in, everything ends."""
    page = visit.page
    looks = [
        ("scheduled", 0, "closed"),
        ("preparing", 0, "closed"),
        ("preparing", 1, "requested"),
        ("ready", 1, "opening"),
        ("ready", 2, "open"),
        ("paused", 0, "open"),
        ("ready", 2, "declined"),
        ("unavailable", 0, "open"),
        ("ended", 0, "open"),
    ]
    for number, (state, count, access) in enumerate(looks):
        links = dict(list({**LINKS, "Console": "https://console.example.com/"}.items())[:count])
        words = {"host": "Ann Lee", "note": "See you.", "address": "203.0.113.7"}
        body = {"name": NAME, "state": state, "links": links, "ends_at": END, "access": access}
        body["ready_by"] = END
        serve(page, "**/shared", {**body, **words, "let_in": access == "open"})
        if number:
            look(page)
        else:
            page.goto(f"{visit.api}/share#token")
        expect(page.locator(".pill")).to_have_attribute("data-state", state)
        expect(page.locator(".doors a")).to_have_count(count)
        yield f"prospect {number}: {state} {access}"
    page.route("**/shared", lambda route: route.fulfill(status=404, json={}))
    look(page)
    expect(page.get_by_role("heading", name="This link is not valid")).to_be_visible()
    yield "prospect: revoked"


WALKS = (listing, requesting, living, scheduling, pressing, accepting, changing, administering)
JUDGED = (
    *("welcome", "signed out", "nothing yet", "list: ready", "list: failed", "picked: Delete"),
    *("list: scheduled", "scheduled", "Reschedule", "a lease that has not begun"),
    *("a moment that is past", "a moment to be ready by", "too late to be in time"),
    *("one picked", "nothing found", "a wide block", f"parameters{GROWS}", "2: provisioning"),
    *("5: paused", "11: quarantined", "13: deleted", "15: failed", "Try again", "drawer"),
    *("somebody asks to be let in", "Extend", "Pause", "Delete", "a new link"),
    *(f"credentials{GROWS}", "a component more", "no pools", f"refused{GROWS}"),
    *(f"pool {REASON[:8]} 0.1", "overview", "prospect 0: scheduled closed"),
    *("prospect 1: preparing closed", "prospect 2: preparing requested"),
    *("prospect 3: ready opening", "prospect 4: ready open", "prospect 5: paused open"),
    *("prospect 6: ready declined", "prospect 7: unavailable open"),
    *("a link to hand over by", "a demo for you", "a demo of your own", "a used link"),
    *("prospect 8: ended open", "prospect: revoked"),
)
"""The steps that show a view or a state for the first time."""

"""A walk through every view and transition: nothing that is seen moves, pressed or not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from playwright.sync_api import Page, expect

from local.identity import OWNER

from .conftest import Site, Visit
from .fonts import FAMILIES  # noqa: F401 - each test here runs in all of them
from .test_layout import END, FAILURE, LINKS, LIVES, REASON, demo, events, look, screen, serve
from .test_layout import width as width  # noqa: PLC0414 - a fixture
from .test_life import choose

NAME = "عرض مباشر يوم الخميس"
ROW = {"progress": {"ready": 1, "of": 5}, "component_names": ["vpc", "sg", "rds", "asg"]}
POOL = {
    "name": "crew",
    "components": ["asg", "s3"],
    "parameters": {},
    "region": "us-east-1",
    "ready": 1,
    "max_unready": 2,
    "unclaimed_hours": 24,
    "windows": [],
    "tier": "hot",
}
EMPTY = {"ready": 0, "unready": 1, "wanted": 1, "claimed": 0, "missed": 0, "ending": False}
Steps = Iterator[str]


def settled(page: Page) -> None:
    """Wait until the form has the answer to what was filled in last."""
    expect(page.locator(".plan .node").first).to_be_visible()


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


def listing(visit: Visit) -> Steps:
    """Rows come, change, are picked, filtered and gone."""
    page = visit.page
    rows = [
        {**demo(phase, "ready"), **ROW, "demo_id": f"demo{n}", "name": NAME * (n + 1)}
        for n, phase in enumerate(("provisioning", "ready", "failed", "paused"))
    ]
    serve(page, "**/demos?brief=true*", {"demos": rows, "next_cursor": "next"})
    visit.open("")
    expect(page.locator(".rows .name")).to_have_count(4)
    yield "list"
    page.locator(".pick").nth(1).check()
    expect(page.get_by_role("group", name="Selected demos")).to_be_visible()
    yield "one picked"
    page.get_by_role("button", name="Clear").click()
    yield "none picked"
    serve(page, "**/demos?brief=true*", {"demos": [], "next_cursor": None})
    page.get_by_label("Search demos").fill("nothing like it")
    expect(page.get_by_role("heading", name="No demo fits")).to_be_visible()
    yield "nothing found"


def asking(visit: Visit) -> Steps:
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
    for box in page.locator(".component input").all():
        box.uncheck()
    expect(page.get_by_text("Pick a component")).to_be_visible()
    yield "nothing again"


def living(visit: Visit) -> Steps:
    """Every phase after the other, after a press on the way."""
    page = visit.page
    serve(page, "**/shares", {"shares": []})
    lives = [*LIVES["ready"][:4], demo("pausing", "stopping"), demo("paused", "stopped")]
    lives += [demo("resuming", "starting"), demo("changing", "updating"), *LIVES["ready"][3:]]
    lives += LIVES["failed"]
    for number, body in enumerate(lives):
        serve(page, "**/demos/abcdefgh", body)
        serve(page, "**/events?*", events(3 + number))
        if number:
            page.locator(".at-stacks h2").click()  # what comes just after a press counts too
            look(page)
        else:
            visit.open("demos/abcdefgh")
        expect(page.locator(".events li")).to_have_count(3 + number)
        yield f"{number}: {body['phase']}"


def pressing(visit: Visit) -> Steps:
    """Press what a demo offers, and close it again."""
    page = visit.page
    serve(page, "**/demos/abcdefgh", {**LIVES["ready"][3], "owner": visit.email})
    visit.open("")
    yield "back at the list"
    visit.open("demos/abcdefgh")
    expect(page.locator(".lead")).to_contain_text("Ready after")
    yield "back at the demo"
    serve(page, "**/components/*/events", looked_into())
    page.get_by_role("button", name="Virtual network").click()
    expect(page.locator(".history li").first).to_be_visible()
    yield "drawer"
    page.keyboard.press("Escape")
    yield "drawer closed"
    for button in ("Extend", "Pause", "Delete"):
        page.get_by_role("button", name=button, exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        yield button
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        yield f"{button} left"
    links = {"shares": [shared(number) for number in range(3)]}
    serve(page, "**/shares", {"url": "share#token", "qr": {"size": 8, "path": "M0 0h8v8z"}})
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("The new prospect link")).to_be_visible()
    yield "a new link"
    serve(page, "**/shares", links)
    page.keyboard.press("Escape")
    yield "its dialog closed"


def looked_into() -> dict[str, Any]:
    """Return a component as CloudFormation has it."""
    event = {"at": END, "logical_id": "Vpc", "status": "CREATE_COMPLETE", "reason": REASON}
    stack = {
        "status": "CREATE_COMPLETE",
        "console_url": "https://console.example.com/",
        "resources": [
            {"logical_id": "Vpc", "type": "AWS::EC2::VPC", "status": "x", "physical_id": "v"}
        ],
        "events": [event],
    }
    return {
        "component": LIVES["ready"][3]["components"][0],
        "stack": stack,
        "outputs": {"VpcId": "v"},
    }


def shared(number: int) -> dict[str, Any]:
    """Return a prospect link as the service lists it."""
    return {
        "share_id": f"share{number}",
        "label": "Their CTO",
        "created_at": END,
        "expires_at": END,
        "open": True,
        "visits": number,
        "clicks": {},
        "first_visited_at": None,
        "visited_at": None,
        "access_requests": [],
    }


def changing(visit: Visit) -> Steps:
    """Fill in the form that changes a demo, with the service's own plan."""
    page = visit.page
    page.unroute("**/demos/abcdefgh")
    demo_id = visit.make("s3", name=NAME)
    visit.open(f"demos/{demo_id}")
    expect(page.locator(".lead")).to_contain_text("Ready after")
    page.get_by_role("link", name="Change", exact=True).click()
    settled(page)
    yield "change"
    choose(page, "sg")
    expect(page.locator(".plan .gantt-rows li")).to_have_count(3)
    yield "a component more"


def administering(visit: Visit) -> Steps:
    """Pools that fill, and the overview."""
    page = visit.page
    serve(page, "**/pools", {"pools": []})
    visit.open("pools")
    expect(page.get_by_text("There is no pool yet.")).to_be_visible()
    yield "no pools"
    page.get_by_role("button", name="New pool").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "a new pool"
    page.keyboard.press("Escape")
    for paused, price in (("", None), ("", 0.1), (REASON, 0.1)):
        status = {**EMPTY, "paused": paused, "hourly_usd": price}
        serve(page, "**/pools", {"pools": [{**POOL, "status": status}]})
        visit.open("")
        visit.open("pools")
        expect(page.locator(".pools .card")).to_have_count(1)
        yield f"pool {paused[:8]} {price}"
    held = {**demo("failed"), "failure": FAILURE, "hourly_usd": 0.1, "name": NAME}
    holding = {"owner": visit.email, "demos": [held], "hourly_usd": 0.1, "unpriced": []}
    serve(page, "**/overview", {"holdings": [holding], "in_all": 20, "hourly_usd": 0.1})
    visit.open("overview")
    expect(page.locator(".held li")).to_have_count(1)
    yield "overview"


def prospecting(visit: Visit) -> Steps:
    """Look at a prospect's page: links arrive, the address is let in, everything ends."""
    page = visit.page
    looks = [
        ("preparing", 0, "closed"),
        ("preparing", 1, "requested"),
        ("ready", 1, "opening"),
        ("ready", 2, "open"),
        ("paused", 0, "open"),
        ("ready", 2, "declined"),
        ("ended", 0, "open"),
    ]
    for number, (state, count, access) in enumerate(looks):
        links = dict(list({**LINKS, "Console": "https://console.example.com/"}.items())[:count])
        words = {"host": "Ann Lee", "note": "See you.", "address": "203.0.113.7"}
        body = {"name": NAME, "state": state, "links": links, "ends_at": END, "access": access}
        serve(page, "**/shared", {**body, **words, "let_in": access == "open"})
        if number:
            look(page)
        else:
            page.goto(f"{visit.api}/share#token")
        expect(page.locator(".pill")).to_have_attribute("data-state", state)
        expect(page.locator(".doors a")).to_have_count(count)
        yield f"prospect {number}: {state} {access}"


WALKS = (listing, asking, living, pressing, changing, administering)


def test_nothing_moves_on_a_walk_through_everything(site: Site, width: int) -> None:
    """Each step is a transition; what moved is told by its step."""
    moved: dict[str, list[str]] = {}
    stranger, person, prospect = site.visit(), site.person(admin=True), site.visit()
    walks = [(stranger, signing_in), *((person, walk) for walk in WALKS), (prospect, prospecting)]
    for visit, walk in walks:
        screen(visit, width)
        for step in walk(visit):
            moved[step] = visit.moved()
    assert {} == {step: what for step, what in moved.items() if what}

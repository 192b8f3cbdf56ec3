"""Walks through what is seen of one demo: its phases, what is pressed, how it is changed."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from local.identity import OWNER

from .conftest import Visit
from .served import (
    END,
    LIVES,
    LOGIN,
    NAME,
    START,
    demo,
    events,
    look,
    scheduled,
    serve,
    shared,
    stack_details,
)
from .steps import GROWS, Steps
from .test_life import choose


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
            page.locator(".at-components h2").click()  # what comes just after a press counts too
            look(page)
        else:
            visit.open("demos/abcdefgh")
        expect(page.locator(".events li")).to_have_count(3 + number)
        yield f"{number}: {body['phase']}"
        if body["phase"] == "failed":
            yield from _opened(page, "Try again")


def _opened(page: Page, button: str) -> Steps:
    """Open a dialog and leave it."""
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield button
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    yield f"{button} left"


def pressing(visit: Visit) -> Steps:
    """Press what a demo offers, and close it again."""
    page = visit.page
    serve(page, "**/demos/abcdefgh", {**LIVES["ready"][3], "owner": visit.email})
    serve(page, "**/credentials", {"credentials": [LOGIN]})
    visit.open("")
    yield "back at the list"
    links = {"shares": [shared(number, "203.0.113.7/32") for number in range(2)]}
    serve(page, "**/shares", links)
    visit.open("demos/abcdefgh")
    expect(page.get_by_role("button", name="Let in: 203.0.113.7")).to_be_visible()
    yield "somebody asks to be let in"
    serve(page, "**/components/*/events", stack_details())
    page.get_by_role("button", name="Virtual network").click()
    expect(page.locator(".history li").first).to_be_visible()
    yield "drawer"
    page.keyboard.press("Escape")
    yield "drawer closed"
    for button in ("Extend", "Pause", "Delete"):
        yield from _opened(page, button)
    yield from _linking(page)
    yield from _handing_over(page)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_role("button", name="Hide", exact=True)).to_be_visible()
    yield f"credentials{GROWS}"


def _linking(page: Page) -> Steps:
    serve(page, "**/shares", {"url": "share#token", "qr": {"size": 8, "path": "M0 0h8v8z"}})
    page.get_by_role("button", name="Make a link").click()
    expect(page.get_by_label("The new prospect link")).to_be_visible()
    yield "a new link"
    serve(page, "**/shares", {"shares": [shared(number) for number in range(9)]})
    page.keyboard.press("Escape")
    yield "its dialog closed"


def _handing_over(page: Page) -> Steps:
    serve(page, "**/handover", {"url": "app#/handover/code", "expires_at": END})
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_label("The link to hand over by")).to_be_visible()
    yield "a link to hand over by"
    page.keyboard.press("Escape")
    yield "that dialog closed"


def accepting(visit: Visit) -> Steps:
    """Open links by which a demo is handed over."""
    page = visit.page
    offer = {"demo_id": "abcdefgh", "name": NAME, "owner": OWNER, "components": ["Web tier"]}
    prices = {"hourly_usd": 0.1, "unpriced": [], "demo_ends_at": END, "expires_at": END}
    serve(page, "**/handover", {**offer, **prices})
    visit.open("handover/code")
    expect(page.get_by_role("button", name="Take it over")).to_be_visible()
    yield "a demo for you"
    serve(page, "**/handover", {**offer, **prices, "owner": visit.email})
    visit.open("handover/own")
    expect(page.get_by_role("heading", name="This demo is yours")).to_be_visible()
    yield "a demo of your own"
    page.route("**/handover", lambda route: route.fulfill(status=404, json={}))
    visit.open("handover/used")
    expect(page.get_by_role("heading", name="There is nothing to take over")).to_be_visible()
    yield "a used link"


def scheduling(visit: Visit) -> Steps:
    """Wait for a start, have it moved, and begin."""
    page = visit.page
    serve(page, "**/shares", {"shares": []})
    serve(page, "**/events?*", events(3))
    serve(page, "**/demos/abcdefgh", scheduled(owner=visit.email))
    visit.open("")
    visit.open("demos/abcdefgh")
    expect(page.locator(".lead")).to_contain_text("Starts in")
    yield "scheduled"
    yield from _opened(page, "Reschedule")
    page.get_by_role("button", name="Extend").click()
    expect(page.get_by_role("dialog")).to_contain_text("from when it is to be ready")
    yield "a lease that has not begun"
    page.keyboard.press("Escape")
    for number, phase in enumerate(("requested", "provisioning")):
        serve(
            page,
            "**/demos/abcdefgh",
            scheduled(phase, owner=visit.email, starts_at=START, reason=phase),
        )
        serve(page, "**/events?*", events(4 + number))
        look(page)
        expect(page.locator(".events li")).to_have_count(4 + number)
        yield f"begun: {phase}"


def changing(visit: Visit) -> Steps:
    """Fill in the form that changes a demo, with the service's own plan."""
    page = visit.page
    page.unroute("**/demos/abcdefgh")
    demo_id = visit.make("s3", name=NAME)
    visit.open(f"demos/{demo_id}")
    expect(page.locator(".lead")).to_contain_text("Ready after")
    page.get_by_role("link", name="Change", exact=True).click()
    expect(page.locator(".plan .node").first).to_be_visible()
    yield "change"
    choose(page, "sg")
    expect(page.locator(".plan .gantt-rows li")).to_have_count(3)
    yield "a component more"

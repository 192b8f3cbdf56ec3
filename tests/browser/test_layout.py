"""Nothing on the page moves by itself: at two widths, in every font family."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .conftest import Site, Visit
from .fonts import FAMILIES  # noqa: F401 - each test here runs in all of them

NOW = datetime.now(UTC)
START = (NOW - timedelta(minutes=5)).isoformat()
LATER = (NOW - timedelta(minutes=2)).isoformat()
END = (NOW + timedelta(hours=4)).isoformat()
STACKS = {"vpc": [], "sg": ["vpc"], "s3": [], "rds": ["vpc", "sg"], "asg": ["vpc", "sg", "rds"]}
LINKS = {"Web": "https://web.example.com/"}
REASON = (
    "Resource handler returned message: You have reached the limit of buckets for this account, "
    "which is 100; ask for a higher one or remove some (Service: S3, Status Code: 400). "
) * 3


@pytest.fixture(params=[1280, 390])
def width(request: pytest.FixtureRequest) -> int:
    """Return the width of a screen in pixels."""
    return int(request.param)


def stack(name: str, status: str) -> dict[str, Any]:
    """Return a stack as the service answers it."""
    removing = status in ("deleting", "deleted", "delete_failed")
    return {
        "name": name,
        "stack_name": f"demo-{name}",
        "status": status,
        "depends_on": STACKS[name],
        "typical_minutes": 2,
        "started_at": None if status == "pending" else START,
        "finished_at": LATER if removing or status in ("ready", "failed") else None,
        "removing_at": LATER if removing else None,
        "removed_at": LATER if status == "deleted" else None,
        "failure": None,
    }


def demo(phase: str, *statuses: str, **more: Any) -> dict[str, Any]:
    """Return a demo as the service answers it, its stacks in the given statuses."""
    removing = phase in ("deleting", "deleted", "quarantined")
    return {
        "demo_id": "abcdefgh",
        "name": "Acme on Thursday",
        "owner": "somebody@example.com",
        "region": "us-east-1",
        "desired_state": "deleted" if removing else "running",
        "phase": phase,
        "reason": f"waiting for {' and '.join(STACKS)}",
        "requested_components": ["asg", "s3"],
        "allowed_cidr": ["127.0.0.1/32"],
        "parameters": {},
        "keep_on_failure": True,
        "components": [stack(name, s) for name, s in zip(STACKS, statuses * 5, strict=False)],
        "outputs": {},
        "failure": None,
        "created_at": START,
        "ready_at": LATER,
        "expires_at": END,
        "deleted_at": LATER if phase == "deleted" else None,
        "retry_at": END,
        "links": {},
        **more,
    }


FAILURE = {"component": "s3", "resource": "Bucket", "reason": REASON}
OUTPUTS = {"asg": {"WebUrl": LINKS["Web"], "WebScalingGroup": "demo-abcdefgh-asg"}}
LIVES = {
    "ready": [
        demo("requested", "pending"),
        demo("provisioning", "creating", "pending"),
        demo("provisioning", "ready", "creating"),
        demo("ready", "ready", links=LINKS, outputs=OUTPUTS),
        demo("deleting", "deleting", "ready"),
        demo("deleting", "deleting", "delete_failed"),
        demo("quarantined", "deleted", "delete_failed", failure=FAILURE),
        demo("deleting", "deleted", "deleting"),
        demo("deleted", "deleted"),
    ],
    "failed": [
        demo("provisioning", "creating"),
        demo("failed", "ready", "failed", "pending", failure=FAILURE),
        demo("deleting", "deleting", failure=FAILURE),
        demo("deleted", "deleted", failure=FAILURE),
    ],
}


def serve(page: Page, pattern: str, body: Any) -> None:
    """Answer what the pattern fits from now on, before anything that answered it."""
    page.route(pattern, lambda route: route.fulfill(json=body))


def look(page: Page) -> None:
    """Make the page ask now instead of at its next turn."""
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def screen(visit: Visit, width: int) -> Page:
    """Make the screen so high that everything on the page is in sight."""
    visit.page.set_viewport_size({"width": width, "height": 2600})
    return visit.page


def events(count: int) -> dict[str, Any]:
    """Return the beginning of a long timeline."""
    texts = [f"{number}: {REASON[: 20 + 40 * number]}" for number in range(count)]
    return {
        "events": [{"at": START, "actor": "loop", "kind": "step", "text": t} for t in texts],
        "next_cursor": None,
    }


@pytest.mark.parametrize("life", LIVES)
def test_no_phase_of_a_demo_moves_anything(site: Site, width: int, life: str) -> None:
    """From the request to the end, a long reason, buttons, links and events included."""
    visit = site.person()
    page = screen(visit, width)
    serve(page, "**/shares", {"shares": []})
    moved = {}
    for number, body in enumerate(LIVES[life]):
        serve(page, "**/demos/abcdefgh", body)
        serve(page, "**/events?*", events(3 + 2 * number))
        if number:
            look(page)
        else:
            visit.open("demos/abcdefgh")
        expect(page.locator(".events li")).to_have_count(3 + 2 * number)
        moved[number, body["phase"]] = visit.shifts()
        page.evaluate("window.shifts = []")
    assert {step: [] for step in moved} == moved


def test_no_phase_moves_anything_in_the_list(site: Site, width: int) -> None:
    """Each row goes through every phase that the page knows a word for."""
    visit = site.person()
    page = screen(visit, width)
    visit.open("")
    phases = [
        phase
        for phase in page.get_by_label("Phase").evaluate("(box) => [...box].map((o) => o.value)")
        if phase not in ("live", "")
    ]
    page.get_by_label("Phase").select_option("")
    moved = {}
    for phase in phases:
        body = demo(phase, "ready", links=LINKS if phase == "ready" else {})
        body |= {"progress": {"ready": 1, "of": 5}, "component_names": list(STACKS)}
        body |= {"failure": FAILURE if phase in ("failed", "quarantined") else None}
        rows = [{**body, "demo_id": f"demo{number}"} for number in range(3)]
        serve(page, "**/demos?brief=true*", {"demos": rows, "next_cursor": None})
        look(page)
        expect(page.locator(f".rows [data-state={phase}]")).to_have_count(3)
        moved[phase] = visit.shifts()
        page.evaluate("window.shifts = []")
    assert 5 < len(phases)
    assert {phase: [] for phase in phases} == moved


def test_prospect_links_that_arrive_move_nothing(site: Site, width: int) -> None:
    """Those of a demo come after its page is drawn, and more may be made elsewhere."""
    visit = site.person()
    page = screen(visit, width)
    page.clock.install()
    serve(page, "**/demos/abcdefgh", LIVES["ready"][3])
    serve(page, "**/events?*", events(5))
    serve(page, "**/shares", {"shares": []})
    visit.open("demos/abcdefgh")
    expect(page.locator(".events li")).to_have_count(5)
    made = {"created_at": START, "expires_at": END, "open": True, "label": "", "clicks": {}}
    made |= {"first_visited_at": START, "visited_at": LATER}
    for count in (1, 2, 9):
        shares = [{**made, "share_id": f"s{n}", "visits": n} for n in range(count)]
        serve(page, "**/shares", {"shares": shares})
        page.clock.fast_forward(16_000)
        expect(page.locator(".shares li")).to_have_count(count)
    assert [] == visit.shifts()


def test_no_state_of_a_prospects_page_moves_anything(site: Site, width: int) -> None:
    """Links arrive one by one; then everything ends."""
    visit = site.visit()
    page = screen(visit, width)
    links = [(name, f"https://{name}.example.com/") for name in ("Web", "Console")]
    states = [("preparing", 0), ("preparing", 1), ("ready", 2), ("unavailable", 0), ("ended", 0)]
    moved = {}
    for number, (state, count) in enumerate(states):
        body = {
            "name": "Acme on Thursday",
            "state": state,
            "links": dict(links[:count]),
            "ends_at": END,
        }
        serve(page, "**/shared", body)
        if number:
            look(page)
        else:
            page.goto(f"{visit.api}/share#token")
        expect(page.locator(".pill")).to_have_attribute("data-state", state)
        expect(page.locator(".doors a")).to_have_count(count)
        moved[number, state] = visit.shifts()
        page.evaluate("window.shifts = []")
    assert {step: [] for step in moved} == moved


def test_only_one_family_is_there(site: Site, family: str) -> None:
    """The browser draws all words in the family under test."""
    visit = site.visit()
    visit.open("")
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    session = visit.page.context.new_cdp_session(visit.page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    heading = session.send("DOM.querySelector", {"nodeId": root, "selector": "h1"})
    drawn = session.send("CSS.getPlatformFontsForNode", heading)["fonts"]
    assert [family] == [font["familyName"] for font in drawn]

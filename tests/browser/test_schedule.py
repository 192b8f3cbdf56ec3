"""A demo that is to be ready later: asked for, waiting, moved, begun."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from .conftest import Site, Visit, give_session
from .served import NAME, ROW, START, events, local_in, scheduled, serve
from .test_life import choose

ZONE = "Asia/Kolkata"
"""Half an hour off every full one."""
LONG = 1_000_000
"""Seconds of a session that outlasts the clock's leaps."""


def test_a_demo_is_scheduled_moved_and_begun(site: Site) -> None:
    """The reader's zone is what is typed and what is read; the lease begins when it is ready."""
    visit = site.person(timezone_id=ZONE)
    page = visit.page
    visit.open("new")
    choose(page, "s3")
    expect(page.get_by_text("Empty: as soon as possible. In your zone, GMT+5:30.")).to_be_visible()
    page.get_by_label("Lease in hours").fill("3")
    by = local_in(page, minutes=26 * 60)
    page.get_by_label("Ready by").fill(by)
    until = datetime.fromisoformat(page.get_by_label("or until").input_value())
    assert timedelta(hours=3) == until - datetime.fromisoformat(by)
    expect(page.locator(".plan")).to_contain_text(re.compile("Starts .*GMT.*, ends .*GMT"))
    expect(page.locator(".plan")).to_contain_text("until it ends")
    page.get_by_role("button", name="Create this demo").click()
    expect(page.locator(".under .pill")).to_contain_text("Scheduled")
    expect(page.locator(".lead")).to_contain_text("Starts in 25 h")
    expect(page.locator(".reason")).to_contain_text(
        re.compile("Waiting until .*GMT.*, to be ready by")
    )
    expect(page.locator(".at-lease .big")).to_have_text("3 h 00 min")
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    demo_id = page.url.rsplit("/", 1)[1]
    before = _moments(visit, demo_id)
    assert timedelta(hours=3) == before["expires_at"] - before["ready_by"]
    _move(page)
    after = _moments(visit, demo_id)
    assert timedelta(hours=3) == after["expires_at"] - after["ready_by"]
    assert timedelta(hours=20) < after["ready_by"] - before["ready_by"] < timedelta(hours=24)
    page.get_by_role("button", name="Start now").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".lead")).to_contain_text("Ready after")
    expect(page.get_by_role("button", name="Start now")).to_have_count(0)
    assert "BODY" != page.evaluate("document.activeElement.nodeName")
    assert visit.call("GET", f"demos/{demo_id}")["ready_by"] is None


def _moments(visit: Visit, demo_id: str) -> dict[str, datetime]:
    demo = visit.call("GET", f"demos/{demo_id}")
    return {name: datetime.fromisoformat(demo[name]) for name in ("ready_by", "expires_at")}


def _move(page: Page) -> None:
    """Move what waits to a later moment, by keyboard; a moment that is past cannot be sent."""
    page.get_by_role("button", name="Reschedule").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    field = dialog.get_by_label("Ready by (GMT+5:30)")
    expect(field).to_be_focused()
    field.fill("2020-01-01T10:00")
    expect(dialog.get_by_role("status")).to_have_text("Must lie in the future.")
    expect(dialog.get_by_role("button", name="Reschedule")).to_be_disabled()
    field.fill(local_in(page, minutes=48 * 60))
    expect(dialog.get_by_role("status")).to_contain_text("keeps its length")
    page.keyboard.press("Enter")
    expect(page.locator("#toast")).to_contain_text("It is to be ready by")
    expect(page.locator(".lead")).to_contain_text("Starts in 47 h")


def test_half_a_moment_is_not_taken_for_none(site: Site) -> None:
    """What is wrong with it is said beside it, and nothing is made at once instead."""
    visit = site.person()
    page = visit.page
    visit.open("new")
    choose(page, "s3")
    expect(page.get_by_role("button", name="Create this demo")).to_be_enabled()
    page.get_by_label("Ready by").focus()
    page.keyboard.type("12312030")
    page.keyboard.press("Enter")
    error = page.locator("#ready_by-error")
    expect(error).to_have_text("Give both the date and the time.")
    expect(page.get_by_label("Ready by")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Ready by").fill(local_in(page, minutes=60 * 24 * 20))
    expect(error).to_have_text("Must be at most 14 days ahead.")
    expect(page.get_by_role("button", name="Create this demo")).to_be_disabled()
    page.get_by_label("Ready by").fill("")
    expect(page.get_by_role("button", name="Create this demo")).to_be_enabled()
    expect(error).to_have_text("")
    assert [] == visit.call("GET", "demos")["demos"]


def test_a_moment_that_is_too_soon_is_said_before(site: Site) -> None:
    """How late the demo will probably be; the command to copy has the moment as well."""
    visit = site.person(permissions=["clipboard-read", "clipboard-write"])
    page = visit.page
    visit.open("new")
    choose(page, "rds")
    page.get_by_label("Ready by").fill(local_in(page, minutes=6))
    expect(page.locator(".warning")).to_have_text(
        re.compile(r"^It will probably be \d+ minutes? late\.$")
    )
    expect(page.locator(".plan")).to_contain_text("Starts at once, ends")
    page.get_by_role("button", name="Copy request as curl").click()
    expect(page.get_by_role("button", name="Copy request as curl")).to_have_text("Copied")
    assert '"ready_by":"20' in page.evaluate("navigator.clipboard.readText()")


def test_time_alone_ends_the_wait(site: Site) -> None:
    """Until the start no lease runs down; then the page says so without a word of the service."""
    visit = site.person()
    page = visit.page
    give_session(visit, visit.token, expires_in=LONG)
    page.clock.install()
    serve(page, "**/demos/abcdefgh", scheduled(owner=visit.email))
    serve(page, "**/events?*", events(3))
    serve(page, "**/shares", {"shares": []})
    visit.open("demos/abcdefgh")
    lease = page.locator(".at-lease .big")
    expect(lease).to_have_text("4 h 00 min")
    expect(page).to_have_title(f"○ Scheduled: {NAME} · Stelligent Demo")
    icon = page.evaluate("document.querySelector('link[rel=icon]').href")
    page.clock.fast_forward("20:00:00")
    expect(page.locator(".lead")).to_contain_text("Starts in 5 h")
    expect(lease).to_have_text("4 h 00 min")
    page.clock.fast_forward("05:40:00")
    expect(page.locator(".under .pill")).to_contain_text("Requested")
    expect(page).to_have_title(f"○ Requested: {NAME} · Stelligent Demo")
    assert icon != page.evaluate("document.querySelector('link[rel=icon]').href")
    expect(lease).to_contain_text("left")
    expect(page.get_by_role("button", name="Reschedule")).to_have_count(0)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_a_row_of_the_list_says_both_moments(site: Site) -> None:
    """In the reader's zone; when the start has come it counts the lease down."""
    visit = site.person(timezone_id=ZONE)
    page = visit.page
    give_session(visit, visit.token, expires_in=LONG)
    page.clock.install()
    row = {**scheduled(), **ROW}
    serve(page, "**/demos?brief=true*", {"demos": [row], "next_cursor": None})
    visit.open("")
    expect(page.locator(".rows .state")).to_contain_text(f"from {_brief(row['starts_at'])}")
    expect(page.locator(".rows .lease")).to_have_text(f"ready by {_brief(row['ready_by'])}")
    page.clock.fast_forward("26:00:00")
    expect(page.locator(".rows .state")).to_have_text("○Requested")
    expect(page.locator(".rows .lease")).to_contain_text("left")


def _brief(iso: str) -> str:
    return f"{datetime.fromisoformat(iso).astimezone(ZoneInfo(ZONE)):%a %I:%M %p}"


def test_the_caps_of_a_lease_count_from_when_it_begins(site: Site) -> None:
    """As the service counts them; an end before that is not sent."""
    visit = site.person()
    page = visit.page
    serve(page, "**/demos/abcdefgh", scheduled(owner=visit.email))
    visit.open("demos/abcdefgh")
    page.get_by_role("button", name="Extend").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("At most 72 hours from when it is to be ready")
    dialog.get_by_label("or until").fill(local_in(page, minutes=(26 + 71) * 60))
    expect(dialog.get_by_role("status")).not_to_contain_text("That is")
    expect(dialog.get_by_role("button", name="Extend")).to_be_enabled()
    dialog.get_by_label("or until").fill(local_in(page, minutes=(26 + 73) * 60))
    expect(dialog.get_by_role("status")).to_contain_text("That is too late.")
    dialog.get_by_label("or until").fill(local_in(page, minutes=20 * 60))
    expect(dialog.get_by_role("status")).to_contain_text("That is before it is to be ready.")
    expect(dialog.get_by_role("button", name="Extend")).to_be_disabled()


def test_how_long_it_took_is_counted_from_its_start(site: Site) -> None:
    """Not from when it was asked for."""
    visit = site.person()
    ready = scheduled("ready", created_at="2020-01-01T00:00:00+00:00", starts_at=START)
    ready_at = datetime.fromisoformat(START) + timedelta(minutes=4)
    body = {**ready, "ready_at": ready_at.isoformat()}
    serve(visit.page, "**/demos/abcdefgh", body)
    visit.open("demos/abcdefgh")
    expect(visit.page.locator(".lead")).to_have_text("Ready after 4 min")


def test_the_calendar_has_both_moments(site: Site) -> None:
    """While the demo is still to be ready: that, and its end."""
    visit = site.person()
    body = scheduled(owner=visit.email)
    serve(visit.page, "**/demos/abcdefgh", body)
    visit.open("demos/abcdefgh")
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("link", name="Calendar file").click()
    lines = Path(saved.value.path()).read_bytes().decode().split("\r\n")
    starts = [line for line in lines if line.startswith("DTSTART:")]
    assert starts == [f"DTSTART:{_stamp(body[name])}" for name in ("ready_by", "expires_at")]
    assert 2 == len({line for line in lines if line.startswith("UID:")})


def _stamp(iso: str) -> str:
    return f"{datetime.fromisoformat(iso).astimezone(UTC):%Y%m%dT%H%M%SZ}"

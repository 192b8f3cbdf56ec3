"""What goes on beyond one tab: the session, the tab's own title and icon, notices, a calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, expect

from .conftest import Site, Visit


def stand_in(page: Page, permission: str) -> None:
    """Put something in the place of the browser's notices that keeps what it is given."""
    page.add_init_script(
        f"""window.shown = []; window.asked = 0;
        window.Notification = class {{
          static permission = "default";
          static async requestPermission() {{
            window.asked += 1;
            return (Notification.permission = "{permission}");
          }}
          constructor(title, {{ body }}) {{ window.shown.push(`${{title}}: ${{body}}`); }}
        }};"""
    )


def second_tab(visit: Visit, view: str = "") -> Page:
    """Open another tab of the same browser, as a press with Ctrl does."""
    page = visit.page.context.new_page()
    page.goto(f"{visit.api}/app#/{view}")
    return page


def test_a_new_tab_is_signed_in_and_signed_out_with_the_first(site: Site) -> None:
    """By a message between the tabs: no address has the token, and nothing is kept for long."""
    visit = site.visit()
    visit.page.goto(f"{visit.api}/app#/sign-in/owner@example.com")
    expect(visit.page.locator("#who")).to_have_text("owner@example.com")
    other = second_tab(visit)
    expect(other.locator("#who")).to_have_text("owner@example.com")
    token = other.evaluate("JSON.parse(sessionStorage.getItem('session')).token")
    assert token not in other.url
    assert token not in str(other.evaluate("JSON.stringify(localStorage) + document.cookie"))
    other.get_by_role("button", name="Sign out").click()
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert visit.page.evaluate("sessionStorage.getItem('session')") is None


def test_a_new_tab_of_who_is_signed_in_shows_no_way_in_meanwhile(site: Site) -> None:
    """It waits for the other tab's answer, however long that takes."""
    visit = site.person()
    visit.open("")
    expect(visit.page.locator("#who")).to_have_text(visit.email)
    visit.page.context.clock.install()
    visit.page.context.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    visit.page.context.add_init_script(
        """new MutationObserver(() => (window.welcomed ||= document.querySelector(".welcome")))
        .observe(document, { childList: true, subtree: true });"""
    )
    other = visit.page.context.new_page()
    other.goto(f"{visit.api}/app")
    expect(other.locator("#who")).to_have_text(visit.email)
    assert not other.evaluate("window.welcomed")


def test_who_was_not_signed_in_here_waits_for_no_other_tab(site: Site) -> None:
    """Nor for the list: the way in is there while the clock still stands."""
    visit = site.visit()
    visit.page.clock.install()
    visit.page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    visit.open("")
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert [] == [r.url for r in visit.requests if r.url.endswith("/list.js")]


def test_another_browser_gets_no_session(site: Site) -> None:
    """Only the tabs of one profile get each other's messages."""
    owner = site.person()
    owner.open("")
    expect(owner.page.locator("#who")).to_have_text(owner.email)
    stranger = site.visit()
    stranger.open("")
    expect(stranger.page.get_by_role("button", name="Sign in")).to_be_visible()


def test_a_refused_sign_in_says_so(site: Site) -> None:
    """Also where the issuer sends no state back; a foreign one is not believed."""
    visit = site.visit()
    visit.open("")
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    visit.page.goto(f"{visit.api}/app?error=access_denied")
    expect(visit.page.get_by_role("alert").first).to_contain_text("not begun here")
    assert "error=" not in visit.page.url


def test_the_tab_tells_how_the_demo_is(site: Site) -> None:
    """In its title, and in its icon, which is another one when the demo is ready."""
    visit = site.person()
    visit.open("")
    expect(visit.page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    plain = visit.page.evaluate("document.querySelector('link[rel=icon]').href")
    visit.demo("s3", name="Acme")
    expect(visit.page).to_have_title("● Ready: Acme · Stelligent Demo")
    assert plain != visit.page.evaluate("document.querySelector('link[rel=icon]').href")


def test_notices_come_only_to_who_asked_by_a_press(site: Site) -> None:
    """When the demo is ready and when its end is near, once each."""
    held_up = site.control.hang(component="s3")
    visit = site.person()
    page = visit.page
    stand_in(page, "granted")
    visit.demo("s3", name="Acme", ttl_hours=0.2)
    assert 0 == page.evaluate("window.asked")
    page.get_by_role("button", name="Notify me").click()
    expect(page.get_by_role("button", name="Notices are on")).to_have_attribute(
        "aria-pressed", "true"
    )
    site.control.heal(held_up)
    expect(page.locator(".lead")).to_contain_text("Ready after")
    shown = page.evaluate("window.shown")
    assert ["Acme: Ready"] == [each for each in shown if "Ready" in each]
    assert 1 == len([each for each in shown if "lease ends" in each])


def test_who_forbids_notices_is_told_so(site: Site) -> None:
    """And the button stays as it was."""
    visit = site.person()
    stand_in(visit.page, "denied")
    visit.demo("s3")
    visit.page.get_by_role("button", name="Notify me").click()
    expect(visit.page.locator("#toast")).to_contain_text("does not allow notices")
    expect(visit.page.get_by_role("button", name="Notify me")).to_be_visible()


def test_the_end_goes_into_a_calendar(site: Site) -> None:
    """As a file that keeps to the standard's line lengths, its text escaped."""
    visit = site.person()
    demo_id = visit.demo("s3", name="Acme; a, b " + "äö" * 20)
    with visit.page.expect_download() as saved:
        visit.page.get_by_role("link", name="Calendar file").click()
    text = Path(saved.value.path()).read_bytes().decode()
    lines = text.split("\r\n")
    assert all(len(line.encode()) <= 75 for line in lines)
    whole = text.replace("\r\n ", "").split("\r\n")
    (start,) = (line for line in whole if line.startswith("DTSTART:"))
    ends = datetime.strptime(start, "DTSTART:%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    expected = datetime.fromisoformat(visit.call("GET", f"demos/{demo_id}")["expires_at"])
    assert timedelta(0) <= expected - ends < timedelta(seconds=1)
    assert f"SUMMARY:Acme\\; a\\, b {'äö' * 20} ends" in whole

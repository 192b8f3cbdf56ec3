"""Small, polite, at home under any path, and usable by everybody."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from local.identity import OWNER

from .conftest import Site
from .served import LIVES, demo, events, serve

FIRST_VIEW = 100_000
"""Bytes of everything that the first view loads, uncompressed."""


def test_the_first_view_is_small(site: Site) -> None:
    """Everything that it loads, with data, in a fresh profile."""
    visit = site.person()
    visit.open("")
    expect(visit.page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    sizes = {r.url.rsplit("/", 1)[-1]: len(r.body()) for r in visit.responses}
    assert {"app", "app.js", "style.css", "list.js", "me"} <= {n.partition("?")[0] for n in sizes}
    assert FIRST_VIEW > sum(sizes.values())


def test_a_hidden_tab_asks_for_nothing(site: Site) -> None:
    """And asks at once when it is looked at again."""
    visit = site.person()
    page = visit.page
    page.clock.install()
    visit.demo("s3")
    expect(page.locator(".lead")).to_contain_text("Ready after")
    _hide(page, hidden=True)
    page.wait_for_load_state("networkidle")
    before = len(visit.requests)
    page.clock.fast_forward("05:00")
    page.clock.run_for(10_000)
    assert before == len(visit.requests)
    with page.expect_request("**/demos/*"):
        _hide(page, hidden=False)


def test_a_view_that_is_asked_for_twice_is_there_once(site: Site) -> None:
    """Also where the second time comes while the first still waits."""
    visit = site.person()
    page = visit.page
    serve(page, "**/shares", {"shares": []})
    serve(page, "**/events?*", events(3))
    serve(page, "**/demos/abcdefgh", demo("ready", *["ready"] * 5, owner=visit.email))
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/me", hold)
    with page.expect_request("**/me"):
        visit.open("demos/abcdefgh")
    with page.expect_request("**/me"):
        page.evaluate("dispatchEvent(new HashChangeEvent('hashchange'))")
    for route in held:
        route.continue_()
    expect(page.locator(".events li").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".lead")).to_have_count(1)


def test_what_has_not_changed_is_not_sent_again(site: Site) -> None:
    """A look at a list that rests is answered 304, without a body."""
    visit = site.person()
    page = visit.page
    page.clock.install()
    visit.open("")
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    with page.expect_response("**/demos?brief=true*") as seen:
        page.clock.fast_forward(25_000)
    assert 304 == seen.value.status


def test_a_press_is_followed_by_quick_looks(site: Site) -> None:
    """A demo that rests is about to move when something was asked of it."""
    visit = site.person()
    page = visit.page
    page.clock.install()
    serve(page, "**/demos/abcdefgh", demo("ready", "ready", owner=visit.email))
    visit.open("demos/abcdefgh")
    expect(page.locator(".lead")).to_contain_text("Ready after")
    page.clock.fast_forward("01:00")
    page.get_by_role("button", name="Pause").click()
    page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    expect(page.get_by_role("alert")).to_contain_text("It is being paused.")
    for _ in range(3):
        # The page's clock runs on meanwhile: together less than the calm pace of 15 seconds.
        with page.expect_request("**/demos/abcdefgh", timeout=10_000):
            page.clock.run_for(3_000)


def _hide(page: Page, *, hidden: bool) -> None:
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_another_base_path_does_as_well(site: Site) -> None:
    """The stage of an execute-api address instead of the emulator's long one; `/` leads there."""
    api = site.up.api_url.split("/restapis/")[1].split("/")[0]
    port = site.up.emulator_url.rsplit(":", 1)[1]
    base = f"http://{api}.execute-api.localhost:{port}/api"
    visit = site.visit()
    visit.page.goto(f"{base}/")
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    assert f"{base}/app" == visit.page.url
    visit.page.goto(f"{base}/app#/sign-in/{OWNER}")
    expect(visit.page.locator("#who")).to_have_text(OWNER)
    expect(visit.page.get_by_role("heading", name="Demos")).to_be_visible()


def test_files_are_kept_for_ever_and_pages_are_not(site: Site) -> None:
    """A second visit asks for the page alone, and is told that it has not changed."""
    visit = site.visit()
    visit.open("")
    expect(visit.page.get_by_role("button", name="Sign in")).to_be_visible()
    kept = {r.url: r.headers["cache-control"] for r in visit.responses if "/web/" in r.url}
    assert 5 < len(kept)
    assert {"public, max-age=31536000, immutable"} == set(kept.values())
    page = next(r for r in visit.responses if r.url.endswith("/app"))
    assert "no-cache" == page.headers["cache-control"]


def test_a_readers_own_colours_and_paper(site: Site, faults: Callable[[Page], list[str]]) -> None:
    """Forced colours keep what only a colour tells; on paper all is there but what is pressed."""
    visit = site.person()
    page = visit.page
    serve(page, "**/demos/abcdefgh", {**LIVES["failed"][1], "owner": visit.email})
    serve(page, "**/events?*", events(40))
    visit.open("demos/abcdefgh")
    expect(page.locator(".events li")).to_have_count(40)
    page.emulate_media(forced_colors="active")
    assert [] == faults(page)
    assert "0px" != _style(page, ".progress", "borderTopWidth")
    canvas = _style(page, "body", "backgroundColor")
    assert canvas == _style(page, ".node-box", "fill") != _style(page, ".node-name", "fill")
    visit.open("")
    here, there = (f'nav a[data-nav="{name}"]' for name in ("list", "new"))
    expect(page.locator(here)).to_have_attribute("aria-current", "page")
    lines = [_style(page, each, "borderBottomColor") for each in (here, there)]
    assert lines[0] != lines[1]
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    visit.open("demos/abcdefgh")
    expect(page.locator(".events li")).to_have_count(40)
    page.emulate_media(forced_colors="none", media="print")
    assert [] == faults(page)
    expect(page.locator("main :is(button, .button):visible")).to_have_count(0)
    assert page.locator(".events").evaluate("(list) => list.scrollHeight <= list.clientHeight")
    assert page.locator(".reason").evaluate("(text) => text.scrollHeight <= text.clientHeight")


def _style(page: Page, selector: str, name: str) -> str:
    style = "(element, name) => getComputedStyle(element)[name]"
    return str(page.locator(selector).first.evaluate(style, name))


def test_a_phone_shows_everything_in_its_width(site: Site) -> None:
    """No view is wider than the screen, and how a demo is doing comes first."""
    visit = site.person()
    page = visit.page
    page.set_viewport_size({"width": 360, "height": 780})
    visit.demo("asg", name="A name that is rather long for a small screen in a pocket")
    expect(page.locator(".lead")).to_contain_text("Ready after")
    above = "cards => Math.min(...cards.map((card) => card.getBoundingClientRect().top))"
    band = page.locator(".band").evaluate("band => band.getBoundingClientRect().bottom")
    assert band <= page.locator(".card:visible").evaluate_all(above)
    widths = [_width(page)]
    for view in ("", "new"):
        visit.open(view)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        widths.append(_width(page))
    assert [360, 360, 360] == widths


def _width(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth"))


def test_a_demo_is_asked_for_by_keyboard_alone(site: Site) -> None:
    """Tab and space choose, Enter sends; where the focus is can be seen."""
    visit = site.person()
    page = visit.page
    visit.open("new")
    storage = page.get_by_role("checkbox", name="Storage bucket")
    expect(storage).to_be_visible()
    for _ in range(30):
        page.keyboard.press("Tab")
        if storage.evaluate("(box) => box === document.activeElement"):
            break
    page.keyboard.press("Space")
    expect(storage).to_be_checked()
    outline = "(box) => getComputedStyle(box.closest('label')).outlineStyle"
    assert "solid" == storage.evaluate(outline)
    expect(page.get_by_role("button", name="Create this demo")).to_be_enabled()
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.type("By hand")
    expect(page.get_by_role("button", name="Create this demo")).to_be_enabled()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By hand")).to_be_visible()


def test_colours_are_chosen_and_remembered(site: Site) -> None:
    """From the system's to light to dark and back."""
    visit = site.visit(color_scheme="dark")
    page = visit.page
    visit.open("")
    button = page.get_by_role("button", name="Colours")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    button.click()
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != light
    page.reload()
    assert light == page.evaluate("getComputedStyle(document.body).backgroundColor")

"""On one machine the page says what is real, and the links of a demo open from it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from local import service, words
from local.instances import serving
from tests.instances.conftest import left_of, listens
from tests.integration.conftest import wait_for

from .conftest import PATIENCE, SETTINGS, Site, Visit
from .test_life import press_delete
from .test_still import in_both_schemes

NAME = 'Tom & "Jerry"'
PACE = 0.1
"""Seconds a typical minute takes."""
COMPONENTS = 8
LINKS = 4

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="instances run on Linux")


@pytest.fixture(scope="module")
def deployed(
    chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[service.Service, Path]]:
    """Bring a service up whose instances run."""
    state = tmp_path_factory.mktemp("instances")
    try:
        yield service.up(state, parameters=SETTINGS, instances=True), state
    finally:
        service.down(state, save=False)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_banner_says_what_is_real(
    site: Site, faults: Callable[..., list[str]], width: int
) -> None:
    """In the emulator's own words; it has no fault, moves nothing, and covers no last line."""
    site.control.set_pace(1.5)
    visit = site.person()
    page = visit.page
    page.set_viewport_size({"width": width, "height": 900})
    visit.open("")
    expect(page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    banner = page.get_by_role("complementary", name="Local run")
    expect(banner).to_contain_text("A minute that stacks take on AWS is 1.5 s here")
    assert [] == visit.shifts()
    visit.open("new")
    expect(page.locator(".component")).to_have_count(COMPONENTS)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    last = page.evaluate("document.querySelector('main').lastElementChild.getBoundingClientRect()")
    box = banner.bounding_box()
    assert box is not None
    assert last["bottom"] <= box["y"]
    assert width == page.evaluate("document.documentElement.scrollWidth")
    found = {"closed": in_both_schemes(page, faults)}
    banner.locator("summary").press("Enter")
    description = words.local_run(1.5, instances=True)
    expect(banner.get_by_role("listitem")).to_have_text(
        [description["summary"], *description["details"]]
    )
    found["open"] = in_both_schemes(page, faults)
    assert {"closed": [], "open": []} == found


def test_what_aws_answers_shows_no_banner(site: Site) -> None:
    """The service itself says nothing of a local run; what is not said is not shown."""
    visit = site.person()
    asked: list[str] = []

    def as_on_aws(route: Route) -> None:
        answer = route.fetch()
        asked.append(route.request.url)
        config = {key: value for key, value in answer.json().items() if key != "local"}
        route.fulfill(response=answer, json=config)

    visit.page.route("**/config.json", as_on_aws)
    visit.open("")
    expect(visit.page.get_by_role("heading", name="Nothing here yet")).to_be_visible()
    visit.page.wait_for_load_state("networkidle")
    assert 1 == len(asked)
    expect(visit.page.get_by_role("complementary", name="Local run")).to_have_count(0)


def test_the_whole_life_of_a_demo_with_each_link_opened(site: Site) -> None:
    """Asked for, opened link by link and removed on the page; then nothing of it is left."""
    site.control.set_pace(PACE)
    visit = site.person()
    page = visit.page
    visit.open("new")
    boxes = page.locator(".component input")
    expect(boxes).to_have_count(COMPONENTS)
    for box in boxes.all():
        box.check()
    page.get_by_label("Name", exact=True).fill(NAME)
    page.get_by_role("button", name="Create this demo").click()
    expect(page.locator(".lead")).to_contain_text("Ready after", timeout=3 * PATIENCE)
    links = page.locator(".link-list a")
    expect(links).to_have_count(LINKS)
    shown = {str(link.get_attribute("href")): _opened(visit, link.click) for link in links.all()}
    pages = {url: heading for url, heading in shown.items() if heading != NAME}
    assert ["Jenkins would be here"] == list(pages.values())
    instances = site.control.instances()
    ports = [(one["address"], 8011) for one in instances if "group" in one["owner"]]
    assert any(listens(*port) for port in ports)
    databases = [one for one in instances if one["owner"].startswith("database")]
    assert bool(serving.database()) == bool(databases)
    press_delete(visit, NAME)
    expect(page.locator(".lead")).to_have_text("Everything is removed", timeout=3 * PATIENCE)
    assert [] == left_of(service.emulator(site.state))
    assert not any(listens(*port) for port in ports)


def _opened(visit: Visit, press: Callable[[], None]) -> str:
    """Press what opens a link, and read the heading that comes, once it is the demo's own."""
    with visit.page.context.expect_page() as opening:
        press()
    opened = opening.value
    expect(opened.get_by_role("heading", level=1)).to_be_visible()
    heading = opened.get_by_role("heading", level=1)

    def named() -> str:
        text = heading.inner_text()
        return text if text == NAME or "Jenkins" in text else _again(opened)

    found = str(wait_for(named, f"the demo's name at {opened.url}"))
    opened.close()
    return found


def _again(opened: Page) -> str:
    opened.reload()
    return ""

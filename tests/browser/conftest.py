"""A real browser before the service on a real emulator, every Lambda's own role enforced."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Playwright, Request, Response, expect

from local import service, tokens
from local.control import Control

from . import fonts

PATIENCE = 60_000
"""Milliseconds before something counts as never happening; nothing here waits for that long."""

SETTINGS = {
    "PollSeconds": "3",
    "RetrySeconds": "1",
    "LimitPerOwner": "50",
    "LimitInAll": "1000",
    "SweepSchedule": "rate(1 hour)",
    "OrphanSchedule": "rate(1 day)",
}
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_LETTERS = str.maketrans("0123456789", "ghijklmnop")
_WATCH = """
window.shifts = [];
const described = ({ node, previousRect: was, currentRect: is }) =>
  `${node?.nodeName}.${node?.className ?? node?.textContent} ${was.x},${was.y} to ${is.x},${is.y}`;
new PerformanceObserver((list) => {
  // Also what moves just after a press: it is under somebody's finger. The inside of a browser's
  // own date field is no node of the page: it is reported only if it moves as a whole.
  const sources = list.getEntries().flatMap((entry) => entry.sources);
  const moves = ({ node, previousRect: was, currentRect: is }) =>
    node || was.x !== is.x || was.y !== is.y;
  window.shifts.push(...sources.filter(moves).map(described));
}).observe({ type: "layout-shift", buffered: true });
"""

# The browser reports a shift after the frame it happened in.
_SHIFTS = """
new Promise((done) =>
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => done(window.shifts)))))
"""


@dataclass
class Visit:
    """A page in a profile of its own, and everything it asked for."""

    page: Page
    api: str
    email: str = ""
    token: str = ""
    requests: list[Request] = field(default_factory=list)
    responses: list[Response] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def open(self, view: str = "") -> None:
        """Open a view by its address."""
        self.page.goto(f"{self.api}/app#/{view}")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the API as this person, apart from the page."""
        headers = {"Authorization": f"Bearer {self.token}"}
        sent = {"json": body} if body is not None else {}
        url = f"{self.api}/{path}"
        answer = httpx.request(method, url, headers=headers, timeout=30, trust_env=False, **sent)
        assert answer.is_success, answer.text
        return answer.json() if answer.text else None

    def demo(self, *components: str, **more: Any) -> str:
        """Ask for a demo and open its page."""
        demo_id = self.make(*components, **more)
        self.open(f"demos/{demo_id}")
        return demo_id

    def make(self, *components: str, **more: Any) -> str:
        """Ask for a demo apart from the page."""
        made = self.call("POST", "demos", {"components": list(components), **more})
        return str(made["demo_id"])

    def shifts(self) -> list[str]:
        """Return everything that moved, also after a press: what, from where, to where."""
        return list(self.page.evaluate(_SHIFTS))

    def moved(self) -> list[str]:
        """Return what moved since this was last asked."""
        moved = self.shifts()
        self.page.evaluate("window.shifts = []")
        return moved


@dataclass
class Site:
    """The deployed service with a browser in front of it."""

    up: service.Service
    state: Path
    control: Control
    browser: Browser
    visits: list[Visit] = field(default_factory=list)

    def visit(self, **options: Any) -> Visit:
        """Open a fresh profile; nobody is signed in."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(_WATCH)
        page = context.new_page()
        visit = Visit(page, self.up.api_url)
        page.on("request", lambda request: visit.requests.append(request))  # noqa: PLW0108 - a builtin takes no mark
        page.on("response", lambda response: visit.responses.append(response))  # noqa: PLW0108
        page.on("pageerror", lambda error: visit.faults.append(str(error)))
        page.on("console", lambda message: _note_console(visit, message.type, message.text))
        self.visits.append(visit)
        return visit

    def person(self, *, admin: bool = False, **options: Any) -> Visit:
        """Open a profile in which a person whom no other test knows is signed in."""
        visit = self.visit(**options)
        # Letters alone: a number that a test searches for is in no address by chance.
        visit.email = f"{uuid.uuid4().hex[:10].translate(_LETTERS)}@example.com"
        claims: dict[str, Any] = {"groups": ["demo-admins"]} if admin else {}
        visit.token = tokens.mint(self.state / "identity", self.up.issuer, visit.email, **claims)
        give_session(visit, visit.token, expires_in=3600)
        return visit


def give_session(visit: Visit, token: str, *, expires_in: int) -> None:
    """Put a session where the page keeps it, once, as if its person had just signed in."""
    session = json.dumps({"token": token, "email": visit.email})
    visit.page.add_init_script(
        f"""if (!sessionStorage.getItem("given-{expires_in}")) {{
          sessionStorage.setItem("given-{expires_in}", "yes");
          const expires = Date.now() / 1000 + {expires_in};
          sessionStorage.setItem("session", JSON.stringify({{ ...{session}, expires }}));
        }}"""
    )


def _note_console(visit: Visit, kind: str, text: str) -> None:
    # An answer of 4xx is a message to people, not a fault of the page.
    if kind in ("error", "warning") and not text.startswith("Failed to load resource"):
        visit.faults.append(text)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every test in one family, and those of a module with FAMILIES in each of them."""
    if "family" in metafunc.fixturenames:
        families = getattr(metafunc.module, "FAMILIES", fonts.FAMILIES[:1])
        metafunc.parametrize("family", fonts.chosen(families), indirect=True, scope="session")


@pytest.fixture(scope="session")
def family(request: pytest.FixtureRequest) -> str:
    """Return the only font family that the browser knows."""
    name = str(request.param)
    if not Path(fonts.FOLDERS[name]).is_dir():
        pytest.skip(f"{name} is not installed; `make browser` installs it")
    return name


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the path of Debian's Chromium."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed; `make browser` installs it")
    return program


@pytest.fixture(scope="session")
def browser(
    playwright: Playwright,
    chromium: str,
    family: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Browser]:
    """Start Chromium with one font family."""
    expect.set_options(timeout=PATIENCE)
    environment = fonts.environment(family, tmp_path_factory.mktemp("fonts"))
    started = playwright.chromium.launch(
        executable_path=chromium, args=list(CHROMIUM), env={**os.environ, **environment}
    )
    yield started
    started.close()


@pytest.fixture(scope="session")
def deployed(
    chromium: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[service.Service, Path]]:
    """Bring the service up, once for all families."""
    state = tmp_path_factory.mktemp("browser")
    try:
        yield service.up(state, parameters=SETTINGS), state
    finally:
        service.down(state, save=False)


@pytest.fixture
def site(deployed: tuple[service.Service, Path], browser: Browser) -> Iterator[Site]:
    """Lend the service; afterwards no page may have failed or asked anybody else."""
    up, state = deployed
    control = service.emulator(state).control
    control.clear()
    control.set_pace(0)
    lent = Site(up, state, control, browser)
    yield lent
    for visit in lent.visits:
        visit.page.context.close()
    control.clear()
    for visit in lent.visits:
        assert [] == visit.faults
        assert [] == [r.url for r in visit.requests if not _allowed(r.url, up)]


def _allowed(url: str, up: service.Service) -> bool:
    return url.startswith((up.emulator_url, up.issuer, "data:")) or ".localhost:" in url


@pytest.fixture(scope="session")
def axe() -> str:
    """Return the source of axe-core, as the locked package carries it."""
    return (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


@pytest.fixture
def faults(axe: str) -> Callable[..., list[str]]:
    """Return what axe-core finds on a page as it is, at every level, best practices included.

    The named rules alone, where any are named.
    """

    def find(page: Page, *rules: str) -> list[str]:
        if not page.evaluate("'axe' in window"):
            # Evaluated by the debugger: the page's own policy would let no such script in.
            page.evaluate(f"void (() => {{ {axe} }})()")
        options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
        found = page.evaluate("(options) => axe.run(options)", options)
        return [
            f"{v['id']}: {node['target']} {node['failureSummary']}"
            for v in found["violations"]
            for node in v["nodes"]
        ]

    return find

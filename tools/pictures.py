"""Takes the pictures in docs/pictures: every view of the page, light, dark and on a phone.

    python -m tools.pictures

Needs Chromium (`tools/install-debian.sh chromium`), and takes the fonts that are there; the
kept ones were taken with Debian's fonts-inter. The service comes up for it on a port and in a
folder of its own, and goes again.
"""

import contextlib
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from local import service, tokens
from tools.packaging import ROOT

FOLDER: Final = ROOT / "docs" / "pictures"
DESKTOP: Final = {"width": 1200, "height": 800}
PHONE: Final = {"width": 390, "height": 844}
PACE: Final = 4  # seconds a typical minute
PERSON: Final = "ada@example.com"
OTHERS: Final = {
    "grace@example.com": [("Globex evaluation", ["ecs", "rds"]), ("Training, group 2", ["asg"])],
    "edsger@example.com": [("Pipeline walk-through", ["jenkins"])],
}
_ARGS: Final = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
_SETTINGS: Final = {
    "LimitPerOwner": "9",
    "LimitInAll": "20",
    "SweepSchedule": "rate(1 hour)",
    "PollSeconds": "3",
}
_WORDS: Final = {"host": "Ada Lovelace", "note": "See you on Thursday at ten."}
_PATIENCE: Final = 120_000  # milliseconds


@dataclass
class Studio:
    """The service, a browser, and where pictures go."""

    up: service.Service
    state: Path
    browser: Browser

    def token(self, email: str, **claims: Any) -> str:
        """Sign a person in."""
        return tokens.mint(self.state / "identity", self.up.issuer, email, **claims)

    def post(self, email: str, path: str, **body: Any) -> Any:
        """Call the API as a person."""
        headers = {"Authorization": f"Bearer {self.token(email)}"}
        url = f"{self.up.api_url}/{path}"
        answer = httpx.post(url, json=body, headers=headers, timeout=30, trust_env=False)
        return answer.raise_for_status().json()

    def open(self, mode: str, path: str, **claims: Any) -> Page:
        """Open a page in one of the modes, with a person signed in."""
        context = self.browser.new_context(
            viewport=PHONE if mode == "phone" else DESKTOP,  # type: ignore[arg-type]
            color_scheme="dark" if mode == "dark" else "light",
            locale="en-GB",
        )
        context.set_default_timeout(_PATIENCE)
        token = self.token(PERSON, **claims)
        context.add_init_script(
            "sessionStorage.setItem('session', JSON.stringify("
            f"{{ token: '{token}', email: '{PERSON}', expires: Date.now() / 1000 + 3600 }}))"
        )
        page = context.new_page()
        page.goto(f"{self.up.api_url}/{path}")
        return page

    def shoot(self, page: Page, name: str, height: int | None = None) -> None:
        """Take a picture, with nothing in focus and the pointer out of the way."""
        page.mouse.move(0, 0)
        page.evaluate("scrollTo(0, 0)")
        page.evaluate("document.activeElement?.blur()")
        size = page.viewport_size or DESKTOP
        page.screenshot(
            path=FOLDER / f"{name}.png",
            animations="disabled",
            clip={"x": 0, "y": 0, "width": size["width"], "height": height or size["height"]},
        )
        page.context.close()


MODES: Final = ("light", "dark", "phone")


def main() -> int:
    """Take every picture."""
    program = shutil.which("chromium")
    if program is None:
        print("Chromium is not installed: tools/install-debian.sh chromium")
        return 1
    FOLDER.mkdir(parents=True, exist_ok=True)
    with _service() as (up, state), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_ARGS))
        studio = Studio(up, state, browser)
        control = service.emulator(state).control
        control.set_pace(0)
        _fill(studio)
        control.set_pace(PACE)
        _new(studio)
        _progress(studio)
        _list(studio)
        control.fail("Unable to assume the service linked role.", component="jenkins", times=1)
        _failure(studio)
        browser.close()
    for file in sorted(FOLDER.glob("*.png")):
        print(f"{file.relative_to(ROOT)}: {file.stat().st_size / 1000:.0f} kB")
    return 0


@contextlib.contextmanager
def _service() -> Iterator[tuple[service.Service, Path]]:
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder)
        try:
            yield service.up(state, parameters=_SETTINGS), state
        finally:
            service.down(state)


def _fill(studio: Studio) -> None:
    for owner, demos in OTHERS.items():
        for name, components in demos:
            studio.post(owner, "demos", name=name, components=components)


def _new(studio: Studio) -> None:
    for mode in MODES:
        page = studio.open(mode, "app#/new")
        for name in ("ecs", "rds"):
            page.locator(f'.component:has(.chip:text-is("{name}")) input').check()
        page.get_by_label("Name", exact=True).fill("Acme, Thursday")
        page.locator(".node").nth(5).wait_for()
        # As high as what is small enough to keep.
        studio.shoot(page, f"new-{mode}", None if mode == "phone" else 690)


def _progress(studio: Studio) -> None:
    """One demo of everything, half way in each mode, then ready, then as a prospect sees it."""
    demo = studio.post(PERSON, "demos", name="Acme, the whole tour", components="all")
    view = f"demos/{demo['demo_id']}"
    for mode, page in [(mode, studio.open(mode, f"app#/{view}")) for mode in MODES]:
        page.locator('.node[data-state="creating"]:has-text("rds")').wait_for()
        page.locator('.node[data-state="ready"]:has-text("ecs")').wait_for()
        studio.shoot(page, f"demo-{mode}")
    page = studio.open("light", f"app#/{view}")
    page.get_by_text("Ready after").wait_for()
    studio.shoot(page, "ready-light")
    share = studio.post(PERSON, f"{view}/shares", **_WORDS)
    for mode in MODES:
        page = studio.open(mode, share["url"])
        page.get_by_role("link", name="Jenkins").wait_for()
        studio.shoot(page, f"prospect-{mode}")


def _list(studio: Studio) -> None:
    demo = {"name": "Training, group 1", "components": ["asg", "eb"], "ttl_hours": 26}
    studio.post("grace@example.com", "demos", **demo)
    for mode in MODES:
        page = studio.open(mode, "app#/", groups=["demo-admins"])
        page.get_by_text("Training, group 1").wait_for()
        page.locator('.row[data-state="provisioning"]').first.wait_for()
        studio.shoot(page, f"list-{mode}")


def _failure(studio: Studio) -> None:
    components = ["jenkins", "asg"]
    demo = studio.post(
        PERSON, "demos", name="Initech", components=components, keep_on_failure=True
    )
    page = studio.open("light", f"app#/demos/{demo['demo_id']}")
    page.get_by_text("Unable to assume").first.wait_for()
    page.get_by_text("Failed (kept)", exact=True).wait_for()
    studio.shoot(page, "failure-light")


if __name__ == "__main__":
    sys.exit(main())

"""The image's page: rendered by its own entry point, served by a real Apache, read by Chromium."""

import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import takewhile
from pathlib import Path

import pytest
from playwright.sync_api import Playwright, expect

from .documents import ROOT
from .test_web_page import get

DOCKER = ROOT / "docker"
SEARCH = f"{os.environ['PATH']}:/usr/sbin"
APACHE = shutil.which("apache2", path=SEARCH)
HOSTILE = 'Tom & "Jerry" <b>\\1 &amp; @DEMO_ID@ %s $(id) Söhne'
VALUES = {"DEMO_ID": "demo1234", "AWS_REGION": "eu-central-1"}
NOW = {
    "demo_id": "demo1234",
    "name": HOSTILE,
    "owner": "o'brien@example.com",
    "expires_at": "2030-01-31T12:00:00+00:00",
}
ADDRESS = f"127.8.{os.getpid() // 256 % 256}.{os.getpid() % 256}"
STARTED = "resuming normal operations"
CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed: tools/install-debian.sh chromium"
)
needs_apache = pytest.mark.skipif(
    APACHE is None, reason="apache2 is not installed: tools/install-debian.sh apache2"
)


class Text(HTMLParser):
    """Collects the text of the page as a browser would read it, and the tags it opens."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words = ""
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.words += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [v for k, v in attrs if k in {"href", "src", "action"} and v]


def environment(home: Path, **values: str) -> dict[str, str]:
    folders = {"DEMO_SOURCE": DOCKER, "DEMO_RUN": home, "DEMO_NOW": home / "now"}
    return {"PATH": SEARCH, **{name: str(path) for name, path in folders.items()}, **values}


def render(home: Path, **values: str) -> str:
    """Run the entry point with a stand-in for Apache, and return the page it made."""
    (home / "apache2").write_text('#!/bin/sh\necho started > "$DEMO_RUN/started"\n')
    (home / "apache2").chmod(0o755)
    around = environment(home, **values)
    around["PATH"] = f"{home}:{around['PATH']}"
    subprocess.run([str(DOCKER / "entrypoint.sh")], env=around, check=True)
    assert "started\n" == (home / "started").read_text()
    return (home / "site" / "index.html").read_text()


def test_shows_the_values(tmp_path: Path) -> None:
    """The page shows demo and region, whatever characters they have."""
    values = {"DEMO_ID": HOSTILE, "AWS_REGION": "eu-central-1"}
    words = Text(render(tmp_path, **values)).words
    assert [] == [value for value in values.values() if value not in words]


def test_values_add_no_markup(tmp_path: Path) -> None:
    """No value can add a tag or an attribute."""
    plain = Text(render(tmp_path, **dict.fromkeys(VALUES, "plain"))).tags
    hostile = dict.fromkeys(VALUES, "\"'><script>alert(1)</script><img src=x>")
    assert plain == Text(render(tmp_path, **hostile)).tags


def test_missing_values(tmp_path: Path) -> None:
    """A value nobody gave reads "not given", and no placeholder is left."""
    page = render(tmp_path)
    assert "not given" in page
    assert not re.search(r"@[A-Z_]+@", page)


def test_no_outside_requests(tmp_path: Path) -> None:
    """The page asks only for its own two files; nothing it loads names another server."""
    addresses = Text(render(tmp_path, **VALUES)).addresses
    assert ["demo.js", "style.css"] == sorted(a for a in addresses if "data:" not in a)
    for name in ("style.css", "demo.js"):
        assert not re.search(
            r"https?:|//\w|@import|url\(", (DOCKER / name).read_text().split("\n", 1)[1]
        )


def test_entry_point_fails_loudly(tmp_path: Path) -> None:
    """Where the page cannot be rendered, the server is not started."""
    around = environment(tmp_path)
    around["DEMO_SOURCE"] = str(tmp_path)
    done = subprocess.run(
        [str(DOCKER / "entrypoint.sh")], env=around, check=False, capture_output=True
    )
    assert 0 != done.returncode


@dataclass(frozen=True)
class Served:
    """The page's address, and the folder that the instance would keep up to date."""

    address: str
    now: Path

    def say(self, **demo: str) -> None:
        """Put the demo's file there, as whole as the instance does."""
        (self.now / "new").write_text(json.dumps(demo))
        (self.now / "new").rename(self.now / "demo.json")


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    """Run the entry point and Apache as the image does."""
    # Not one of pytest's folders: started as root it serves as another user, who is kept out.
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        # The rights that the bundle gives them, whatever they are in this clone.
        source = shutil.copytree(DOCKER, home / "source")
        (home / "now").mkdir(mode=0o755)
        for file in source.iterdir():
            file.chmod(0o755 if file.suffix == ".sh" else 0o644)
        # Every address of a machine's may have a port 8011: this one is of this process alone.
        configuration = source / "apache.conf"
        listens = configuration.read_text().replace("Listen 8011", f"Listen {ADDRESS}:8011")
        configuration.write_text(listens)
        yield from _serving(home, {"DEMO_SOURCE": str(source)})


def _serving(home: Path, source: dict[str, str]) -> Iterator[Served]:
    with subprocess.Popen(
        [str(DOCKER / "entrypoint.sh")],
        env=environment(home, **VALUES) | source,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        umask=0o022,  # a container's
    ) as server:
        try:
            assert server.stdout
            log = list(takewhile(lambda line: STARTED not in line, server.stdout))
            assert server.poll() is None, "".join(log)
            yield Served(f"http://{ADDRESS}:8011", home / "now")
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=20)


@pytest.fixture
def apache(served: Served) -> str:
    return served.address


@needs_apache
def test_apache_serves_the_page(apache: str) -> None:
    """A real Apache with the image's own configuration serves the page on 8011."""
    assert "ok\n" == get(f"{apache}/health")
    page = get(f"{apache}/")
    assert VALUES["DEMO_ID"] in Text(page).words
    for name in ("style.css", "demo.js"):
        assert (DOCKER / name).read_text() == get(f"{apache}/{name}")


@needs_apache
def test_apache_headers(apache: str) -> None:
    """Types are right, the policy forbids other servers, and the version stays private."""
    kinds = {}
    for path in ("/", "/health", "/style.css", "/demo.js"):
        with urllib.request.urlopen(f"{apache}{path}", timeout=10) as answer:  # noqa: S310
            kinds[path] = answer.headers["Content-Type"].split(";")[0]
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "nosniff" == answer.headers["X-Content-Type-Options"]
            assert "Apache" == answer.headers["Server"]
    assert {
        "/": "text/html",
        "/health": "text/plain",
        "/style.css": "text/css",
        "/demo.js": "text/javascript",
    } == kinds


@needs_apache
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nothing", 404),
        ("/../entrypoint.sh", 400),
        ("/%2e%2e/apache2.pid", 400),
        ("/now/demo.json", 404),
    ],
)
def test_apache_serves_nothing_else(apache: str, path: str, status: int) -> None:
    """Nothing outside the page's folder can be asked for."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(f"{apache}{path}")
    assert status == refused.value.code
    refused.value.close()


@needs_apache
@needs_chromium
def test_the_page_follows_what_is_known(served: Served, playwright: Playwright) -> None:
    """It does without name, owner and end, then shows each as it is, without a reload."""
    arguments = ["--no-sandbox"]
    with playwright.chromium.launch(executable_path=CHROMIUM, args=arguments) as chromium:
        page = chromium.new_page(locale="en-GB", timezone_id="UTC")
        page.clock.install(time="2030-01-31T10:00:00Z")
        faults: list[str] = []
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(served.address)
        expect(page.locator("h1")).to_have_text("Demo demo1234")
        expect(page.locator("#ends")).to_have_text("not known yet")
        served.say(**NOW)
        page.clock.run_for(20_000)
        expect(page.locator("h1")).to_have_text(HOSTILE)
        expect(page.locator("#owner")).to_have_text(NOW["owner"])
        expect(page.locator("#ends")).to_have_text("31 Jan 2030, 12:00")
        expect(page.locator("#left")).to_have_text(re.compile("1 h 59 min"))
        expect(page).to_have_title(f"{HOSTILE} · Stelligent Demo")
        served.say(**{**NOW, "expires_at": "2030-01-31T09:00:00Z", "name": "Acme"})
        page.clock.run_for(20_000)
        expect(page.locator("h1")).to_have_text("Acme")
        expect(page.locator("#state")).to_have_text("Past its end")
        assert [] == faults

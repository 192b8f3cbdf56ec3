"""The image's page: rendered by its own entry point, served by a real Apache."""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import takewhile
from pathlib import Path

import pytest

from .documents import ROOT
from .test_web_page import get

DOCKER = ROOT / "docker"
SEARCH = f"{os.environ['PATH']}:/usr/sbin"
APACHE = shutil.which("apache2", path=SEARCH)
VALUES = {
    "DEMO_ID": "demo1234",
    "DEMO_NAME": 'Tom & "Jerry" <b>\\1 &amp; @DEMO_ID@ %s $(id) Söhne',
    "DEMO_OWNER": "o'brien@example.com",
    "DEMO_EXPIRES_AT": "2030-01-31T12:00:00Z",
    "AWS_REGION": "eu-central-1",
}
STARTED = "resuming normal operations"
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
    return {"PATH": SEARCH, "DEMO_SOURCE": str(DOCKER), "DEMO_RUN": str(home), **values}


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
    """The page shows demo, name, owner, region and end, whatever characters they have."""
    words = Text(render(tmp_path, **VALUES)).words
    assert [] == [value for value in VALUES.values() if value not in words]


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
    assert ["countdown.js", "style.css"] == sorted(a for a in addresses if "data:" not in a)
    for name in ("style.css", "countdown.js"):
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


@pytest.fixture(scope="module")
def apache() -> Iterator[str]:
    """Run the entry point and Apache as the image does; yield the address of the page."""
    # Not one of pytest's folders: started as root it serves as another user, who is kept out.
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        # The rights that the bundle gives them, whatever they are in this clone.
        source = shutil.copytree(DOCKER, home / "source")
        for file in source.iterdir():
            file.chmod(0o755 if file.suffix == ".sh" else 0o644)
        yield from _serving(home, {"DEMO_SOURCE": str(source)})


def _serving(home: Path, source: dict[str, str]) -> Iterator[str]:
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
            said = list(takewhile(lambda line: STARTED not in line, server.stdout))
            assert server.poll() is None, "".join(said)
            yield "http://127.0.0.1:8011"
        finally:
            server.send_signal(signal.SIGTERM)
            server.communicate(timeout=20)


@needs_apache
def test_apache_serves_the_page(apache: str) -> None:
    """A real Apache with the image's own configuration serves the page on 8011."""
    assert "ok\n" == get(f"{apache}/health")
    page = get(f"{apache}/")
    assert VALUES["DEMO_OWNER"] in Text(page).words
    for name in ("style.css", "countdown.js"):
        assert (DOCKER / name).read_text() == get(f"{apache}/{name}")


@needs_apache
def test_apache_headers(apache: str) -> None:
    """Types are right, the policy forbids other servers, and the version stays private."""
    kinds = {}
    for path in ("/", "/health", "/style.css", "/countdown.js"):
        with urllib.request.urlopen(f"{apache}{path}", timeout=10) as answer:  # noqa: S310
            kinds[path] = answer.headers["Content-Type"].split(";")[0]
            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert "nosniff" == answer.headers["X-Content-Type-Options"]
            assert "Apache" == answer.headers["Server"]
    assert {
        "/": "text/html",
        "/health": "text/plain",
        "/style.css": "text/css",
        "/countdown.js": "text/javascript",
    } == kinds


@needs_apache
@pytest.mark.parametrize(
    ("path", "status"),
    [("/nothing", 404), ("/../entrypoint.sh", 400), ("/%2e%2e/apache2.pid", 400)],
)
def test_apache_serves_nothing_else(apache: str, path: str, status: int) -> None:
    """Nothing outside the page's folder can be asked for."""
    with pytest.raises(urllib.error.HTTPError) as refused:
        get(f"{apache}{path}")
    assert status == refused.value.code
    refused.value.close()

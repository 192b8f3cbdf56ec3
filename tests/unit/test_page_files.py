"""The page's files, judged as they lie there: no build step stands between them and a browser."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest

from chalicelib.core.identity import Caller
from chalicelib.entrypoints.rest.http import Request
from chalicelib.entrypoints.web import WEB, files, front, policy, version

SCRIPTS = sorted(name for name in files() if name.endswith(".js"))
PAGES = sorted(name for name in files() if name.endswith(".html"))
IMPORT = re.compile(r"""import\s+(?:\{([^}]*)\}|\*\s+as\s+\w+)\s+from\s+"([^"]+)";""")
EXPORT = re.compile(r"^export\s+(?:async\s+)?(?:function|class|const|let)\s+(\w+)", re.MULTILINE)
SVG = "http://www.w3.org/2000/svg"


class Tags(HTMLParser):
    """Every tag of a page with its attributes, and what stands inside scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inline: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        if self.lasttag in ("script", "style") and data.strip():
            last = self.tags[-1][0]
            if last in ("script", "style"):
                self.inline.append(data)


def test_every_file_of_the_page_is_served() -> None:
    """And nothing else lies in its folder."""
    assert {path.name for path in WEB.iterdir()} == set(files())


@pytest.mark.parametrize("page", PAGES)
def test_a_page_asks_for_files_that_exist_and_for_nothing_outside(page: str) -> None:
    """By relative addresses under the version's folder."""
    wanted = [
        str(attrs.get("src") or attrs.get("href"))
        for tag, attrs in Tags(files()[page]).tags
        if tag in ("script", "link", "img")
    ]
    named = [url for url in wanted if not url.startswith("data:")]
    assert named
    assert [] == [url for url in named if urlsplit(url).netloc or url.startswith("/")]
    assert {url.removeprefix("web/{version}/") for url in named} <= set(files())


def imported(script: str) -> set[str]:
    """Return what a module needs before it runs, and what that needs."""
    direct = {source.removeprefix("./") for _, source in IMPORT.findall(files()[script])}
    return direct.union(*map(imported, direct))


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_every_module_that_its_first_view_needs(page: str) -> None:
    """So that none is found only after another has come: a round trip is long to a phone."""
    tags = [attrs for tag, attrs in Tags(files()[page]).tags if tag in ("script", "link")]
    urls = {str(a.get("src") or a.get("href")).rpartition("/")[2]: a for a in tags}
    (start,) = (name for name, a in urls.items() if a.get("type") == "module")
    assert imported(start) == {n for n, a in urls.items() if a.get("rel") == "modulepreload"}


@pytest.mark.parametrize("page", PAGES)
def test_a_page_has_nothing_inline_that_its_policy_would_stop(page: str) -> None:
    """No script, no style, no handler."""
    parsed = Tags(files()[page])
    assert [] == parsed.inline
    attributes = {name for _, attrs in parsed.tags for name in attrs}
    assert set() == {name for name in attributes if name == "style" or name.startswith("on")}


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_module_imports_what_its_neighbours_export(script: str) -> None:
    """No bundler would tell."""
    for names, source in IMPORT.findall(files()[script]):
        neighbour = files()[source.removeprefix("./")]
        exported = set(EXPORT.findall(neighbour))
        wanted = {name.split(" as ")[0].strip() for name in names.split(",") if name.strip()}
        assert set() == wanted - exported


@pytest.mark.parametrize("script", SCRIPTS)
def test_no_script_makes_markup_of_text(script: str) -> None:
    """Neither by innerHTML nor by its kin; and none names an address of its own."""
    text = files()[script]
    for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("):
        assert way not in text
    assert [] == re.findall(r"https?://[a-z0-9]", text.replace(SVG, ""))


def test_the_version_is_of_the_files() -> None:
    """Twelve digits of a digest, the same for the same files."""
    assert re.fullmatch(r"[0-9a-f]{12}", version())


def test_the_policy_names_only_what_is_needed() -> None:
    """The token endpoint's origin where it is known, and nothing in its place where it is not."""
    header = policy("https://issuer.example.com", "")
    assert "connect-src 'self' https://issuer.example.com;" in header
    assert "connect-src 'self';" in policy("")
    assert header.startswith("default-src 'none'")
    assert "unsafe" not in header


@pytest.mark.parametrize(
    ("path", "location"), [("/api", "/api/app"), ("/prod/", "/prod/app"), ("/", "/app")]
)
def test_the_front_leads_to_the_page_of_its_own_stage(path: str, location: str) -> None:
    """Relative to an address without its last slash, "app" would be another stage."""
    call = Request(
        caller=Caller(owner=""), path=path, source_ip="", raw_body=b"", query={}, headers={}
    )
    assert location == front(call).headers["Location"]

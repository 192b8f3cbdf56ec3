"""The Docker bundle: deterministic, complete, and usable as a build context."""

import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest

from chalicelib.core.bundle import (
    BUNDLE_KEY,
    DOCKER_FILES,
    PLACES,
    MissingDockerFile,
    about,
    make_bundle,
)

from .builders import NOW, OWNER, demo

DOCKER = Path(__file__).resolve().parents[2] / "docker"
FILES = {name: f"content of {name}".encode() for name in DOCKER_FILES}


def entries(bundle: bytes) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        return archive.infolist()


def test_same_input_same_bytes() -> None:
    """The order in which files are given does not matter, nor does when it is done."""
    assert make_bundle(FILES) == make_bundle(dict(reversed(FILES.items())))


def test_other_input_other_bytes() -> None:
    """One changed byte in one file changes the bundle."""
    assert make_bundle(FILES) != make_bundle({**FILES, "index.html": b"Content of index.html"})


def test_content() -> None:
    """Every listed file is there as it was given, in its place, and nothing else is."""
    bundle = make_bundle({**FILES, "notes.txt": b"not listed"})
    with zipfile.ZipFile(io.BytesIO(bundle)) as archive:
        assert {PLACES.get(n, n): body for n, body in FILES.items()} == {
            name: archive.read(name) for name in archive.namelist()
        }
    places = [PLACES.get(name, name) for name in DOCKER_FILES]
    assert places == [entry.filename for entry in entries(bundle)]


def test_rights_and_times() -> None:
    """Times are fixed, and only the scripts are executable."""
    found = entries(make_bundle(FILES))
    assert {(1980, 1, 1, 0, 0, 0)} == {entry.date_time for entry in found}
    executable = [e.filename for e in found if e.external_attr >> 16 & 0o111]
    assert ["entrypoint.sh", PLACES["look.sh"]] == executable
    unix = 3  # of zip's systems, the one whose modes unzip applies
    assert {unix} == {entry.create_system for entry in found}


@pytest.mark.parametrize("name", DOCKER_FILES)
def test_missing_file(name: str) -> None:
    """A file that is not given is named."""
    files = {key: value for key, value in FILES.items() if key != name}
    with pytest.raises(MissingDockerFile, match=f"lacks {name}, listed in DOCKER_FILES"):
        make_bundle(files)


def test_lists_the_whole_folder() -> None:
    """The list and the folder agree, so that no file is forgotten."""
    assert sorted(path.name for path in DOCKER.iterdir()) == sorted(DOCKER_FILES)


def test_dockerfile_copies_what_is_listed() -> None:
    """The Dockerfile names every file of the bundle but those for who builds it."""
    (line,) = [n for n in (DOCKER / "Dockerfile").read_text().splitlines() if n.startswith("COPY")]
    assert set(line.split()[1:-1]) == set(DOCKER_FILES) - {
        "Dockerfile",
        "Dockerrun.aws.json",
        "look.sh",
    }


def test_key() -> None:
    """The key is the name the instances ask for."""
    assert "stelligent-demo.zip" == BUNDLE_KEY


def test_scripts_may_be_run_by_everybody_and_changed_by_their_owner() -> None:
    """The other files are only read."""
    rights = {e.filename: e.external_attr >> 16 & 0o777 for e in entries(make_bundle(FILES))}
    assert (0o755, 0o644) == (rights["entrypoint.sh"], rights["index.html"])


def test_a_page_shows_the_demo_its_owner_and_its_end_in_whole_seconds() -> None:
    """Its script shows the end as it is written."""
    ends = NOW + timedelta(hours=4, microseconds=7)
    assert {
        "demo_id": "demo0001",
        "name": "a demo",
        "owner": OWNER,
        "expires_at": "2026-01-05T13:00:00+00:00",
    } == json.loads(about(demo(expires_at=ends)))

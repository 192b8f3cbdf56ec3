"""The Docker bundle: deterministic, complete, and usable as a build context."""

import io
import zipfile
from pathlib import Path

import pytest

from chalicelib.core.bundle import BUNDLE_KEY, DOCKER_FILES, PLACES, MissingDockerFile, make_bundle

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
    unix = 3  # of zip's systems, the one whose rights unzip heeds
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

"""The Docker bundle: the zip of the image's build context that each demo is given.

The same files always make the same bytes, so that an upload can be repeated, compared and cached:
entries are in a fixed order, with fixed times and rights, and are stored as they are, because
what a compressor makes of them depends on its version.
"""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Final

from chalicelib.core.demo import Demo
from chalicelib.core.errors import FatalError

BUNDLE_KEY: Final = "stelligent-demo.zip"
"""Key of the bundle in a demo's bucket."""

DEMO_KEY: Final = "demo.json"
"""Key of what a demo's pages show of it, beside the bundle."""

DOCKER_FILES: Final[tuple[str, ...]] = (
    "Dockerfile",
    "Dockerrun.aws.json",
    "apache.conf",
    "demo.js",
    "entrypoint.sh",
    "index.html",
    "look.sh",
    "style.css",
)
"""Every file of `docker/` that belongs to the build context, in the order of the bundle."""

PLACES: Final[Mapping[str, str]] = {"look.sh": ".platform/hooks/prebuild/look.sh"}
"""Where a file is in the bundle, if not under its own name at the root: Elastic Beanstalk looks in
folders of these names for what its instances run (Developer Guide, "Platform hooks")."""

_EXECUTABLE: Final = frozenset({"entrypoint.sh", "look.sh"})
_UNIX: Final = 3  # the "made by" that makes unzip heed the rights
_REGULAR_FILE: Final = 0o100000


class MissingDockerFile(FatalError):
    """A file that `DOCKER_FILES` lists was not among those given."""

    def __init__(self, names: list[str]) -> None:
        super().__init__(f"the Docker bundle lacks {', '.join(names)}, listed in DOCKER_FILES")
        self.names = names


def make_bundle(files: Mapping[str, bytes]) -> bytes:
    """Return the zip of the files `DOCKER_FILES` lists, by name in `docker/`; others are left out.

    Raises `MissingDockerFile` when one of them was not given.
    """
    missing = [name for name in DOCKER_FILES if name not in files]
    if missing:
        raise MissingDockerFile(missing)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name in DOCKER_FILES:
            archive.writestr(_entry(name), files[name])
    return packed.getvalue()


def about(demo: Demo) -> bytes:
    """Return the facts that a demo's pages show; its instances read them while they run."""
    shown = {
        "demo_id": demo.demo_id,
        "name": demo.name,
        "owner": demo.owner,
        "expires_at": demo.expires_at.isoformat(timespec="seconds"),
    }
    return json.dumps(shown).encode()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(PLACES.get(name, name))  # its time is 1980, the earliest in a zip
    entry.create_system = _UNIX
    rights = 0o755 if name in _EXECUTABLE else 0o644
    entry.external_attr = (_REGULAR_FILE | rights) << 16
    return entry

"""The images that an instance's stand-in for Docker has: folders, and what to run in them."""

import json
import os
import uuid
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.parse import quote


class ImageError(RuntimeError):
    """An image cannot be made, pushed or pulled; the message says why."""


@dataclass
class Image:
    """What a Dockerfile says of an image, whose files are in `files`."""

    files: str
    environment: dict[str, str] = field(default_factory=dict)
    entry_point: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)


def _store() -> Path:
    return Path(os.environ["INSTANCE_ROOT"]) / "var/lib/docker"


def _file(name: str) -> Path:
    return _store() / "images" / f"{quote(name, safe='')}.json"


def new() -> Image:
    """Begin an image that has no files yet."""
    files = _store() / "layers" / uuid.uuid4().hex
    files.mkdir(parents=True)
    return Image(str(files))


def keep(name: str, image: Image) -> None:
    """Give an image a name, which another may have had."""
    file = _file(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(asdict(image)))


def find(name: str) -> Image | None:
    """Find the image that has a name."""
    file = _file(name)
    return Image(**json.loads(file.read_text())) if file.exists() else None

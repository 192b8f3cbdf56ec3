"""In the place of the registry's image: keeps images in the demo's bucket, by the instance's role.

As the registry it listens where REGISTRY_HTTP_ADDR says and keeps what it has where
REGISTRY_STORAGE_S3_… say. An image is one archive; the stand-in for Docker alone asks it.
"""

import io
import json
import os
import subprocess
import tarfile
import urllib.error
import urllib.request
from dataclasses import asdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from local.instances import image_store
from local.instances.image_store import Image, ImageError

_DESCRIPTION = "image.json"
_FILES = "files"
_TIMEOUT = 60  # seconds


def serve(_: list[str]) -> int:
    """Be the registry."""
    host, _colon, port = os.environ["REGISTRY_HTTP_ADDR"].rpartition(":")
    ThreadingHTTPServer((host, int(port)), _Registry).serve_forever()
    return 0


class _Registry(BaseHTTPRequestHandler):
    """Answers that it is there, and gives and takes images by their names."""

    def do_GET(self) -> None:
        """Return an image, or say that one may be asked for."""
        self._answer(*((200, b"{}") if self.path == "/v2/" else _kept(self.path, None)))

    def do_PUT(self) -> None:
        """Take an image."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self._answer(*_kept(self.path, body))

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _kept(path: str, body: bytes | None) -> tuple[int, bytes]:
    """Read or write an image's archive in the bucket, with AWS's own command line."""
    bucket = os.environ["REGISTRY_STORAGE_S3_BUCKET"]
    root = os.environ["REGISTRY_STORAGE_S3_ROOTDIRECTORY"].strip("/")
    kept = f"s3://{bucket}/{root}/{path.strip('/')}"
    ends = (kept, "-") if body is None else ("-", kept)
    region = os.environ["REGISTRY_STORAGE_S3_REGION"]
    done = subprocess.run(
        ["aws", "s3", "cp", "--only-show-errors", "--region", region, *ends],
        input=body or b"",
        capture_output=True,
        check=False,
    )
    if done.returncode == 0:
        return (200, done.stdout) if body is None else (201, b"")
    return (404 if b"(404)" in done.stderr else 502), done.stderr


def push(name: str) -> None:
    """Send an image to the registry of this instance; `ImageError` if it does not take it."""
    image = image_store.find(name)
    if image is None:
        raise ImageError(f"An image does not exist locally with the tag: {name}")
    _ask("PUT", name, _packed(image))


def pull(name: str) -> None:
    """Take an image from the registry of this instance; `ImageError` if it has none."""
    image_store.keep(name, _unpacked(_ask("GET", name)))


def _ask(method: str, name: str, body: bytes | None = None) -> bytes:
    host, _, path = name.partition("/")
    here = host.replace("localhost", os.environ["INSTANCE_ADDRESS"])
    url = f"http://{here}/v2/{path.replace(':', '/manifests/')}"
    request = urllib.request.Request(url, data=body, method=method)
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        message = error.read().decode(errors="replace").strip()
        raise ImageError(f"{name}: the registry answered {error.code}: {message}") from error
    except OSError as error:
        raise ImageError(f"{name}: the registry does not answer: {error}") from error


def _packed(image: Image) -> bytes:
    description = json.dumps({**asdict(image), "files": ""}).encode()
    entry = tarfile.TarInfo(_DESCRIPTION)
    entry.size = len(description)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        archive.addfile(entry, io.BytesIO(description))
        archive.add(image.files, _FILES)
    return packed.getvalue()


def _unpacked(packed: bytes) -> Image:
    image = image_store.new()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        # What an instance of the same demo has packed, modes and all.
        archive.extractall(image.files, filter="fully_trusted")  # noqa: S202
    description = json.loads((Path(image.files) / _DESCRIPTION).read_text())
    return Image(**{**description, "files": f"{image.files}/{_FILES}"})

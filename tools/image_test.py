"""Build `docker/` into an image with podman, run it as ECS would, and look at what it serves.

Then the same is done by the instances of a demo on this machine (`demo_in_containers`). Run by
`make image-test`. The base image is made on the spot by debootstrap, so no image registry is
needed: only a Debian mirror. Everything, podman's own storage included, lives in a temporary
directory and is removed at the end.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from local import demo
from local.emulator.process import EmulatorError
from tools import demo_in_containers

ROOT: Final = Path(__file__).resolve().parent.parent
MIRROR: Final = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
PACKAGES: Final = (
    *("podman", "runc", "iptables", "netavark", "aardvark-dns", "catatonit"),
    "debootstrap",
)
BASE: Final = "localhost/base:latest"
IMAGE: Final = "localhost/stelligent-demo-docker-image:latest"
VALUES: Final = {
    "DEMO_ID": 'demo1234 & "more" <script>alert(1)</script>',
    "AWS_REGION": "eu-central-1",
}
SHOWN: Final = (
    "demo1234 &amp; &quot;more&quot; &lt;script&gt;alert(1)&lt;/script&gt;",
    "eu-central-1",
)
NOW: Final = '{"name": "Acme"}'
# Debian's podman asks for crun and for limits a container host may not grant. A configuration of
# our own leaves the machine's alone.
CONTAINERS_CONF: Final = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
"""
STORAGE_CONF: Final = """\
[storage]
driver = "{driver}"
graphroot = "{home}/storage"
runroot = "{home}/run"
"""
START_SECONDS: Final = 30


class ImageTestError(Exception):
    """The image is not what it should be."""


class Podman:
    """podman with its storage and configuration in a directory of its own."""

    def __init__(self, home: Path) -> None:
        (home / "containers.conf").write_text(CONTAINERS_CONF)
        self.environment = {
            "CONTAINERS_CONF": str(home / "containers.conf"),
            "CONTAINERS_STORAGE_CONF": str(home / "storage.conf"),
        }
        try:
            self._store(home, "overlay")
        except subprocess.CalledProcessError:  # in a container whose own file system is one
            self._store(home, "vfs")

    def _store(self, home: Path, driver: str) -> None:
        """Choose how images are kept; `CalledProcessError` where this machine cannot."""
        text = STORAGE_CONF.format(home=home, driver=driver)
        (home / "storage.conf").write_text(text)
        self("info")

    def __call__(self, *arguments: str) -> str:
        """Run podman and return what it prints; raise `CalledProcessError` if it fails."""
        return subprocess.run(
            ["podman", *arguments],
            env={**os.environ, **self.environment},
            check=True,
            text=True,
            stdout=subprocess.PIPE,
        ).stdout.strip()


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Say what is being done, and how many seconds it took."""
    print(f"{what} …", flush=True)
    begin = time.monotonic()
    yield
    print(f"  {time.monotonic() - begin:.1f} s", flush=True)


def make_base(podman: Podman, home: Path) -> None:
    """Import a minimal Debian, fresh from the mirror, as the base image."""
    tree, archive = home / "base", home / "base.tar"
    subprocess.run(
        ["debootstrap", "--variant=minbase", "bookworm", str(tree), MIRROR],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    subprocess.run(["tar", "-C", str(tree), "-cf", str(archive), "."], check=True)
    podman("import", "--quiet", str(archive), BASE)
    shutil.rmtree(tree)
    archive.unlink()


def build(podman: Podman) -> None:
    """Build the image from `docker/`, on the base just made."""
    arguments = ("--pull=never", "--network=host", f"--build-arg=BASE_IMAGE={BASE}")
    podman("build", "--quiet", *arguments, f"--tag={IMAGE}", str(ROOT / "docker"))


@contextmanager
def running(podman: Podman, now: Path) -> Iterator[str]:
    """Run the image with what the ecs template allows it and no more; yield the page's address.

    `now` is the folder that the instance keeps.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    name = podman(
        "run",
        "--detach",
        "--read-only",
        "--cap-drop=all",
        "--security-opt=no-new-privileges",
        "--tmpfs=/srv/demo",
        f"--volume={now}:/srv/now:ro",
        f"--publish=127.0.0.1:{port}:8011",
        *(f"--env={key}={value}" for key, value in VALUES.items()),
        IMAGE,
    )
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        print(podman("logs", name))
        podman("rm", "--force", "--time=5", name)


def get(url: str) -> str:
    """Return the body at an address, waiting for the server to start."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own
                body: bytes = answer.read()
                return body.decode()
        except urllib.error.HTTPError:
            raise
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)


def check(address: str, user: str) -> None:
    """Raise `ImageTestError` for the first thing the running image gets wrong."""
    if get(f"{address}/health") != "ok\n":
        raise ImageTestError("/health does not answer ok")
    page = get(f"{address}/")
    for text in SHOWN:
        if text not in page:
            raise ImageTestError(f"the page does not show {text}")
    if "<script>alert" in page:
        raise ImageTestError("the page does not escape what it shows")
    if get(f"{address}/demo.json") != NOW:
        raise ImageTestError("/demo.json is not what the instance says of the demo")
    if user != "www-data":
        raise ImageTestError(f"the image runs as {user or 'root'}")


def main() -> int:
    """Run the whole test; 0 if the image is good, 1 with the reason if not."""
    subprocess.run([str(ROOT / "tools" / "install-debian.sh"), *PACKAGES], check=True)
    home = Path(tempfile.mkdtemp(prefix="stelligent-demo-image-"))
    podman = Podman(home)
    try:
        with timed("making the base image"):
            make_base(podman, home)
        with timed("building docker/"):
            build(podman)
        user = podman("image", "inspect", "--format={{.Config.User}}", IMAGE)
        now = home / "now"
        now.mkdir()
        (now / "demo.json").write_text(NOW)
        home.chmod(0o755)
        with timed("running it"), running(podman, now) as address:
            check(address, user)
        os.environ.update(podman.environment, DEMO_BASE_IMAGE=BASE)
        with timed("making a demo in containers"):
            demo_in_containers.check(home / "state", podman)
    except (
        *(ImageTestError, OSError, subprocess.CalledProcessError),
        *(demo_in_containers.ContainersError, demo.DemoError, EmulatorError),
    ) as error:
        print(f"image test failed: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(home)
    print("the image builds, runs without privileges and shows what it should")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Let a demo's instances build `docker/` and run it with podman (`demo_in_containers`).

Run by `make image-test`. The base image is made on the spot by debootstrap, so no image registry
is needed: only a Debian mirror. Everything, podman's own storage included, lives in a temporary
directory and is removed at the end.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from local import demo
from local.emulator.process import EmulatorError
from tools import demo_in_containers
from tools.packaging import ROOT

MIRROR: Final = os.environ.get("DEBIAN_MIRROR", "http://deb.debian.org/debian")
PACKAGES: Final = (
    *("podman", "runc", "iptables", "netavark", "aardvark-dns", "catatonit"),
    "debootstrap",
)
BASE: Final = "localhost/base:latest"
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


def main() -> int:
    """Run the whole test; 0 if the image is good, 1 with the reason if not."""
    subprocess.run([str(ROOT / "tools" / "install-debian.sh"), *PACKAGES], check=True)
    home = Path(tempfile.mkdtemp(prefix="stelligent-demo-image-"))
    podman = Podman(home)
    try:
        with timed("making the base image"):
            make_base(podman, home)
        os.environ.update(podman.environment, DEMO_BASE_IMAGE=BASE)
        with timed("making a demo in containers"):
            demo_in_containers.check(home / "state", podman)
    except (
        OSError,
        subprocess.CalledProcessError,
        demo_in_containers.ContainersError,
        demo.DemoError,
        EmulatorError,
    ) as error:
        print(f"image test failed: {error}", file=sys.stderr)
        return 1
    finally:
        shutil.rmtree(home)
    print("the image builds, runs without privileges and shows the demo")
    return 0


if __name__ == "__main__":
    sys.exit(main())

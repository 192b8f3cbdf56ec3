"""Builds the service's package, and only when a source has changed.

`chalice package` makes the function's zip and the template, in a folder of links to the sources:
Chalice's settings and what is merged over its template are completed there from the tables in
tools/infrastructure. Whether it has to run at all is decided here, by a hash over names and
contents.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.infrastructure.template import chalice_config, service_template
from tools.slim_package import slim

ROOT = Path(__file__).resolve().parents[1]
_PACKAGED = ("app.py", "chalicelib", "vendor", "requirements.txt")
_SOURCES = (
    *_PACKAGED,
    "cfn",
    "docker",
    ".chalice/config.json",
    ".chalice/resources.yaml",
    ".chalice/policies",
    "tools/infrastructure",
    "tools/slim_package.py",
)
_MERGED = "resources.json"
# Chalice has no `python -m`; this finds it whatever the PATH is.
_CHALICE = "import chalice.cli, sys; sys.exit(chalice.cli.main())"


class PackagingError(RuntimeError):
    """A packaging tool failed; the message is what it printed."""


@dataclass(frozen=True)
class Package:
    """A built package: the folder with `template` and the zip it names."""

    folder: Path

    @property
    def template(self) -> Path:
        """Name the template that refers to the zip beside it."""
        return self.folder / "sam.json"

    @property
    def zip_file(self) -> Path:
        """Name the code of all functions."""
        return self.folder / "deployment.zip"

    @property
    def hash_file(self) -> Path:
        """Name the file that says which sources it was built from."""
        return self.folder / "sources.sha256"


def run_tool(command: list[str], environment: Mapping[str, str], folder: Path = ROOT) -> str:
    """Run a tool beside this interpreter (`python <command>`) and give what it prints."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=dict(environment),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise PackagingError(f"{' '.join(command[1:4])} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _files(root: Path) -> Iterator[Path]:
    for source in _SOURCES:
        start = root / source
        # One level is walked through links: vendor/ holds links to cfn/ and docker/.
        yield from [start] if start.is_file() else sorted(start.rglob("*"))


def source_hash(root: Path, stage: str) -> str:
    """Hash the names and contents of everything that ends up in the package."""
    digest = hashlib.sha256(f"{stage} {platform.python_version()}".encode())
    for file in _files(root):
        if file.is_file() and file.suffix != ".pyc":
            content = hashlib.sha256(file.read_bytes()).hexdigest()
            digest.update(f"{file.relative_to(root)} {content}\n".encode())
    return digest.hexdigest()


def build(
    stage: str, out: Path, environment: Mapping[str, str], root: Path = ROOT
) -> tuple[Package, bool]:
    """Return the package in `out`, and whether it was made: not if it is of these sources."""
    out.parent.mkdir(parents=True, exist_ok=True)
    with _alone(out):
        package = Package(out)
        wanted = source_hash(root, stage)
        if package.hash_file.exists() and package.hash_file.read_text() == wanted:
            return package, False
        _make(package, stage, environment, root)
        package.hash_file.write_text(wanted)
        return package, True


@contextlib.contextmanager
def _alone(out: Path) -> Iterator[None]:
    """Keep another process from packaging into the same folder meanwhile."""
    with out.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(package: Package, stage: str, environment: Mapping[str, str], root: Path) -> None:
    shutil.rmtree(package.folder, ignore_errors=True)
    project = _project(package.folder / "project", root)
    command = ["--project-dir", str(project), "package", "--stage", stage]
    merged = ["--merge-template", str(project / _MERGED)]
    run_tool(["-c", _CHALICE, *command, *merged, str(package.folder)], environment, root)
    if not package.template.exists():
        made = sorted(package.folder.iterdir())
        raise PackagingError(f"chalice made {made}, and no {package.template}")
    shutil.rmtree(project)
    slim(package.zip_file)
    _say_what_aws_would_refuse(root)


def _project(folder: Path, root: Path) -> Path:
    """Lay out what Chalice packages: links to the sources, and its files made whole."""
    settings = folder / ".chalice"
    settings.mkdir(parents=True)
    for name in _PACKAGED:
        (folder / name).symlink_to(root / name)
    (settings / "policies").symlink_to(root / ".chalice" / "policies")
    (settings / "config.json").write_text(json.dumps(chalice_config(root)))
    (folder / _MERGED).write_text(json.dumps(service_template(root)))
    return folder


def _say_what_aws_would_refuse(root: Path) -> None:
    from tools.rights.drop_in import verdict  # noqa: PLC0415 - only when a package is made

    for line in verdict(root):
        print(f"cfn/: {line}")


def build_local() -> Package:
    """Make the package of the local run, unless it is there: what tests and linters share."""
    # Packaging asks for a region and uses none.
    own = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment = {**own, "AWS_DEFAULT_REGION": "us-east-1"}
    package, _ = build("local", ROOT / ".local" / "package" / "local", environment)
    return package


if __name__ == "__main__":
    build_local()

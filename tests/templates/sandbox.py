"""Runs a template's user-data script with recording stand-ins for what it would change.

The script is the template's own text. Only the roots of the absolute paths it writes to are
moved, below a temporary directory.
"""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from chalicelib.core.bundle import DOCKER_FILES, make_bundle
from local.instances.machine import lay_out, moved

from .documents import ROOT

STAND_INS: Final = (
    "aws",
    "cfn-signal",
    "chown",
    "cloud-init",
    "curl",
    "dnf",
    "docker",
    "get-config",
    "java",
    "sleep",
    "systemctl",
    "unzip",
    "useradd",
)
PASSWORD: Final = "s3cret-Passw0rd"
# Writes down how it was called, fails where it was told to, and does what the script goes on with.
_STAND_IN: Final = """\
#!/bin/bash
call="${0##*/} $*"
printf '%s\\n' "$call" >> "$CALLS"
if [ -n "$FAIL" ] && [[ "$call" == $FAIL* ]]; then
  printf '%s\\n' "$ERROR" >&2
  exit 9
fi
case "$call" in
  "aws s3 cp"*demo.json*) [ -n "$DEMO" ] && printf '%s' "$DEMO" > "${@: -1}" ;;
  "aws s3 cp"*) cp "$BUNDLE" "${@: -1}" ;;
  "aws secretsmanager"*-database) printf '%s\\n' "$DATABASE" ;;
  "aws secretsmanager"*) printf '{"username": "admin", "password": "%s"}\\n' "$PASSWORD" ;;
  "aws ecs describe-services"*) echo "${SERVICE-ACTIVE}" ;;
  "get-config environment -k DEMO_FILE") echo s3://stelligent-demo-demo1234/demo.json ;;
  "get-config environment -k AWS_REGION") echo eu-central-1 ;;
  "aws autoscaling start"*) echo refresh-1 ;;
  "aws autoscaling describe"*) echo "${REFRESH:-Successful}" ;;
  "cloud-init query instance_id") echo i-0123456789abcdef0 ;;
  "cloud-init query availability_zone") echo eu-central-1a ;;
  "docker create"*) echo container-1 ;;
  "docker cp"*) : > "${@: -1}" ;;
  "docker pull"*) [ -z "$NOT_IN_REGISTRY" ] ;;
  "docker build"*) (cd "${@: -1}" && find . -type f -printf '%P\\n') > "$CALLS.context" ;;
  "unzip"*) python3 -m zipfile -e "$2" "$4" ;;
esac
"""


@dataclass(frozen=True)
class Outcome:
    """How a script ended, what it called in order, and what it left behind."""

    status: int
    calls: tuple[str, ...]
    leftovers: tuple[str, ...]
    text: str

    def first(self, start: str) -> str:
        """Return the first call that begins like this."""
        return next(call for call in self.calls if call.startswith(start))

    def count(self, start: str) -> int:
        """Return how many calls begin like this."""
        return sum(call.startswith(start) for call in self.calls)


class Sandbox:
    """A directory that stands for an instance."""

    def __init__(self, home: Path) -> None:
        self.root = home / "root"
        self._calls = home / "calls"
        self._temporary = home / "tmp"
        self._programs = home / "bin"
        self._bundle = home / "bundle.zip"
        lay_out(self.root)
        self._temporary.mkdir()
        self._programs.mkdir()
        beanstalk = self.root / "opt/elasticbeanstalk/bin"
        beanstalk.mkdir(parents=True)
        for name in STAND_INS:
            program = (beanstalk if name == "get-config" else self._programs) / name
            program.write_text(_STAND_IN)
            program.chmod(0o755)
        # Amazon Linux has one; here it may be there under its full name alone.
        (self._programs / "python3").symlink_to(sys.executable)
        files = {name: (ROOT / "docker" / name).read_bytes() for name in DOCKER_FILES}
        self._bundle.write_bytes(make_bundle(files))

    @property
    def context(self) -> list[str]:
        """The files the last image was built from."""
        return Path(f"{self._calls}.context").read_text().split()

    def now(self, name: str) -> str | None:
        """Return a file that is kept up to date, or None while there is none."""
        file = self.root / "var/lib/stelligent-demo/now" / name
        return file.read_text() if file.exists() else None

    def look(self, fail: str = "", **environment: str) -> Outcome:
        """Look as the instance's timer does."""
        script = (self.root / "usr/local/bin/stelligent-demo-look").read_text()
        return self.run(script, fail=fail, **environment)

    def run(self, script: str, *arguments: str, fail: str = "", **environment: str) -> Outcome:
        """Run a script by bash; the calls that begin with `fail` answer with an error."""
        self._calls.write_text("")
        done = subprocess.run(
            ["bash", "-s", *arguments],
            input=moved(script, self.root),
            text=True,
            check=False,
            capture_output=True,
            env={
                "PATH": f"{self._programs}:{os.environ['PATH']}",
                "TMPDIR": str(self._temporary),
                "CALLS": str(self._calls),
                "BUNDLE": str(self._bundle),
                "PASSWORD": PASSWORD,
                "FAIL": fail,
                "ERROR": "",
                "DEMO": "",
                "DATABASE": "",
                "NOT_IN_REGISTRY": "",
                **environment,
            },
        )
        return Outcome(
            status=done.returncode,
            calls=tuple(self._calls.read_text().splitlines()),
            leftovers=tuple(path.name for path in self._temporary.iterdir()),
            text=done.stdout + done.stderr,
        )

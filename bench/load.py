"""Many demos requested at once and deleted at once: all come up and go, in bounded memory.

    make load DEMOS=200

It deploys to an emulator of its own, gives every demo an owner of its own, and prints what
it took; exit status 1 when a demo was lost, an answer was a server error, something was
left behind, or the emulator and its functions took more than 4 GiB.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.figures import Figure, show
from local import service, survey, tokens

_GIBIBYTE = 1024**3
_KIBIBYTE = 1024
_CALLERS = 50
_GIVE_UP = 600.0  # seconds
_PAGE = 200
_SETTINGS = {
    "LimitPerOwner": "10",
    "LimitInAll": "100000",
    "SweepSchedule": "rate(1 day)",
    "OrphanSchedule": "rate(1 day)",
}


class LoadError(RuntimeError):
    """The load did not end as it must; the message says how it stands."""


@dataclass
class Callers:
    """Everybody's HTTP, with a count of the statuses that came back."""

    up: service.Service
    state: Path
    statuses: Counter[int] = field(default_factory=Counter)

    def call(self, owner: str, method: str, path: str, **more: object) -> httpx.Response:
        """Make one call as a person; nothing is tried again."""
        groups = ["demo-admins"] if owner == "admin" else []
        issuer, keys = self.up.issuer, self.state / "identity"
        token = tokens.mint(keys, issuer, f"{owner}@example.com", groups=groups)
        answer = httpx.request(
            method,
            self.up.api_url + path,
            json=more or None,
            headers={"Authorization": f"Bearer {token}"},
            timeout=120,
            trust_env=False,
        )
        self.statuses[answer.status_code] += 1
        return answer

    def phases(self) -> Counter[str]:
        """Count all demos by phase, as an administrator lists them."""
        found: Counter[str] = Counter()
        cursor = ""
        while True:
            path = f"/demos?brief=true&limit={_PAGE}{cursor}"
            page = self.call("admin", "GET", path).raise_for_status().json()
            found.update(demo["phase"] for demo in page["demos"])
            if not page.get("cursor"):
                return found
            cursor = f"&cursor={page['cursor']}"

    def until_all(self, phase: str, demos: int) -> float:
        """Wait until every demo is in a phase, and give the seconds that took."""
        began = time.monotonic()
        while (now := self.phases())[phase] < demos:
            lost = {"failed", "quarantined", *({"deleted"} - {phase})} & now.keys()
            if lost or time.monotonic() - began > _GIVE_UP:
                raise LoadError(f"of {demos} demos are {dict(now)}")
            time.sleep(2)
        return time.monotonic() - began


class Memory(threading.Thread):
    """Watches how much memory a process and all it started hold at most."""

    def __init__(self, pid: int) -> None:
        """Watch the process of this id."""
        super().__init__(daemon=True)
        self._pid = pid
        self.most = 0
        self.processes = 0

    def run(self) -> None:
        """Look twice a second, for as long as this program runs."""
        while True:
            tree = list(_tree(self._pid))
            self.most = max(self.most, sum(map(_resident, tree)))
            self.processes = max(self.processes, len(tree))
            time.sleep(0.5)


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # the thread ended while we looked
            continue
        for child in children:
            yield from _tree(int(child))


def _resident(pid: int) -> int:
    """Read a process's resident set in bytes; shared pages count for each that shares them."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:  # it ended while we looked
        return 0
    return sum(int(line.split()[1]) * _KIBIBYTE for line in lines if line.startswith("VmRSS:"))


def measure(demos: int, up: service.Service, state: Path) -> list[Figure]:
    """Request so many demos at once and delete them at once."""
    aws = service.emulator(state)
    aws.control.set_pace(0)
    memory = Memory(aws.pid)
    memory.start()
    callers = Callers(up, state)
    before = survey.take(aws.control)
    owners = [f"owner{n}" for n in range(demos)]
    began = time.monotonic()
    with ThreadPoolExecutor(_CALLERS) as pool:
        created = list(
            pool.map(lambda o: callers.call(o, "POST", "/demos", components=["s3"]), owners)
        )
        posted = time.monotonic() - began
        ready = posted + callers.until_all("ready", demos)
        paths = [f"/demos/{answer.json()['demo_id']}" for answer in created]
        began = time.monotonic()
        list(
            pool.map(
                lambda at: callers.call(at[0], "DELETE", at[1]), zip(owners, paths, strict=True)
            )
        )
        deleted = time.monotonic() - began
    gone = deleted + callers.until_all("deleted", demos)
    left = survey.left_behind(before, survey.take(aws.control))
    errors = sum(count for status, count in callers.statuses.items() if status >= 500)  # noqa: PLR2004
    return [
        Figure("server errors", errors, 0, f"statuses {dict(callers.statuses)}"),
        Figure("left behind", len(left), 0, ", ".join(map(str, left[:3])) or "nothing"),
        Figure(
            "GiB of memory", memory.most / _GIBIBYTE, 4, f"{memory.processes} processes at most"
        ),
        Figure("seconds until all ready", ready, _GIVE_UP, f"all requested after {posted:.1f} s"),
        Figure("seconds until all gone", gone, _GIVE_UP, f"all answered after {deleted:.1f} s"),
    ]


def main() -> int:
    """Measure, and exit by whether all bounds are kept."""
    demos = int(sys.argv[1])
    state = Path(tempfile.mkdtemp(prefix="stelligent-load-"))
    try:
        up = service.up(state, parameters=_SETTINGS)
        print(f"{demos} demos of s3 at once:")
        return 0 if show(measure(demos, up, state)) else 1
    finally:
        service.down(state)
        shutil.rmtree(state, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())

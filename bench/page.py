"""What a refresh of the page costs a browser when there are many demos."""

from __future__ import annotations

import json
import shutil
import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.sync_api import CDPSession, Page, sync_playwright

from bench.figures import Figure
from chalicelib.core.component import ComponentStatus, Status
from chalicelib.core.demo import Demo, Phase
from local import service
from local.emulator.process import Emulator
from local.identity import OWNER
from testkit import records

_MANY, _SHOWN, _ROUNDS = 600, 25, 9
_SCRIPT_MS, _WIRE_KB = 50, 20
_NAMES = ("s3", "vpc", "sg", "rds", "ecs", "asg", "eb", "jenkins")
_LOOK = "document.dispatchEvent(new Event('visibilitychange'))"
_DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


def measure(up: service.Service, aws: Emulator) -> list[Figure]:
    """Refresh the list of many demos, each row on it changed; nothing where no Chromium is."""
    program = shutil.which("chromium")
    if program is None:
        return []
    table = _Table(aws.client("dynamodb"), up.outputs["TableName"], datetime.now(UTC))
    table.put(range(_MANY), ready=0)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        refreshes = list(_refreshes(browser.new_page(), up, table))
        browser.close()
    script = statistics.median(ms for ms, _ in refreshes)
    most = max(kilobytes for _, kilobytes in refreshes)
    raw = f"the middle of {_ROUNDS}, each with {_SHOWN} rows changed"
    return [
        Figure(f"script of a refresh with {_MANY} demos, ms", script, _SCRIPT_MS, raw),
        Figure(f"a refresh with {_MANY} demos, kB on the wire", most, _WIRE_KB, "the largest"),
    ]


def _refreshes(page: Page, up: service.Service, table: _Table) -> Iterator[tuple[float, float]]:
    """Yield the milliseconds of script and the kilobytes of each refresh."""
    session = json.dumps({"token": up.token, "email": OWNER, "expires": 2**40})
    page.add_init_script(f"sessionStorage.setItem('session', JSON.stringify({session}))")
    page.goto(f"{up.api_url}/app")
    page.locator(".rows .name").nth(_SHOWN - 1).wait_for()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")
    for number in range(_ROUNDS):
        table.put(range(_SHOWN), ready=1 + number % len(_NAMES))
        before = _script(devtools)
        with page.expect_response("**/demos?brief=true*") as seen:
            page.evaluate(_LOOK)
        seen.value.finished()
        page.evaluate(_DRAWN)
        sizes = seen.value.request.sizes()
        size = sizes["responseBodySize"] + sizes["responseHeadersSize"]
        yield (_script(devtools) - before) * 1000, size / 1000


def _script(devtools: CDPSession) -> float:
    """Return the seconds that the page's script has taken so far."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(m["value"] for m in metrics if m["name"] == "ScriptDuration"))


@dataclass(frozen=True, slots=True)
class _Table:
    client: Any
    name: str
    now: datetime

    def put(self, numbers: range, *, ready: int) -> None:
        """Put demos into the table as if they had been made, so many components of each ready."""
        records.put(self.client, self.name, (self._demo(n, ready) for n in numbers))

    def _demo(self, number: int, ready: int) -> Demo:
        made = self.now - timedelta(minutes=number)
        states = [Status.READY if n < ready else Status.CREATING for n in range(len(_NAMES))]
        return Demo(
            demo_id=f"page{number:04d}",
            name=f"Prospect {number:03d}",
            owner=OWNER,
            region="us-east-1",
            requested_components=_NAMES,
            components={
                name: ComponentStatus(name=name, status=status)
                for name, status in zip(_NAMES, states, strict=True)
            },
            created_at=made,
            expires_at=self.now + timedelta(hours=4),
            phase=Phase.PROVISIONING,
            looping=False,
        )

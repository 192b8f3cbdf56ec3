"""What `make demo` runs: the service comes up on this machine and builds a demo.

Settings, all from the environment: DEMO_COMPONENTS (names, by comma; default all),
DEMO_PACE (seconds a typical minute takes; 0 is instant), DEMO_PORT (of the emulator),
DEMO_INSTANCES (run, as on Linux by default, or recorded), DEMO_WITHOUT (programs of this machine
that instances are not to use) and DEMO_JENKINS_WAR (docs/local.md).
Ends with exit status 0 when the demo is ready, and leaves everything running.
"""

import math
import os
import sys
import time
import uuid
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from rich.console import Console

from local import servers, service, words
from local.emulator.process import EmulatorError
from local.identity import OWNER
from local.instances import serving
from local.progress import Progress
from local.tokens import SignInError
from tools import packaging

# The longest way through the eight stacks is 20 typical minutes: half a minute at this pace.
_PACE = 1.5
_POLL_SECONDS = 0.3  # seconds
_GIVE_UP_AFTER = 180.0  # seconds without becoming ready, beyond the time that the pace implies
# Demos cost nothing here, so trying this out is not stopped by the quotas of an account.
_PARAMETERS = {"LimitPerOwner": "100", "LimitInAll": "100"}
_HIGHEST_PORT = 65535
_INTERRUPTED = 130  # the exit status of a program that Ctrl-C ended
_OPEN = "Links:"
_RECORDED = (
    "Links it would have on AWS (recorded here; no machine is behind them, they do not open):"
)
_ENDED_BADLY = ("failed", "deleted", "quarantined")


class DemoError(RuntimeError):
    """The demo did not become ready; the message says why."""


@dataclass(frozen=True)
class Settings:
    """The settings of the environment; `pace` is in seconds per typical minute."""

    components: list[str] | str = "all"
    pace: float = _PACE
    port: int | None = None
    instances: bool = False

    @classmethod
    def read(cls, environment: Mapping[str, str]) -> "Settings":
        """Read the DEMO_ variables; `DemoError` names the one that cannot be read."""
        pace = _number(environment, "DEMO_PACE", str(_PACE))
        if not 0 <= pace < math.inf:
            raise DemoError(f"DEMO_PACE is {pace:g}, and must be seconds: 0 or more")
        port = _number(environment, "DEMO_PORT", "0")
        if port != int(port) or not 0 <= port <= _HIGHEST_PORT:
            raise DemoError(f"DEMO_PORT is {port:g}, and must be a port: 1 to {_HIGHEST_PORT}")
        _check_programs(environment)
        named = environment.get("DEMO_COMPONENTS", "").replace(",", " ").split()
        return cls(named or "all", pace, int(port) or None, _instances(environment))


def _instances(environment: Mapping[str, str]) -> bool:
    """Whether instances run: on Linux, unless DEMO_INSTANCES says that they are recorded."""
    choice = environment.get("DEMO_INSTANCES") or "run"
    if choice not in ("run", "recorded"):
        raise DemoError(f"DEMO_INSTANCES is {choice!r}, and must be run or recorded")
    return choice == "run" and sys.platform == "linux"


def _check_programs(environment: Mapping[str, str]) -> None:
    """Refuse a program or a file that instances could not use."""
    text = environment.get(serving.WITHOUT, "")
    for name in serving.without(environment):
        if name not in serving.OPTIONAL:
            known = ", ".join(serving.OPTIONAL)
            raise DemoError(f"{serving.WITHOUT} is {text!r}, and must name some of {known}")
    war = environment.get(serving.JENKINS_WAR, "")
    if war and not zipfile.is_zipfile(war):
        raise DemoError(f"{serving.JENKINS_WAR} is {war!r}, and must be the path of a jenkins.war")


def _number(environment: Mapping[str, str], name: str, default: str) -> float:
    text = environment.get(name) or default
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if math.isnan(number):
        raise DemoError(f"{name} is {text!r}, and must be a number")
    return number


def api(up: service.Service) -> httpx.Client:
    """Open the service's API as its local owner."""
    return httpx.Client(
        base_url=up.api_url,
        headers={"Authorization": f"Bearer {up.token}"},
        timeout=30,
        trust_env=False,
    )


def checked(answer: httpx.Response) -> Any:
    """Return an answer's JSON; `DemoError` with the problem document's own words otherwise."""
    if not answer.is_error:
        return answer.json()
    try:
        detail = answer.json()["detail"]
    except (ValueError, KeyError, TypeError):
        detail = f"{answer.request.url} answered {answer.status_code}: {answer.text}"
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        detail += " (remove a demo on the page, or all of them: make down forget=1)"
    raise DemoError(detail)


def typical_minutes(client: httpx.Client) -> dict[str, float]:
    """Return each component's typical minutes, from the catalog."""
    listed = checked(client.get("/catalog"))["components"]
    return {item["name"]: float(item["typical_minutes"]) for item in listed}


def request_demo(client: httpx.Client, wanted: list[str] | str) -> dict[str, Any]:
    """Request a demo of the wanted components: names, or "all"; it is named by the time."""
    name = f"make demo at {datetime.now().astimezone():%H:%M:%S}"
    body = {"name": name, "components": wanted}
    answer = client.post("/demos", json=body, headers={"Idempotency-Key": str(uuid.uuid4())})
    demo: dict[str, Any] = checked(answer)
    return demo


def follow(
    client: httpx.Client,
    demo: dict[str, Any],
    show: Callable[[Mapping[str, Any]], None],
    give_up_after: float,
) -> dict[str, Any]:
    """Show the demo until it is ready; `DemoError` if it ends otherwise or takes too long."""
    until = time.monotonic() + give_up_after
    while True:
        show(demo)
        if demo["phase"] == "ready":
            return demo
        # Failed provisioning is torn down by the service; the cause is known before it is gone.
        if demo["phase"] in _ENDED_BADLY or (demo["failure"] and demo["phase"] == "deleting"):
            raise DemoError(_failure(demo))
        if time.monotonic() > until:
            raise DemoError(f"still {demo['phase']} ({demo['reason']}); look at .local/emulator")
        time.sleep(_POLL_SECONDS)
        demo = checked(client.get(f"/demos/{demo['demo_id']}"))


def _failure(demo: Mapping[str, Any]) -> str:
    failure = demo.get("failure") or {}
    if not failure:
        return f"demo {demo['demo_id']} ended {demo['phase']}: {demo['reason']}"
    return f"{failure['component']} failed at {failure['resource']}: {failure['reason']}"


def page_link(up: service.Service) -> str:
    """Return the page's address with the local owner as its login hint: one click signs in."""
    return f"{up.api_url}/app#/sign-in/{OWNER}"


def summary(up: service.Service, demo: Mapping[str, Any], local: words.LocalRun) -> str:
    """Return what can be opened, what is not real, and how to look around and stop."""
    links = "\n".join(f"  {title}: {url}" for title, url in demo["links"].items())
    about = "\n".join([local["summary"], *local["details"]])
    return f"""
Demo {demo["demo_id"]} is ready, and its lease ends {demo["expires_at"]}.

The page: {page_link(up)}

{_OPEN if up.instances else _RECORDED}
{links or "  none: these components have no address of their own"}

{about}

Look:
  export API={up.api_url}
  value() {{ python3 -c "import json; print(json.load(open('.local/service.json'))['$1'])"; }}
  export TOKEN=$(value token)
  curl -s -H "Authorization: Bearer $TOKEN" $API/demos/{demo["demo_id"]}
  curl -s -H "Authorization: Bearer $TOKEN" $API/demos/{demo["demo_id"]}/events
  export AWS_ACCESS_KEY_ID=$(value access_key_id)
  export AWS_SECRET_ACCESS_KEY=$(value secret_access_key)
  .venv/bin/aws --endpoint-url {up.emulator_url} --region {up.region} cloudformation list-stacks
Remove this demo:
  curl -s -X DELETE -H "Authorization: Bearer $TOKEN" $API/demos/{demo["demo_id"]}
Stop everything: make down"""


def run(console: Console, wanted: Settings) -> None:
    """Bring the service up, request a demo, follow it, and print the summary."""
    began = time.monotonic()
    console.print("Starting the emulator, packaging and deploying …")
    up = service.up(port=wanted.port, parameters=_PARAMETERS, instances=wanted.instances)
    _say_up(console, up, time.monotonic() - began)
    service.emulator().control.set_pace(wanted.pace)
    with api(up) as client:
        typical = typical_minutes(client)
        demo = request_demo(client, wanted.components)
        give_up_after = _GIVE_UP_AFTER + wanted.pace * sum(typical.values())
        with Progress(console, typical, wanted.pace) as progress:
            demo = follow(client, demo, progress.show, give_up_after)
        local = checked(client.get("/config.json"))["local"]
    console.print(summary(up, demo, local), markup=False, highlight=False, soft_wrap=True)


def _say_up(console: Console, up: service.Service, seconds: float) -> None:
    """Say that the service is there and where its page is, and what differs from the usual."""
    how = "packaged and deployed" if up.packaged else "unchanged since it was packaged"
    free = up.emulator_url.endswith(f":{service.PREFERRED_PORT}") or os.environ.get("DEMO_PORT")
    lines = [
        "" if free else f"Port {service.PREFERRED_PORT} is taken, so it is another one.",
        up.lost,
        f"Service up after {seconds:.1f} s ({how}): {up.api_url}",
        f"Watch on the page, signed in as {OWNER}: {page_link(up)}",
    ]
    console.print("\n".join(filter(None, lines)), markup=False, highlight=False, soft_wrap=True)


def main() -> int:
    """Run, and turn what can go wrong into one sentence and an exit status that is not 0."""
    console = Console()
    try:
        run(console, Settings.read(os.environ))
    except KeyboardInterrupt:
        console.print("Interrupted. What was started goes on; stop it with: make down")
        return _INTERRUPTED
    except (
        DemoError,
        EmulatorError,
        SignInError,
        httpx.HTTPError,
        packaging.PackagingError,
        servers.ServerError,
        service.ServiceError,
    ) as error:
        console.print(f"make demo failed: {error}", style="red", markup=False, soft_wrap=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

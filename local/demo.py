"""What `make demo` runs: the service comes up on this machine and builds a demo.

Settings, all from the environment: DEMO_COMPONENTS (names, by comma; default all),
DEMO_PACE (seconds a typical minute takes; 0 is instant), DEMO_PORT (of the emulator).
Ends with exit status 0 when the demo is ready, and leaves everything running.
"""

import os
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from rich.console import Console

from local import packaging, service
from local.emulator.process import EmulatorError
from local.identity import OWNER
from local.progress import Progress
from local.tokens import SignInError

# The longest way through the eight stacks is 20 typical minutes: half a minute at this pace.
_PACE = 1.5
_LOOK_EVERY = 0.3  # seconds
_GIVE_UP_AFTER = 180.0  # seconds without becoming ready, beyond what the pace asks for
# Demos cost nothing here, so trying this out is not stopped by the quota of three.
_PARAMETERS = {"LimitPerOwner": "20"}
_ENDED_BADLY = ("failed", "deleted", "quarantined")


class DemoError(RuntimeError):
    """The demo did not become ready; the message says why."""


def components() -> list[str] | str:
    """Read DEMO_COMPONENTS; empty means all."""
    named = os.environ.get("DEMO_COMPONENTS", "").replace(",", " ").split()
    return named or "all"


def api(up: service.Service) -> httpx.Client:
    """Open the service's API as its local owner."""
    return httpx.Client(
        base_url=up.api_url,
        headers={"Authorization": f"Bearer {up.token}"},
        timeout=30,
        trust_env=False,
    )


def checked(answer: httpx.Response) -> Any:
    """Give an answer's JSON; `DemoError` with the problem document's own words otherwise."""
    if answer.is_error:
        raise DemoError(
            f"{answer.request.method} {answer.request.url} answered "
            f"{answer.status_code}: {answer.text}"
        )
    return answer.json()


def typical_minutes(client: httpx.Client) -> dict[str, float]:
    """Ask the catalog how long each component typically takes, in minutes."""
    listed = checked(client.get("/catalog"))["components"]
    return {item["name"]: float(item["typical_minutes"]) for item in listed}


def request_demo(client: httpx.Client, wanted: list[str] | str) -> dict[str, Any]:
    """Ask for a demo of the wanted components: names, or "all"."""
    body = {"name": "make demo", "components": wanted}
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
        time.sleep(_LOOK_EVERY)
        demo = checked(client.get(f"/demos/{demo['demo_id']}"))


def _failure(demo: Mapping[str, Any]) -> str:
    failure = demo.get("failure") or {}
    if not failure:
        return f"demo {demo['demo_id']} ended {demo['phase']}: {demo['reason']}"
    return f"{failure['component']} failed at {failure['resource']}: {failure['reason']}"


def page_link(up: service.Service) -> str:
    """Return the page's address with the local owner as its login hint: one click signs in."""
    return f"{up.api_url}/app#/sign-in/{OWNER}"


def farewell(up: service.Service, demo: Mapping[str, Any]) -> str:
    """Say what there is to open, what is not real, and how to look and stop."""
    links = "\n".join(f"  {title}: {url}" for title, url in demo["links"].items())
    return f"""
Demo {demo["demo_id"]} is ready, and its lease ends {demo["expires_at"]}.

Open the page, signed in as {OWNER} by the local identity provider:
  {page_link(up)}

Links it would have on AWS (recorded here; no machine is behind them, they do not open):
{links or "  none: these components have no address of their own"}

Really running on this machine: the API, every Lambda function with its own role's rights
enforced, the state machine, table, stream, schedule and events, as one CloudFormation stack.
Recorded, and not emulated: instances, containers, load balancer traffic, the database server
and Elastic Beanstalk. User data does not run. Time is scaled; nothing costs anything.

Look:
  export API={up.api_url}
  export TOKEN=$(python3 -c "import json; print(json.load(open('.local/service.json'))['token'])")
  curl -s -H "Authorization: Bearer $TOKEN" $API/demos/{demo["demo_id"]}
  curl -s -H "Authorization: Bearer $TOKEN" $API/demos/{demo["demo_id"]}/events
  aws --endpoint-url {up.emulator_url} --region {up.region} cloudformation list-stacks
  (any access key will do; the emulator takes test/test)
Remove this demo:
  curl -s -X DELETE -H "Authorization: Bearer $TOKEN" $API/demos/{demo["demo_id"]}
Stop everything: make down"""


def run(console: Console) -> None:
    """Bring the service up, ask for a demo, follow it, and say goodbye."""
    pace = float(os.environ.get("DEMO_PACE", _PACE))
    began = time.monotonic()
    console.print("Starting the emulator, packaging and deploying …")
    up = service.up(parameters=_PARAMETERS)
    how = "packaged and deployed" if up.packaged else "unchanged since it was packaged"
    console.print(f"Service up after {time.monotonic() - began:.1f} s ({how}): {up.api_url}")
    service.emulator().control.set_pace(pace)
    with api(up) as client:
        typical = typical_minutes(client)
        demo = request_demo(client, components())
        give_up_after = _GIVE_UP_AFTER + pace * sum(typical.values())
        with Progress(console, typical, pace) as progress:
            demo = follow(client, demo, progress.show, give_up_after)
    console.print(farewell(up, demo), markup=False, highlight=False, soft_wrap=True)


def main() -> int:
    """Run, and turn what can go wrong into one sentence and exit status 1."""
    console = Console()
    try:
        run(console)
    except (
        DemoError,
        EmulatorError,
        SignInError,
        httpx.HTTPError,
        packaging.PackagingError,
        service.ServiceError,
    ) as error:
        console.print(f"make demo failed: {error}", style="red", markup=False, soft_wrap=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

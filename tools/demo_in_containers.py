"""Make a demo on one machine whose ECS and Beanstalk run in containers, and see what is left.

Part of `make image-test`: the demo's containers are built and run by the instances' own user data,
with an engine that the environment names (`CONTAINERS_CONF` and the like).
"""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from local import demo, service, words
from local.instances.docker_arguments import LABEL
from tools.packaging import ROOT

_COMPONENTS = ("ecs", "eb")
_GIVE_UP = 300.0  # seconds
_POLL_SECONDS = 0.3
_INSPECT = ("container", "inspect", "--format")
_USED = "run in containers of this machine's podman"


class ContainersError(Exception):
    """A demo's containers are not what they should be."""


def check(state: Path, podman: Callable[..., str]) -> None:
    """Make a demo, open its links, delete it, and kill the emulator under another.

    `ContainersError` names what is wrong.
    """
    images = _images(podman)
    try:
        up = service.up(state, build_folder=ROOT / ".local" / "package" / "local", instances=True)
        service.emulator(state).control.set_pace(0)
        with demo.api(up) as client:
            _live(client, podman)
            _ready(client, "ecs")
        _expect("containers before a crash", 1, len(_containers(podman)))
        os.kill(up.emulator_pid, signal.SIGKILL)
    finally:
        service.down(state)
    _expect("containers after the end", [], _containers(podman))
    _expect("images after the end", images, _images(podman))


def _ready(client: httpx.Client, *components: str) -> dict[str, Any]:
    made = demo.request_demo(client, list(components))
    return demo.follow(client, made, lambda _: None, _GIVE_UP)


def _live(client: httpx.Client, podman: Callable[..., str]) -> None:
    ready = _ready(client, *_COMPONENTS)
    local: words.LocalRun = demo.checked(client.get("/config.json"))["local"]
    if not any(_USED in sentence for sentence in local["details"]):
        raise ContainersError(f"podman was not used: {local['details']}")
    for title in ("Container service", "Elastic Beanstalk"):
        _check_link(ready["links"][title], str(ready["demo_id"]), ready["region"])
    names = _containers(podman)
    _expect("containers while the demo lives", len(_COMPONENTS), len(names))
    (task,) = (name for name in names if "-ecs-" in name)
    bounds = "{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.Memory}} {{.Config.User}}"
    _expect("the task's bounds", f"true {128 * 2**20} www-data", podman(*_INSPECT, bounds, task))
    path = f"/demos/{ready['demo_id']}"
    client.delete(path).raise_for_status()
    _wait_for(f"{path} to be deleted", lambda: _phase(client, path) == "deleted")
    _expect("containers after the demo's", [], _containers(podman))


def _check_link(link: str, demo_id: str, region: str) -> None:
    """Read the page, and what the instance tells it of the demo."""
    page = _get(link)
    _expect(
        f"what serves {link}",
        (200, "Apache", True, True),
        (page.status_code, page.headers.get("server"), demo_id in page.text, region in page.text),
    )
    _wait_for(f"{link} to describe the demo", lambda: demo_id in _get(link, "/demo.json").text)


def _get(link: str, path: str = "/") -> httpx.Response:
    """Ask the load balancer behind a link, whose name only a browser resolves to this machine."""
    url = httpx.URL(link)
    here = url.copy_with(host="127.0.0.1", path=path)
    return httpx.get(here, headers={"Host": url.netloc.decode()}, trust_env=False)


def _phase(client: httpx.Client, path: str) -> str:
    return str(demo.checked(client.get(path))["phase"])


def _wait_for(what: str, happened: Callable[[], bool]) -> None:
    until = time.monotonic() + _GIVE_UP
    while not happened():
        if time.monotonic() > until:
            raise ContainersError(f"waited in vain for {what}")
        time.sleep(_POLL_SECONDS)


def _containers(podman: Callable[..., str]) -> list[str]:
    return podman("ps", "--all", "--format={{.Names}}", f"--filter=label={LABEL}").split()


def _images(podman: Callable[..., str]) -> list[str]:
    return sorted(set(podman("images", "--all", "--quiet").split()))


def _expect(what: str, expected: Any, found: Any) -> None:
    if expected != found:
        raise ContainersError(f"{what}: {found!r}, and not {expected!r}")

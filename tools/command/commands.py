"""What each command does with the API."""

from __future__ import annotations

import argparse
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from . import bodies, choose, words
from .api import Api
from .clock import Clock
from .failures import CommandError, Interrupted, TryAgain, WrongUsage
from .output import Output
from .waiting import Wait


@dataclass(frozen=True, slots=True)
class Run:
    """One command under way; `ask` puts a question to who sits at a terminal, None: nobody."""

    options: argparse.Namespace
    api: Api
    output: Output
    clock: Clock
    ask: Callable[[str], bool | None]

    @property
    def demo(self) -> str:
        """The path of the demo that is meant."""
        return f"/demos/{choose.demo_id(self.api, self.options.demo)}"

    def show(self, demo: Mapping[str, Any]) -> None:
        """Print a demo."""
        self.output.result(demo, words.demo_lines(demo, self.clock.now()))

    def settle(self, demo: Mapping[str, Any], goal: str) -> None:
        """Print a demo that is to come to a phase; first wait for that where it is wanted."""
        if self.options.wait:
            demo = self.wait(str(demo["demo_id"]), goal)
        self.show(demo)

    def wait(self, demo_id: str, goal: str) -> Mapping[str, Any]:
        """Return a demo once it is in a phase."""
        wait = Wait(
            api=self.api,
            output=self.output,
            clock=self.clock,
            demo_id=demo_id,
            goal=goal,
            patience=self.options.timeout,
        )
        return wait.follow()


def create(run: Run) -> None:
    """Request a demo; however often that must be said, it is one."""
    key = run.options.key or str(uuid.uuid4())
    body = bodies.demo_request(run.options)
    with _key_is_told(key):
        demo = run.api.call("POST", "/demos", body=body, key=key)
    run.settle(demo, "ready")


@contextmanager
def _key_is_told(key: str) -> Iterator[None]:
    """Say how to ask again without a second demo, where it is not known whether there is one."""
    again = f"whether the demo was requested is not known; the same again asks once: --key {key}"
    try:
        yield
    except KeyboardInterrupt as error:
        raise Interrupted(f"Interrupted: {again}") from error
    except TryAgain as error:
        raise CommandError(
            *error.lines, *([again] if error.done else []), body=error.body
        ) from error


def plan(run: Run) -> None:
    """Say what a request would make."""
    body = run.api.call("POST", "/plan", body=bodies.demo_request(run.options))
    run.output.result(body, words.plan_lines(body, run.clock.now()))


def components(run: Run) -> None:
    """List the catalog."""
    body = run.api.call("GET", "/catalog")
    run.output.result(body, words.catalog_lines(body))


def list_(run: Run) -> None:
    """List the caller's demos."""
    live = {} if run.options.all else {"phase": "live"}
    body = choose.listed(run.api, mine="true", **live)
    run.output.result(body, words.list_lines(body["demos"], run.clock.now()))


def show(run: Run) -> None:
    """Show a demo."""
    run.show(run.api.call("GET", run.demo))


def links(run: Run) -> None:
    """Print a demo's links; that there are none yet is no result."""
    demo = run.api.call("GET", run.demo)
    if not demo["links"]:
        run.output.note(f"{demo['name']} has nothing to open: {words.label(demo['phase'])}")
    run.output.result(demo, words.link_lines(demo))


def wait(run: Run) -> None:
    """Wait for a demo."""
    run.show(run.wait(choose.demo_id(run.api, run.options.demo), run.options.phase))


def extend(run: Run) -> None:
    """Move the end of a lease to a moment, so that a repetition moves it no further."""
    path = run.demo
    end = bodies.new_end(run.options, run.api.call("GET", path))
    run.show(run.api.call("PATCH", f"{path}/lease", body=end))


def pause(run: Run) -> None:
    """Pause a demo."""
    run.settle(run.api.call("PATCH", run.demo, body={"desired_state": "paused"}), "paused")


def resume(run: Run) -> None:
    """Resume a paused demo."""
    run.settle(run.api.call("PATCH", run.demo, body={"desired_state": "running"}), "ready")


def share(run: Run) -> None:
    """Make a prospect's link: each call makes another, so no lost answer repeats it."""
    path, body = f"{run.demo}/shares", bodies.share_request(run.options)
    made = run.api.call("POST", path, body=body, once=True)
    run.output.result(made, [f"{run.api.url}/{made['url']}"])


def delete(run: Run) -> None:
    """Delete a demo, after a question where somebody can answer one; else it must be named."""
    path = run.demo
    demo = run.api.call("GET", path)
    which = f"{demo['name']} ({demo['demo_id']})"
    agreed = run.options.yes or run.ask(f"Delete {which}? [y/N] ")
    if agreed is None and not run.options.demo:
        raise WrongUsage(f"nobody can be asked here: to delete {which}, name it or give --yes")
    if agreed is False:
        raise CommandError("Nothing was deleted.")
    run.settle(run.api.call("DELETE", path), "deleted")


COMMANDS: Final[Mapping[str, Callable[[Run], None]]] = {
    "create": create,
    "plan": plan,
    "components": components,
    "list": list_,
    "show": show,
    "links": links,
    "wait": wait,
    "extend": extend,
    "pause": pause,
    "resume": resume,
    "share": share,
    "delete": delete,
}
"""Those that call the API; `login` and `logout` are the program's."""

"""Shows a demo coming up: a live table on a terminal, plain lines on change elsewhere."""

import time
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

_COLOURS = {
    "pending": "dim",
    "creating": "yellow",
    "ready": "green",
    "failed": "bold red",
    "deleting": "magenta",
    "delete_failed": "bold red",
    "deleted": "dim",
}


def seconds(stack: Mapping[str, Any], now: float) -> float:
    """Count the seconds a stack has taken, or took; 0 before it starts."""
    started, finished = stack.get("started_at"), stack.get("finished_at")
    if not started:
        return 0.0
    end = datetime.fromisoformat(finished).timestamp() if finished else now
    return max(0.0, end - datetime.fromisoformat(started).timestamp())


class Progress(ExitStack):
    """The stacks of one demo on a console, from `show` to `show`.

    `typical` is minutes by component, `pace` the seconds one of them takes here.
    """

    def __init__(self, console: Console, typical: Mapping[str, float], pace: float) -> None:
        """Take the terminal's lines; the last table stays on it."""
        super().__init__()
        self._console = console
        self._typical = typical
        self._pace = pace
        self._live: Live | None = None
        if console.is_terminal:
            self._live = self.enter_context(Live(console=console, auto_refresh=False))
        self._printed: dict[str, str] = {}
        self._began = time.time()

    def show(self, demo: Mapping[str, Any]) -> None:
        """Draw a demo as the service describes it."""
        if self._live:
            self._live.update(self._table(demo), refresh=True)
        else:
            self._print_changes(demo)

    def _print_changes(self, demo: Mapping[str, Any]) -> None:
        states = {"demo": str(demo["phase"])}
        states |= {stack["name"]: stack["status"] for stack in demo["components"]}
        for name, state in states.items():
            if self._printed.get(name) != state:
                self._printed[name] = state
                self._console.print(f"{time.time() - self._began:6.1f} s  {name:10} {state}")

    def _table(self, demo: Mapping[str, Any]) -> Table:
        table = Table(title=f"Demo {demo['demo_id']}: {demo['phase']}", title_justify="left")
        for heading in ("component", "state", "", "took", "on AWS"):
            table.add_column(heading, justify="right" if heading == "took" else "left")
        for stack in demo["components"]:
            table.add_row(*self._row(stack))
        return table

    def _row(self, stack: Mapping[str, Any]) -> tuple[Any, ...]:
        name, state = stack["name"], stack["status"]
        took = seconds(stack, time.time())
        minutes = self._typical.get(name, 0.0)
        whole = minutes * self._pace
        share = 1.0 if state == "ready" else min(0.99, took / whole if whole else 0.0)
        return (
            name,
            Text(state, _COLOURS.get(state, "")),
            ProgressBar(total=1.0, completed=share, width=30),
            f"{took:.1f} s" if took else "",
            f"about {minutes:g} min" if minutes else "seconds",
        )

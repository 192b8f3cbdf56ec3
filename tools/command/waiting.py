"""Waits for a demo, and tells a person what changes meanwhile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from .api import Api
from .clock import Clock
from .failures import Interrupted, TimedOut, TryAgain
from .goals import reached
from .output import Output
from .spans import in_words
from .words import place, waits

_FIRST_PAUSE: Final = 0.3
_LONGEST_PAUSE: Final = 5.0
_SLOWER: Final = 1.3
_PATIENCE: Final = timedelta(hours=1)
_UNTIL_IT_STARTS: Final = 60.0
_COLOURS: Final = {
    "ready": "green",
    "failed": "red",
    "delete_failed": "red",
    "creating": "yellow",
    "deleting": "magenta",
    "deleted": "dim",
}


@dataclass(slots=True)
class Progress:
    """The lines of one wait: the demo and each of its components, whenever one changes."""

    output: Output
    clock: Clock
    began: float
    shown: dict[str, str] = field(default_factory=dict)

    def show(self, demo: Mapping[str, Any]) -> None:
        """Print what has changed since the last look; of the first, only where the demo is."""
        first = not self.shown
        for each in demo["components"]:
            name, status = each["name"], each["status"]
            if not first and self.shown.get(name) != status:
                self._line(name, status.replace("_", " "), _COLOURS.get(status, ""))
            self.shown[name] = status
        if self.shown.get("") != place(demo):
            self._line("demo", place(demo), "")
        self.shown[""] = place(demo)

    def _line(self, name: str, word: str, colour: str) -> None:
        minutes, seconds = divmod(int(self.clock.elapsed() - self.began), 60)
        self.output.state(f"{minutes:3}:{seconds:02}  {name:<9} ", word, colour)


@dataclass(slots=True, kw_only=True)
class Wait:
    """A wait for one demo to be in the phase `goal`, for at most `patience` from now.

    Without one it is an hour, from its start for a demo for later.
    """

    api: Api
    output: Output
    clock: Clock
    demo_id: str
    goal: str
    patience: timedelta | None

    def follow(self) -> Mapping[str, Any]:
        """Return the demo once it is there; raise where it will not be, is late, or by Ctrl-C."""
        began = self.clock.elapsed()
        progress = Progress(self.output, self.clock, began)
        looks = self._looks(began + (self.patience or _PATIENCE).total_seconds())
        try:
            while True:
                demo = next(looks)
                progress.show(demo)
                if reached(demo, self.goal):
                    return demo
        except KeyboardInterrupt as error:
            message = f"Interrupted. Demo {self.demo_id} goes on; to wait again: {self._again}"
            raise Interrupted(message) from error

    def _looks(self, until: float) -> Iterator[Mapping[str, Any]]:
        """Yield the demo now and again, at last when the time is up; an outage is told once."""
        pause, longest, trouble = _FIRST_PAUSE, _LONGEST_PAUSE, ""
        while True:
            body, looked = None, self.clock.elapsed()
            try:
                body = self.api.look(f"/demos/{self.demo_id}")
                trouble = ""
                yield body
                longest = _UNTIL_IT_STARTS if waits(body) else _LONGEST_PAUSE
                until = max(until, self._end(body))
            except TryAgain as error:
                if error.lines[0] != trouble:
                    self.output.note(f"{error.lines[0]}; still waiting")
                trouble = error.lines[0]
            if (left := until - looked) <= 0:
                raise self._late(body)
            self.clock.pause(min(pause, left))
            pause = min(pause * _SLOWER, longest)

    def _end(self, demo: Mapping[str, Any]) -> float:
        """Return when the usual patience ends, from a demo's start; 0 where that counts not."""
        if self.patience or not waits(demo):
            return 0.0
        starts_in = datetime.fromisoformat(demo["starts_at"]) - self.clock.now()
        return self.clock.elapsed() + (starts_in + _PATIENCE).total_seconds()

    def _late(self, body: Mapping[str, Any] | None) -> TimedOut:
        late = f"{self.demo_id} is not {self.goal} after {in_words(self.patience or _PATIENCE)}"
        return TimedOut(f"{late}; it goes on. To wait again: {self._again}", body=body)

    @property
    def _again(self) -> str:
        return f"demo wait {self.demo_id}" + (
            f" --for {self.goal}" if self.goal != "ready" else ""
        )

"""What a person reads, and what a program reads: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TextIO

_COLOURS: Final = {"red": "31", "green": "32", "yellow": "33", "magenta": "35", "dim": "2"}


@dataclass(frozen=True, slots=True)
class Output:
    """Where the command writes; `as_json` keeps stdout for the API's own answers."""

    out: TextIO
    err: TextIO
    as_json: bool
    colours: bool

    def result(self, body: Mapping[str, Any] | None, lines: Iterable[str] = ()) -> None:
        """Print a result: the API's answer as JSON, or its lines."""
        if not self.as_json:
            for line in lines:
                print(plain(line), file=self.out)
        elif body is not None:
            print(json.dumps(body, indent=2), file=self.out, flush=True)

    def note(self, line: str) -> None:
        """Tell a person something that is no result."""
        print(plain(line), file=self.err, flush=True)

    def state(self, before: str, word: str, colour: str) -> None:
        """Tell a person where something is, the word in a colour where there are any."""
        shown = plain(word)
        if self.colours and colour:
            shown = f"\x1b[{_COLOURS[colour]}m{shown}\x1b[0m"
        print(f"{plain(before)}{shown}", file=self.err, flush=True)


def wants_colours(err: TextIO, environment: Mapping[str, str]) -> bool:
    """Whether stderr is a terminal whose person does not refuse colours (no-color.org)."""
    refused = environment.get("NO_COLOR") or environment.get("TERM") == "dumb"
    return err.isatty() and not refused


def plain(text: str) -> str:
    """Return a text without what would steer a terminal: answers may come from any host."""
    return "".join(c if c.isprintable() else " " for c in text)

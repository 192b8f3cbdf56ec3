"""What ends the command without success: its exit status, and its lines for a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

_OPTIONS: Final = {
    "allowed_cidr": "--from",
    "Idempotency-Key": "--key",
    "expires_at": "--for or --until",
    "expires_hours": "--for",
    "keep_on_failure": "--keep-on-failure",
    "label": "--label",
    "name": "--name",
    "note": "--note",
    "parameters": "--parameter",
    "ready_by": "--ready-by",
    "region": "--region",
    "ttl_hours": "--for",
}
"""The option by which each field of the API is given."""


class CommandError(Exception):
    """Something that ends the command; `body` is the API's own answer where there is one."""

    status: ClassVar[int] = 1

    def __init__(self, *lines: str, body: Mapping[str, Any] | None = None) -> None:
        super().__init__(*lines)
        self.lines: Sequence[str] = lines
        self.body = body


class WrongUsage(CommandError):
    """What was typed can mean nothing, or it is not known which service is meant."""

    status = 2


class TimedOut(CommandError):
    """What was waited for did not come in time."""

    status = 3


class NotSignedIn(CommandError):
    """There is no token for the service, or it takes the token no more."""

    status = 4


class Interrupted(CommandError):
    """A person pressed Ctrl-C; the lines say what goes on."""

    status = 130


class Refused(CommandError):
    """The API refused, with a problem document (RFC 9457)."""

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(*problem_lines(problem), body=problem)


class TryAgain(CommandError):
    """A moment's trouble; `after` is in how many seconds to come again, `done` what may be done.

    `done` says whether the request may have been carried out all the same.
    """

    def __init__(
        self,
        *lines: str,
        after: float = 0.0,
        done: bool = True,
        body: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(*lines, body=body)
        self.after = after
        self.done = done


def problem_lines(problem: Mapping[str, Any]) -> list[str]:
    """Return a problem document as lines: one for each field that is wrong."""
    if errors := problem.get("errors"):
        return [f"{_named(str(e['field']))}: {e['message']}" for e in errors]
    return [str(problem["detail"])]


def _named(field: str) -> str:
    option = _OPTIONS.get(field.partition(".")[0])
    return f"{field} ({option})" if option else field

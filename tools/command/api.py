"""The HTTP API, called so that nothing is done twice and no passing trouble stops anybody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import httpx

from .answers import body_of
from .failures import NotSignedIn, TryAgain

TIMEOUT: Final = 35.0
"""Seconds; the service answers within 29."""
_PAUSES: Final = (0.5, 1.0, 2.0)
"""Seconds between attempts, at least."""


class Session(Protocol):
    """Who calls."""

    @property
    def hint(self) -> str:
        """What to do when the service takes the token no more."""

    def token(self) -> str:
        """Return a token that is good now; raise NotSignedIn without one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request of the API; `once` is one that a repetition would carry out again."""

    method: str
    path: str
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    once: bool = False
    public: bool = False


@dataclass(frozen=True, slots=True)
class Api:
    """One service, as one person calls it."""

    url: str
    session: Session
    client: httpx.Client
    pause: Callable[[float], None]
    note: Callable[[str], None]

    def call(self, method: str, path: str, **more: Any) -> Mapping[str, Any]:
        """Return the answer's body; a moment's trouble is waited out, with the same key."""
        call = Call(method=method, path=path, **more)
        for pause in _PAUSES:
            try:
                return self._attempt(call)
            except TryAgain as trouble:
                if call.once and trouble.done:
                    raise
                self.note(f"{trouble.lines[0]}; trying again")
                self.pause(max(pause, trouble.after))
        return self._attempt(call)

    def look(self, path: str) -> Mapping[str, Any]:
        """Return what a path answers now; raise TryAgain for a moment's trouble."""
        return self._attempt(Call(method="GET", path=path))

    def _attempt(self, call: Call) -> Mapping[str, Any]:
        headers = {} if call.public else {"Authorization": f"Bearer {self.session.token()}"}
        if call.key:
            headers["Idempotency-Key"] = call.key
        try:
            answer = self.client.request(
                call.method,
                f"{self.url}{call.path}",
                json=call.body,
                params=call.query,
                headers={"Content-Type": "application/json", **headers},
            )
        except httpx.RequestError as error:
            raise no_answer(self.url, error) from error
        try:
            return body_of(answer, keyed=bool(call.key))
        except NotSignedIn as refused:
            raise NotSignedIn(*refused.lines, self.session.hint, body=refused.body) from refused


def no_answer(url: str, error: httpx.RequestError) -> TryAgain:
    """Return the trouble that nothing answered; what never connected did nothing."""
    never = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
    return TryAgain(f"no answer from {url}: {error or type(error).__name__}", done=not never)

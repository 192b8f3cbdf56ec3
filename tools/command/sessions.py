"""Who calls: by a token as it is given, by a sign-in that renews itself, or nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import httpx

from . import oauth, sign_ins
from .failures import NotSignedIn
from .sign_ins import SignIn

_MARGIN: Final = 60.0
"""Seconds before its end at which a token is renewed."""
_AGAIN: Final = "sign in again with: demo login"


@dataclass(frozen=True, slots=True)
class Given:
    """A token as it was given; an empty one is nobody's."""

    _token: str
    hint: str

    def token(self) -> str:
        """Return the token; raise NotSignedIn without one."""
        if not self._token:
            raise NotSignedIn(self.hint)
        return self._token


@dataclass(slots=True)
class SignedIn:
    """A sign-in that is kept in a file, and renewed there."""

    kept: SignIn
    file: Path
    client: httpx.Client
    now: Callable[[], float]
    hint: str = field(default=_AGAIN, init=False)

    def token(self) -> str:
        """Return a token that is good now, renewed if it must be; raise NotSignedIn."""
        if self.kept.expires - _MARGIN <= self.now():
            self._renew()
        return self.kept.id_token

    def _renew(self) -> None:
        if not self.kept.refresh_token:
            if self.kept.expires > self.now():
                return
            raise NotSignedIn(f"your sign-in has ended: {_AGAIN}")
        try:
            answer = oauth.grant(
                self.client,
                self.kept.token_endpoint,
                self.kept.client_id,
                grant_type="refresh_token",
                refresh_token=self.kept.refresh_token,
            )
        except oauth.GrantRefused as error:
            raise NotSignedIn(f"your sign-in was not renewed: {error.lines[0]}", _AGAIN) from error
        if "id_token" not in answer:  # OpenID Connect Core 1.0, 12.2: it might not be there
            raise NotSignedIn(f"your sign-in has ended, and its issuer renews none: {_AGAIN}")
        self.kept = _renewed(self.kept, answer)
        sign_ins.write(self.file, self.kept)


def _renewed(kept: SignIn, answer: Mapping[str, Any]) -> SignIn:
    token = str(answer["id_token"])
    return replace(
        kept,
        id_token=token,
        refresh_token=str(answer.get("refresh_token", kept.refresh_token)),
        expires=float(oauth.claims(token).get("exp", 0)),
    )

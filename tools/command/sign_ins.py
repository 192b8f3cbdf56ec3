"""The sign-in that `demo login` keeps: one, of one service, in a file of this user's."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from . import private
from .failures import NotSignedIn


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A token for one service, and what it takes to get the next; `expires` as Unix time."""

    api: str
    issuer: str
    client_id: str
    token_endpoint: str
    revocation_endpoint: str
    id_token: str
    refresh_token: str
    expires: float


def file_of(environment: Mapping[str, str]) -> Path:
    """Return where the sign-in is kept (XDG Base Directory Specification)."""
    named = environment.get("XDG_CONFIG_HOME", "")
    home = Path(environment.get("HOME") or os.path.expanduser("~"))  # noqa: PTH111 - any user's
    folder = Path(named) if Path(named).is_absolute() else home / ".config"
    return folder / "stelligent-demo" / "sign-in.json"


def read(file: Path) -> SignIn | None:
    """Return the sign-in that is kept, if one is; raise NotSignedIn for one that is not whole."""
    found = private.read(file)
    if found is None:
        return None
    try:
        return SignIn(**{each.name: found[each.name] for each in fields(SignIn)})
    except KeyError as error:
        raise NotSignedIn(f"{file} is another version's: remove it and sign in again") from error


def write(file: Path, sign_in: SignIn) -> None:
    """Keep a sign-in, in place of what was kept."""
    private.write(file, asdict(sign_in))

"""Files with tokens in them: for this user alone, and not used if others can read them."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from .failures import NotSignedIn

_OTHERS: Final = 0o077


def read(file: Path) -> Mapping[str, Any] | None:
    """Return what a file holds, None where there is none; raise NotSignedIn for an unsafe one."""
    try:
        with file.open(encoding="utf-8") as opened:
            _check(file, os.fstat(opened.fileno()))
            found = json.load(opened)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise NotSignedIn(f"{file} cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise NotSignedIn(f"{file} cannot be read: it holds no JSON object")
    return found


def write(file: Path, content: Mapping[str, Any]) -> None:
    """Write a file all at once, with mode 0600 in a folder of mode 0700."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partly = file.with_suffix(f".{os.getpid()}")
    made = os.open(partly, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(made, "w", encoding="utf-8") as opened:
        json.dump(content, opened, indent=2)
    partly.replace(file)


def _check(file: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise NotSignedIn(f"{file} is another user's, so the token in it is not used")
    mode = stat.S_IMODE(found.st_mode)
    if mode & _OTHERS:
        raise NotSignedIn(
            f"{file} is open to others (mode {mode:04o}, not 0600), so the token in it is not "
            f"used: run chmod 600 {file}, or remove it and sign in again"
        )

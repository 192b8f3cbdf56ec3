"""Which service is meant, and by which token it is called.

An address comes from the first of: --api, DEMO_API, the sign-in of `demo login`, and the
.local/service.json that `make demo` wrote in this folder. A kept token goes to the service that it
is for and to no other. DEMO_TOKEN goes where a person said; what lies in a folder says nothing
about it, as a folder may be anybody's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import oauth, private, sign_ins
from .failures import WrongUsage
from .sign_ins import SignIn

LOCAL: Final = Path(".local") / "service.json"
_NOWHERE: Final = (
    "which service? name it with --api or DEMO_API, sign in with `demo login --api ADDRESS`, "
    "or be in a folder where `make demo` runs one"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A service's address, with a token for it: as it is, or a sign-in; `hint`: how to get one."""

    api: str
    token: str = ""
    sign_in: SignIn | None = None
    hint: str = ""


def place(flag: str, environment: Mapping[str, str], folder: Path) -> Place:
    """Return the service that is meant; raise WrongUsage where none is."""
    named = flag or environment.get("DEMO_API", "")
    token = environment.get("DEMO_TOKEN", "")
    if named and token:
        return _by_variable(address(named), token)
    kept = sign_ins.read(sign_ins.file_of(environment))
    if token:
        if kept is None:
            raise WrongUsage(
                "DEMO_TOKEN is set: say with --api or DEMO_API which service it is for"
            )
        return _by_variable(kept.api, token)
    if kept and address(named or kept.api) == kept.api:
        return Place(api=kept.api, sign_in=kept)
    local = _local(folder)
    if local and address(named or local.api) == local.api:
        return local
    if not named:
        raise WrongUsage(_NOWHERE)
    hint = f"not signed in to {address(named)}: run `demo login --api {named}`, or set DEMO_TOKEN"
    return Place(api=address(named), hint=hint)


def address(text: str) -> str:
    """Return a service's address as it is compared; raise WrongUsage for one that cannot be."""
    if not oauth.is_safe(text) or set(text) & set("?#@ "):
        raise WrongUsage(
            f"{text!r} is no address of a service: it begins with https, or is this machine's own"
        )
    return text.rstrip("/")


def _by_variable(api: str, token: str) -> Place:
    return Place(api=api, token=token, hint="DEMO_TOKEN needs another token, or run `demo login`")


def _local(folder: Path) -> Place | None:
    """Return what `make demo` runs here: on this machine, or it is not believed."""
    found = private.read(folder / LOCAL)
    if found is None:
        return None
    api, token = str(found.get("api_url", "")), str(found.get("token", ""))
    if not (oauth.is_safe(api) and oauth.is_this_machine(api)):
        raise WrongUsage(f"{folder / LOCAL} names {api!r}, which is not on this machine")
    return Place(api=address(api), token=token, hint="run `make demo` again for another token")

"""How to sign in to what a component runs: where its template says the secret is, what it holds.

A template names outputs of its own; nothing here knows a component by its name.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from chalicelib.core.errors import Rejected

_PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
_USER, _ADDRESS = "User", "Address"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A template's words for signing in (`Metadata.StelligentDemo.Credentials`).

    `secret` and `address` are outputs: the ARN of a secret of Secrets Manager, a JSON object with
    `username` and `password`, and what to connect to. `command` is a shell command that asks for
    the password; `{User}`, `{Address}` and any output's name in braces stand for their values.
    """

    secret: str
    address: str
    command: str = ""

    def unknown(self, outputs: Iterable[str]) -> tuple[str, ...]:
        """Return what it names and the template has no output for."""
        named = (self.secret, self.address, *_PLACEHOLDER.findall(self.command))
        return tuple(sorted({*named} - {*outputs, _USER, _ADDRESS}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """User and password of what one component runs; kept nowhere."""

    component: str
    user: str
    password: str = field(repr=False)
    address: str
    command: str


def credentials(
    component: str, sign_in: SignIn, outputs: Mapping[str, str], secret: str
) -> Credentials:
    """Return the credentials that a secret's text holds; raise Rejected for any other text."""
    try:
        values = json.loads(secret)
        user, password = str(values["username"]), str(values["password"])
    except (ValueError, TypeError, KeyError):
        # The error's own words could hold a part of the secret.
        message = f"the secret of {component} must hold a JSON object with username and password"
        raise Rejected(message) from None
    address = outputs[sign_in.address]
    known = {**outputs, _USER: user, _ADDRESS: address}
    return Credentials(
        component=component,
        user=user,
        password=password,
        address=address,
        command=_PLACEHOLDER.sub(_quoted(known), sign_in.command),
    )


def _quoted(values: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda found: shlex.quote(values.get(found[1], ""))

"""Sign-in on another device (RFC 8628): a code to type where there is a browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from .failures import CommandError, TimedOut, TryAgain
from .oauth import GrantRefused, Issuer, grant

_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_INTERVAL: Final = 5.0
"""Seconds between questions, where the issuer says nothing; and how many more when it is asked to
slow down (section 3.5)."""


def sign_in(
    issuer: Issuer, tell: Callable[[str], None], pause: Callable[[float], None]
) -> Mapping[str, Any]:
    """Show the code, and ask until somebody has typed it; return the tokens."""
    begun = grant(
        issuer.client,
        issuer.endpoint("device_authorization_endpoint"),
        issuer.client_id,
        scope=issuer.wanted_scopes,
    )
    try:
        code, left = str(begun["device_code"]), float(begun["expires_in"])
        tell(f"Open {begun['verification_uri']} and type: {begun['user_code']}")
    except KeyError as error:
        raise CommandError(f"the issuer's answer lacks {error}") from error
    interval = float(begun.get("interval", _INTERVAL))
    while left > 0:
        pause(interval)
        left -= interval
        try:
            return issuer.grant(grant_type=_GRANT, device_code=code)
        except TryAgain:
            interval *= 2  # section 3.5: on a connection timeout, less often
        except GrantRefused as error:
            if error.code not in ("authorization_pending", "slow_down"):
                raise
            interval += _INTERVAL if error.code == "slow_down" else 0
    raise TimedOut("nobody typed the code in time: run `demo login` again")

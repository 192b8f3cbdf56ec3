"""Where the service was called: its pages lie beside that address."""

from __future__ import annotations

from typing import Final

LONGEST: Final = 300


def own_address(host: str, path: str, route: str) -> str | None:
    """Return the address before a route's own path; None where the request named none of use."""
    # API Gateway speaks https alone; only a local run has no certificate.
    scheme = "http" if host.split(":", maxsplit=1)[0] in ("127.0.0.1", "localhost") else "https"
    address = f"{scheme}://{host}{path.rstrip('/').removesuffix(route)}"
    return address if host and len(address) <= LONGEST else None

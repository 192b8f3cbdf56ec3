"""The bodies of requests, from what was typed."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from .failures import WrongUsage
from .spans import hours


def demo_request(options: argparse.Namespace) -> dict[str, Any]:
    """Return the body of POST /demos and of POST /plan; the service fills in the rest."""
    body = {
        "components": _components(options.components),
        "name": options.name,
        "ttl_hours": hours(options.length) if options.length else None,
        "ready_by": options.ready_by.isoformat() if options.ready_by else None,
        "allowed_cidr": options.blocks,
        "region": options.region,
        "parameters": _parameters(options.parameter) or None,
        "keep_on_failure": options.keep_on_failure or None,
    }
    return _given(body)


def share_request(options: argparse.Namespace) -> dict[str, Any]:
    """Return the body of POST /demos/{id}/shares."""
    length = hours(options.length) if options.length else None
    return _given({"expires_hours": length, "label": options.label, "note": options.note})


def new_end(options: argparse.Namespace, demo: Mapping[str, Any]) -> dict[str, str]:
    """Return the body of PATCH /demos/{id}/lease: a moment, which may be asked for twice."""
    end = options.until or datetime.fromisoformat(demo["expires_at"]) + options.length
    return {"expires_at": end.isoformat()}


def _given(body: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if value is not None}


def _components(names: Sequence[str]) -> list[str] | str:
    return "all" if list(names) == ["all"] else list(names)


def _parameters(pairs: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for pair in pairs:
        key, sign, value = pair.partition("=")
        if not key or not sign:
            raise WrongUsage(f"--parameter {pair}: give it as KEY=VALUE")
        if key in found:
            raise WrongUsage(f"--parameter {key} is given twice")
        found[key] = value
    return found

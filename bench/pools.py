"""What a pool saves: a demo of all eight from a base that waits, over one made from nothing."""

from __future__ import annotations

import json
import statistics
import time
from datetime import datetime
from typing import Any

import httpx

from bench.figures import Figure
from bench.life import PACE, end, until
from local.emulator.process import Emulator

BASE = ("vpc", "sg", "rds", "s3")
_READY = 5
"""Members of the pool that POSTs claim from."""
_TURNS = 8
_SLOW = 2 * PACE
"""Seconds a typical minute: what the emulator itself takes does not scale, and weighs less so."""
_SCHEDULED = {
    "version": "0",
    "id": "bench",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "000000000000",
    "time": "2026-01-05T09:00:00Z",
    "region": "us-east-1",
    "resources": [],
    "detail": {},
}


def measure(api: httpx.Client, aws: Emulator) -> list[Figure]:
    """Time a whole demo with and without a pool, then the answers to POST; `api` is an admin's."""
    return [_life(api, aws), _post(api, aws)]


def _life(api: httpx.Client, aws: Emulator) -> Figure:
    aws.control.set_pace(_SLOW)
    cold = _all_eight(api, claimed=False)
    aws.control.set_pace(0)
    _fill(api, aws, "base", BASE, 1)
    aws.control.set_pace(_SLOW)
    claimed = _all_eight(api, claimed=True)
    aws.control.set_pace(0)
    _empty(api, aws, "base")
    raw = f"{claimed:.1f} s from {', '.join(BASE)}, and {cold:.1f} s from nothing"
    return Figure("time to ready from a pool over cold", claimed / cold, 0.45, raw)


def _post(api: httpx.Client, aws: Emulator) -> Figure:
    aws.control.set_pace(0)
    cold: list[float] = []
    claimed: list[float] = []
    for _ in range(_TURNS):  # so that other load falls on both alike
        cold += [_seconds(api, claimed=False) for _ in range(_READY)]
        _fill(api, aws, "buckets", ("s3",), _READY)
        claimed += [_seconds(api, claimed=True) for _ in range(_READY)]
        _empty(api, aws, "buckets")
    with_it, without = statistics.median(claimed), statistics.median(cold)
    raw = f"medians {with_it:.3f} s and {without:.3f} s of {len(cold)} each"
    return Figure("POST with a claim over POST without", with_it / without, 1.5, raw)


def _all_eight(api: httpx.Client, *, claimed: bool) -> float:
    demo = _ask(api, "all", claimed=claimed)
    ready = until(api, demo["demo_id"], "ready")
    end(api, demo["demo_id"])
    created, done = (datetime.fromisoformat(ready[key]) for key in ("created_at", "ready_at"))
    return (done - created).total_seconds()


def _seconds(api: httpx.Client, *, claimed: bool) -> float:
    began = time.perf_counter()
    demo = _ask(api, ["s3"], claimed=claimed)
    taken = time.perf_counter() - began
    end(api, demo["demo_id"])
    return taken


def _ask(api: httpx.Client, components: Any, *, claimed: bool) -> dict[str, Any]:
    answer = api.post("/demos", json={"components": components}).raise_for_status()
    demo: dict[str, Any] = answer.json()
    if bool(demo["from_pool"]) is not claimed:
        raise RuntimeError(f"{demo['demo_id']} is from the pool {demo['from_pool']}")
    return demo


def _fill(
    api: httpx.Client, aws: Emulator, name: str, components: tuple[str, ...], ready: int
) -> None:
    pool = {"components": components, "ready": ready, "max_unready": ready}
    api.put(f"/pools/{name}", json=pool).raise_for_status()
    _sweep(aws)
    for member in api.get(f"/pools/{name}").raise_for_status().json()["members"]:
        until(api, member["demo_id"], "ready")


def _empty(api: httpx.Client, aws: Emulator, name: str) -> None:
    api.delete(f"/pools/{name}").raise_for_status()
    _sweep(aws)


def _sweep(aws: Emulator) -> None:
    lambdas = aws.client("lambda")
    pages = lambdas.get_paginator("list_functions").paginate()
    names = [f["FunctionName"] for page in pages for f in page["Functions"]]
    sweep = next(name for name in names if "-Sweep-" in name)
    lambdas.invoke(FunctionName=sweep, Payload=json.dumps(_SCHEDULED).encode())

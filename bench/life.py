"""A demo of all eight components, paced: how much longer than its critical path it takes."""

from __future__ import annotations

import statistics
import time
from datetime import datetime
from typing import Any

import httpx

from bench.figures import Figure
from local.emulator.process import Emulator

PACE = 1.5
"""Seconds a typical minute takes: the critical path of the eight takes half a minute."""
_RUNS = 3
_GIVE_UP = 240.0


def measure(api: httpx.Client, aws: Emulator) -> list[Figure]:
    """Warm the functions up once, then time lives; count CloudFormation's calls over one."""
    aws.control.set_pace(0)
    _life(api)
    plan = api.post("/plan", json={"components": "all"}).raise_for_status().json()
    levels = sum(
        1
        for component in plan["steps"]
        if component["critical"] and component["component"] != "bundle"
    )
    critical = plan["typical_minutes"] * PACE
    aws.control.set_pace(PACE)
    aws.control.reset_calls()
    seconds = [_life(api) for _ in range(_RUNS)]
    calls = sum(c.count for c in aws.control.calls("cloudformation") if "-" in c.caller) / _RUNS
    taken = statistics.median(seconds)
    runs = ", ".join(f"{s:.1f}" for s in seconds)
    raw = f"{taken:.1f} s (of {runs}) over a critical path of {critical:.1f} s"
    before = _predecessor(api) * PACE
    stacks = len(plan["steps"]) - 1
    return [
        Figure("time to ready over the critical path", taken / critical, 1.15, raw),
        Figure("seconds above it a level", (taken - critical) / levels, 0.8, f"{levels} levels"),
        Figure("time to ready over the predecessor's order", taken / before, 1, f"{before:.1f} s"),
        Figure("CloudFormation calls a stack", calls / stacks, 5, f"{calls:.0f} for {stacks}"),
    ]


def post_seconds(api: httpx.Client, aws: Emulator) -> list[Figure]:
    """Time the answers to POST, each for a demo that is then deleted."""
    aws.control.set_pace(0)
    seconds = []
    for _ in range(10):
        started = time.perf_counter()
        demo = api.post("/demos", json={"components": ["s3"]}).raise_for_status().json()
        seconds.append(time.perf_counter() - started)
        end(api, demo["demo_id"])
    raw = f"median {statistics.median(seconds):.3f} s, slowest of 10"
    return [Figure("seconds until POST answers", max(seconds), 1, raw)]


def _life(api: httpx.Client) -> float:
    demo = api.post("/demos", json={"components": "all"}).raise_for_status().json()
    ready = until(api, demo["demo_id"], "ready")
    end(api, demo["demo_id"])
    times = (datetime.fromisoformat(ready[key]) for key in ("created_at", "ready_at"))
    created, done = times
    return (done - created).total_seconds()


def end(api: httpx.Client, demo_id: str) -> None:
    """Delete a demo, and wait until it is gone."""
    api.delete(f"/demos/{demo_id}").raise_for_status()
    until(api, demo_id, "deleted")


def until(api: httpx.Client, demo_id: str, phase: str) -> dict[str, Any]:
    """Wait until a demo is in a phase."""
    give_up = time.monotonic() + _GIVE_UP
    while True:
        demo: dict[str, Any] = api.get(f"/demos/{demo_id}").raise_for_status().json()
        if demo["phase"] == phase:
            return demo
        if time.monotonic() > give_up or demo["phase"] in ("failed", "quarantined"):
            raise RuntimeError(f"{demo_id} is {demo['phase']}, not {phase}: {demo['reason']}")
        time.sleep(0.5)


def _predecessor(api: httpx.Client) -> float:
    """Return the minutes the predecessor script took: its steps one after another."""
    listed = api.get("/catalog").raise_for_status().json()["components"]
    minutes = {c["name"]: float(c["typical_minutes"]) for c in listed}
    one_by_one = sum(minutes[name] for name in ("vpc", "sg", "rds", "s3"))
    return one_by_one + max(minutes[name] for name in ("ecs", "asg", "jenkins"))

"""What a change costs above CloudFormation's own time: one more address is let in."""

from __future__ import annotations

import statistics
import time
from datetime import datetime
from typing import Any

import httpx

from bench.figures import Figure
from bench.life import PACE, end, until
from chalicelib.core.naming import stack_name
from local.emulator.process import Emulator

_RUNS = 5
_GIVE_UP = 60.0
_CHANGED = "sg"
"""The component that an allowed address is an input of."""


def measure(api: httpx.Client, aws: Emulator) -> list[Figure]:
    """Make a demo of all eight at once, then let addresses in, paced; the first warms up."""
    aws.control.set_pace(0)
    demo = api.post("/demos", json={"components": "all"}).raise_for_status().json()
    demo_id = demo["demo_id"]
    until(api, demo_id, "ready")
    aws.control.set_pace(PACE)
    _let_in(api, aws, demo_id, 0)
    aws.control.reset_calls()
    above = [_let_in(api, aws, demo_id, n) for n in range(1, _RUNS + 1)]
    calls = sum(c.count for c in aws.control.calls("cloudformation") if "-" in c.caller) / _RUNS
    aws.control.set_pace(0)
    end(api, demo_id)
    raw = ", ".join(f"{seconds:.2f}" for seconds in above)
    return [
        Figure("seconds of a change above CloudFormation's", statistics.median(above), 1, raw),
        Figure("CloudFormation calls a change", calls, 4, f"of all eight, {_RUNS} changes"),
    ]


def _let_in(api: httpx.Client, aws: Emulator, demo_id: str, number: int) -> float:
    """Let one more address in; return the seconds from PATCH to ready above the update's own."""
    wanted = [f"203.0.113.{n}/32" for n in range(number + 1)]
    began = time.time()
    api.patch(f"/demos/{demo_id}", json={"allowed_cidr": wanted}).raise_for_status()
    ready = _ready_again(api, demo_id, began)
    return ready - began - _own_seconds(aws, stack_name(demo_id, _CHANGED))


def _ready_again(api: httpx.Client, demo_id: str, began: float) -> float:
    """Return when a demo was ready again, as its timeline has it."""
    while True:
        path = f"/demos/{demo_id}/events?limit=200"
        events = api.get(path).raise_for_status().json()["events"]
        later = [_seconds(e["at"]) for e in events if e["text"].startswith("ready: ")]
        if found := [moment for moment in later if moment > began]:
            return found[0]
        if time.time() > began + _GIVE_UP:
            raise RuntimeError(f"{demo_id} never was ready again")
        time.sleep(0.2)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).timestamp()


def _own_seconds(aws: Emulator, stack: str) -> float:
    """Return how long the stack's last update took, by its own events."""
    pages = aws.client("cloudformation").get_paginator("describe_stack_events")
    entries: list[dict[str, Any]] = [
        event for page in pages.paginate(StackName=stack) for event in page["StackEvents"]
    ]
    moments = {
        status: max(
            e["Timestamp"].timestamp()
            for e in entries
            if e["LogicalResourceId"] == stack and e["ResourceStatus"] == status
        )
        for status in ("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE")
    }
    return float(moments["UPDATE_COMPLETE"] - moments["UPDATE_IN_PROGRESS"])

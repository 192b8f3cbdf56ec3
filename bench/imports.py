"""What a cold start of the API function imports, against Chalice with boto3 alone."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time

from bench.figures import Figure
from tools.packaging import ROOT

_BASE = "import chalice, boto3"
_API = "import app"
_ROUNDS = 9


def measure() -> list[Figure]:
    """Import each in fresh interpreters by turns, so that other load falls on both alike."""
    for code in (_BASE, _API):
        _seconds(code)  # the bytecode is compiled and the files are in memory
    pairs = [(_seconds(_BASE), _seconds(_API)) for _ in range(_ROUNDS)]
    base, api = (statistics.median(column) for column in zip(*pairs, strict=True))
    raw = f"{api:.3f} s over {base:.3f} s, median of {_ROUNDS}"
    return [Figure("API function's imports over Chalice with boto3", api / base, 1.6, raw)]


def _seconds(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    return time.perf_counter() - started

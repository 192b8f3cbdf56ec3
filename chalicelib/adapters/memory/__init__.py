"""Fakes of every port, in memory: for tests, and for the simulation with its virtual clock.

Deterministic throughout: time moves only when the clock is told to, and nothing is random.
"""

from chalicelib.adapters.memory.clock import VirtualClock
from chalicelib.adapters.memory.cloud import MemoryCloud, MemoryTargets, Obstacle
from chalicelib.adapters.memory.store import MemoryStore
from chalicelib.adapters.memory.templates import MemoryMetrics, MemoryTemplates
from chalicelib.adapters.memory.workflow import MemoryWorkflow

__all__ = [
    "MemoryCloud",
    "MemoryMetrics",
    "MemoryStore",
    "MemoryTargets",
    "MemoryTemplates",
    "MemoryWorkflow",
    "Obstacle",
    "VirtualClock",
]

"""Fakes of every port, in memory: for tests, and for the simulation with its virtual clock.

Deterministic throughout: time moves only when the clock is moved, and nothing is random.
"""

from testkit.fakes.clock import VirtualClock
from testkit.fakes.cloud import MemoryCloud
from testkit.fakes.network import Obstacle
from testkit.fakes.ports import MemoryPorts
from testkit.fakes.store import MemoryStore
from testkit.fakes.targets import MemoryTargets
from testkit.fakes.templates import MemoryMetrics, MemoryTemplates
from testkit.fakes.workflow import MemoryWorkflow

__all__ = [
    "MemoryCloud",
    "MemoryMetrics",
    "MemoryPorts",
    "MemoryStore",
    "MemoryTargets",
    "MemoryTemplates",
    "MemoryWorkflow",
    "Obstacle",
    "VirtualClock",
]

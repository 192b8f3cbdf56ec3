"""A run at some moment, to go on from as often as is wanted.

A copy shares what never changes; the rest, its agenda included, is its own. So what is put on the
agenda is a method with its arguments, and no closure: those cannot be copied.
"""

from __future__ import annotations

import io
import pickle
from typing import Any, Final

from chalicelib.core.catalog import Catalog, Component
from chalicelib.core.demo import Demo
from chalicelib.core.policy import Policy
from chalicelib.core.pool import Pool
from chalicelib.core.timeline import Entry
from testkit.simulation.asl import Definition
from testkit.simulation.scene import Scene
from testkit.simulation.script import Script

UNCHANGING: Final = frozenset({Catalog, Component, Definition, Demo, Entry, Policy, Pool, Script})


class Snapshot:
    """A scene as it was."""

    def __init__(self, scene: Scene) -> None:
        content = io.BytesIO()
        pickler = _Pickler(content)
        pickler.dump(scene)
        self._content = content.getvalue()
        self._shared = pickler.shared

    def scene(self) -> Scene:
        """Return another scene that goes on from there."""
        copy: Scene = _Unpickler(self._content, self._shared).load()
        return copy


class Prefix:
    """A life without faults, as it was just before each of its steps, requested in turn."""

    def __init__(self, script: Script) -> None:
        self._scene = Scene(script)
        self._last: Snapshot | None = None

    def before(self, step: int) -> Scene:
        """Return a scene that goes on with this step of the agenda."""
        while self._scene.clock.steps < step - 1:
            self._scene.clock.step()
            self._last = None
        self._last = self._last or Snapshot(self._scene)
        return self._last.scene()


class _Pickler(pickle.Pickler):
    """Puts aside what need not be copied."""

    def __init__(self, content: io.BytesIO) -> None:
        super().__init__(content, pickle.HIGHEST_PROTOCOL)
        self.shared: list[object] = []

    def persistent_id(self, thing: object) -> int | None:
        if type(thing) not in UNCHANGING:
            return None
        self.shared.append(thing)
        return len(self.shared) - 1


class _Unpickler(pickle.Unpickler):
    """Takes from there what was put aside."""

    def __init__(self, content: bytes, shared: list[object]) -> None:
        super().__init__(io.BytesIO(content))
        self._shared = shared

    def persistent_load(self, number: Any) -> object:
        return self._shared[number]

"""The state machine, in memory, as far as the use cases see it: what was started and woken."""

from __future__ import annotations


class MemoryWorkflow:
    """Loops by demo and generation, each running until it is ended."""

    def __init__(self) -> None:
        self.started: list[tuple[str, int]] = []
        self.woken: list[str] = []
        self._running: set[tuple[str, int]] = set()

    def start(self, demo_id: str, generation: int) -> None:
        """Start a loop; a generation that was started before, ended or not, stays as it is."""
        if (demo_id, generation) not in self.started:
            self.started.append((demo_id, generation))
            self._running.add((demo_id, generation))

    def resume(self, token: str) -> None:
        """Note that a token was given back."""
        self.woken.append(token)

    def running(self, demo_id: str, generation: int) -> bool:
        """Return whether a loop was started and has not ended."""
        return (demo_id, generation) in self._running

    def end(self, demo_id: str, generation: int) -> None:
        """Let a loop end, as it does when its execution succeeds, fails or is lost."""
        self._running.discard((demo_id, generation))

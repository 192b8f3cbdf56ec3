"""What can be switched while the emulator runs: one plain value the extensions read.

Everything here is set through `/_local/…` (`control_http`) and read on the emulator's own
event loop or in its threads; each write is one assignment, so no lock is needed. The
switches outlive a restart, so that what goes on after it goes on at the same pace.
"""

from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

from local.patching import pinned

_STATE = "stelligent_controls"
_ids = count(1)


@dataclass
class Fault:
    """A fault to inject; an empty condition matches everything."""

    on: str  # create or delete
    reason: str
    component: str = ""
    resource_type: str = ""
    logical_id: str = ""
    demo_id: str = ""
    times: int | None = None  # None: always
    hang: bool = False  # never finishes until cleared, instead of failing
    fault_id: int = field(default_factory=lambda: next(_ids))

    def spend(self) -> None:
        """Use up one of the times this fault is to happen."""
        if self.times is not None:
            self.times -= 1


@dataclass
class Controls:
    """The switches of one emulator, at what AWS would do until somebody changes them."""

    pace: float = 0.0  # seconds per typical minute; 0: instant
    delete_share: float = 0.25  # deletion takes this share of the time of creation
    events: bool = True  # stack status changes go to EventBridge
    ttl: bool = True  # expired items are removed
    ttl_interval: float = 60.0  # seconds between looks for expired items
    faults: list[Fault] = field(default_factory=list)

    def clear(self) -> None:
        """Put every switch back to where it starts."""
        self.__dict__.update(Controls().__dict__)


controls = Controls()


def save() -> None:
    """Keep the switches; MiniStack ignores this unless it was started to keep its state."""
    pinned("ministack.core.persistence.save_state")(_STATE, asdict(controls))


def load() -> None:
    """Read back what `save` wrote."""
    kept: dict[str, Any] = pinned("ministack.core.persistence.load_state")(_STATE)
    if kept:
        kept["faults"] = [Fault(**fault) for fault in kept["faults"]]
        controls.__dict__.update(kept)

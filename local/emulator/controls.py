"""What can be switched while the emulator runs: one plain value the extensions read.

Everything here is set through `/_local/…` (`control_http`) and read on the emulator's own
event loop or in its threads; each write is one assignment, so no lock is needed. The
switches outlive a restart, so that what goes on after it goes on at the same pace.
"""

import asyncio
from dataclasses import asdict, dataclass, field
from itertools import count
from typing import Any

from local.patching import pinned

_STATE = "stelligent_controls"
_POLL_SECONDS = 0.05  # seconds between polls of a hanging step
_ids = count(1)


@dataclass
class Fault:
    """A resource that does not come up, or go, or never finishes; an empty condition is any."""

    on: str  # create or delete
    reason: str = ""
    component: str = ""
    resource_type: str = ""
    logical_id: str = ""
    demo_id: str = ""
    times: int | None = None  # None: always
    hang: bool = False  # never finishes until cleared, instead of failing
    fault_id: int = field(default_factory=lambda: next(_ids))

    def matches(self, action: str, stack: dict[str, Any], type_: str, logical_id: str) -> bool:
        """Whether this step of a stack is one to strike."""
        tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags") or []}
        name = stack["StackName"]
        component = (tags.get("stelligent-demo:component"), name.split("-")[-1])
        return (
            self.on == action
            and self.times != 0
            and self.resource_type in ("", type_)
            and self.logical_id in ("", logical_id)
            and self.component in ("", *component)
            and self.demo_id in ("", tags.get("stelligent-demo:demo-id"), name)
        )


@dataclass
class Controls:
    """The switches of one emulator, at what AWS would do until they are changed."""

    pace: float = 0.0  # seconds per typical minute; 0: instant
    delete_share: float = 0.25  # deletion takes this share of the time of creation
    events: bool = True  # stack status changes go to EventBridge
    ttl: bool = True  # expired items are removed
    ttl_interval: float = 60.0  # seconds between searches for expired items
    faults: list[Fault] = field(default_factory=list)

    def switch(self, settings: dict[str, Any]) -> None:
        """Set switches by their names."""
        starts = asdict(Controls())
        kinds = {name: type(starts[name]) for name in starts.keys() - {"faults"}}
        self.__dict__.update({name: kinds[name](value) for name, value in settings.items()})

    def heal(self, fault_id: int | None) -> None:
        """Take back one fault, or all."""
        self.faults = [f for f in self.faults if fault_id is not None and f.fault_id != fault_id]

    def clear(self) -> None:
        """Put every switch back to where it starts."""
        self.__dict__.update(Controls().__dict__)

    async def strike(
        self, action: str, stack: dict[str, Any], resource_type: str, logical_id: str
    ) -> None:
        """Fail or hang this step if a fault is set; `ValueError` carries its reason."""
        step = (action, stack, resource_type, logical_id)
        fault = next((fault for fault in self.faults if fault.matches(*step)), None)
        if fault is None:
            return
        if fault.times is not None:
            fault.times -= 1
        # A fault is plain data that outlives a restart, so it carries no event to wait for.
        while fault.hang and fault in self.faults:  # noqa: ASYNC110
            await asyncio.sleep(_POLL_SECONDS)
        if not fault.hang:
            raise ValueError(fault.reason)


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

"""The switches outlive a restart, so that what goes on after it goes on at the same pace."""

from local.emulator.controls import Failure, controls
from local.patching import pinned

_STATE = "stelligent_controls"


def save() -> None:
    """Keep the switches; MiniStack ignores this unless it was started to keep its state."""
    failures = [vars(failure) for failure in controls.failures]
    pinned("ministack.core.persistence.save_state")(
        _STATE, {**vars(controls), "failures": failures}
    )


def load() -> None:
    """Read back what `save` wrote."""
    kept = pinned("ministack.core.persistence.load_state")(_STATE)
    if kept:
        kept["failures"] = [Failure(**failure) for failure in kept["failures"]]
        controls.__dict__.update(kept)

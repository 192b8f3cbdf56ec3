"""The emulator's process: check the pin, extend MiniStack, then let it run."""

from importlib import import_module

from local import pin
from local.patching import pinned

# In the order in which they come into place: what is around what.
EXTENSIONS = (
    "emulator.conditions",
    "emulator.operations",
    "emulator.rights",
    "emulator.stack_events",
    "emulator.resume",
    "emulator.beanstalk",
    "instances.supervisor",
    "emulator.images",
    "emulator.buckets",
    "emulator.descriptions",
    "emulator.gateway",
    "emulator.lambda_errors",
    "emulator.partial_batches",
    "emulator.shared_code",
    "emulator.workers",
    "emulator.steps",
    "emulator.ttl",
    "emulator.tagging",
    "emulator.calls",
    "emulator.call_resources",
    "emulator.condition_keys",
    "emulator.credentials",
    "emulator.front_door",
)


def extend() -> None:
    """Put every extension in place; `PinMovedError` names what is not as it was."""
    pin.check("ministack")
    for name in EXTENSIONS:
        import_module(f"local.{name}").install()


if __name__ == "__main__":
    extend()
    pinned("ministack.app.main")()

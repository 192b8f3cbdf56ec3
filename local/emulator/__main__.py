"""The emulator's process: check the pin, extend MiniStack, then let it run."""

from local import pin
from local.emulator import (
    beanstalk,
    buckets,
    call_resources,
    calls,
    condition_keys,
    conditions,
    credentials,
    descriptions,
    front_door,
    gateway,
    images,
    lambda_errors,
    operations,
    partial_batches,
    resume,
    rights,
    shared_code,
    stack_events,
    steps,
    tagging,
    ttl,
    workers,
)
from local.instances import supervisor
from local.patching import pinned


def extend() -> None:
    """Put every extension in place; `PinMovedError` names what is not as it was."""
    pin.check("ministack")
    for extension in (
        conditions,
        operations,
        rights,
        stack_events,
        resume,
        beanstalk,
        supervisor,
        images,
        buckets,
        descriptions,
        gateway,
        lambda_errors,
        partial_batches,
        shared_code,
        workers,
        steps,
        ttl,
        tagging,
        calls,
        call_resources,
        condition_keys,
        credentials,
        front_door,
    ):
        extension.install()


if __name__ == "__main__":
    extend()
    pinned("ministack.app.main")()

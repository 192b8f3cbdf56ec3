"""Looks after everything that runs for the emulator, several times a second.

Each look compares what is with what MiniStack's records say (`groups`, `tasks`, `databases`,
`balancers`), so nothing that changes a record has to tell anybody. What goes wrong in one of
them is logged, and looked at again.
"""

import asyncio
import contextlib
import logging
from typing import Any

from local.instances import (
    balancers,
    beanstalk,
    databases,
    engine,
    fleet,
    groups,
    refreshes,
    tasks,
)
from local.patching import wrap

_POLL_SECONDS = 0.1  # seconds
_COUNT_EVERY = 50  # polls between two counts of processes
_log = logging.getLogger("instances")
_running: "asyncio.Task[None] | None" = None


def install() -> None:
    """Put in place what lets instances run; nothing where they are recorded."""
    if not fleet.is_on():
        return
    wrap("ministack.services.cloudformation.provisioners._asg_fields", _with_target_groups)
    for part in (balancers, tasks, databases, beanstalk, refreshes):
        part.install()


def _with_target_groups(fields: Any) -> Any:
    def with_target_groups(props: dict[str, Any]) -> dict[str, Any]:
        return {**fields(props), "TargetGroupARNs": props.get("TargetGroupARNs", [])}

    return with_target_groups


def start() -> None:
    """Begin to look, after what another run may have left is gone."""
    global _running  # noqa: PLW0603 - one emulator, one supervisor
    if fleet.is_on():
        fleet.stop_all()
        fleet.open_folder()
        engine.ask(fleet.folder())
        _running = asyncio.get_running_loop().create_task(_poll_for_ever())


async def stop() -> None:
    """Look no more, and end every instance."""
    if _running is not None:
        _running.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await _running
        await asyncio.to_thread(fleet.stop_all)


async def _poll_for_ever() -> None:
    polls = 0
    while True:
        for poll in (fleet.poll, groups.poll, tasks.poll, databases.poll, balancers.poll):
            try:
                poll()
            except Exception:  # noqa: BLE001 - one that fails is logged, and the others go on
                _log.exception("a poll of the instances failed")
        polls += 1
        if polls % _COUNT_EVERY == 0:
            fleet.bound_processes()
        await asyncio.sleep(_POLL_SECONDS)

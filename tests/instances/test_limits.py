"""An instance may not take more of its machine than its share."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from local.emulator.process import Emulator
from tests.integration.conftest import Running

from .conftest import wait_for
from .test_lives import an_instance

_MANY = 150
_GREEDY = f"""\
#!/bin/bash
python3 -c 'bytearray(3 * 1024 ** 3)' 2> /var/log/memory
python3 -c 'bytearray(1024 ** 2)' 2> /var/log/little
touch /var/log/tried
for number in $(seq {_MANY}); do sleep 600 & done
wait
"""


def test_memory_and_processes_are_bounded(machines: Running) -> None:
    """
    Given user data that wants more memory than one process may have, and more processes than one
    instance may have, then the first is refused it, and the instance is switched off and replaced.
    """
    aws = machines.aws
    an_instance(aws, _GREEDY)
    first, memory, little = wait_for(lambda: _tried(aws), "an instance that has tried")
    assert "MemoryError" in memory
    assert "" == little
    wait_for(lambda: _is_replaced(aws, first), "an instance in its place")
    assert not Path(first["directory"]).exists()
    aws.client("cloudformation").delete_stack(StackName="single")
    wait_for(lambda: not _of_single(aws), "the end of its group")


def _of_single(aws: Emulator) -> list[dict[str, Any]]:
    return [one for one in aws.control.instances() if "single" in one["owner"]]


def _tried(aws: Emulator) -> tuple[dict[str, Any], str, str] | None:
    """Find an instance that is still there, with what its two programs said."""
    for one in _of_single(aws):
        log = Path(one["directory"], "root/var/log")
        with contextlib.suppress(OSError):  # it has not come so far, or is gone again
            (log / "tried").stat()
            return one, (log / "memory").read_text(), (log / "little").read_text()
    return None


def _is_replaced(aws: Emulator, first: dict[str, Any]) -> bool:
    ids = [one["instance_id"] for one in _of_single(aws)]
    return bool(ids) and first["instance_id"] not in ids

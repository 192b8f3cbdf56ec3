"""An instance may not take more of its machine than its share."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from local.emulator.process import Emulator

from .conftest import left_of, wait_for
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


def test_memory_and_processes_are_bounded(tmp_path: Path) -> None:
    """
    Given user data that wants more memory than one process may have, and more processes than one
    instance may have, then the first is refused it, and the instance is switched off and replaced.
    """
    with Emulator.start(tmp_path / "emulator", persist=False, instances=True) as aws:
        an_instance(aws, _GREEDY)
        first, memory, little = wait_for(lambda: _tried(aws), "an instance that has tried")
        assert "MemoryError" in memory
        assert "" == little
        wait_for(lambda: _is_replaced(aws, first), "an instance in its place")
        assert not Path(first["directory"]).exists()
    assert [] == left_of(aws)


def _tried(aws: Emulator) -> tuple[dict[str, Any], str, str] | None:
    """Find an instance that is still there, with what its two programs said."""
    for one in aws.control.instances():
        log = Path(one["directory"], "root/var/log")
        with contextlib.suppress(OSError):  # it has not come so far, or is gone again
            (log / "tried").stat()
            return one, (log / "memory").read_text(), (log / "little").read_text()
    return None


def _is_replaced(aws: Emulator, first: dict[str, Any]) -> bool:
    ids = [one["instance_id"] for one in aws.control.instances()]
    return bool(ids) and first["instance_id"] not in ids

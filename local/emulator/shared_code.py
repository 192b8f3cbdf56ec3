"""Functions of one package share one unpacked copy of it, so a cold start is quick.

MiniStack unpacks the zip again for every worker: 40 MB each, and Python compiles every
module again. A function's code is read-only on AWS, so a link to one copy is enough.
"""

import hashlib
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from local.patching import wrap

_unpacking = threading.Lock()


class SharedZip(zipfile.ZipFile):
    """A zip that is unpacked once, by content, and linked to from then on."""

    def extractall(self, path: Any = None, members: Any = None, pwd: bytes | None = None) -> None:
        """Link `path` to the one copy; anything but a function's code is unpacked as usual."""
        target = Path(path or ".")
        if target.name != "code" or self.filename is None:
            super().extractall(path, members, pwd)
            return
        digest = hashlib.sha256(Path(self.filename).read_bytes()).hexdigest()[:24]
        shared = target.parent.parent / f"function-code-{digest}"
        with _unpacking:
            if not shared.exists():
                unpacked = shared.with_suffix(".partial")
                super().extractall(unpacked, members, pwd)
                unpacked.rename(shared)
        target.rmdir()
        target.symlink_to(shared)


def install() -> None:
    """Let the workers' zips be shared ones."""
    wrap(
        "ministack.core.lambda_runtime.zipfile",
        lambda plain: SimpleNamespace(**{**vars(plain), "ZipFile": SharedZip}),
    )

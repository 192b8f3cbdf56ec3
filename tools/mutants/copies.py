"""Copies of the tree to break: the working tree itself is never touched."""

from __future__ import annotations

import compileall
import py_compile
import shutil
import subprocess
from pathlib import Path


def files_of(root: Path) -> list[str]:
    """Return the files of the working tree that git tracks or would."""
    command = ("git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard")
    listed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return sorted(name for name in listed.split("\0") if name and (root / name).is_file())


def copy_tree(root: Path, target: Path) -> Path:
    """Make a fresh copy of the working tree.

    Its bytecode is checked by the source's hash: by time and size, two mutants of one second
    could be taken for each other.
    """
    shutil.rmtree(target, ignore_errors=True)
    for name in files_of(root):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / name, target / name)
    checked = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(target / "chalicelib", quiet=2, invalidation_mode=checked)
    return target

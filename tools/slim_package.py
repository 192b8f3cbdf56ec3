"""Takes out of the package what no function imports, and the symbols of its libraries.

Lambda fetches the package before each cold start. A test imports all of the service from what is
left.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path
from typing import Final

_UNUSED: Final = re.compile(
    r"""
      ^aws_lambda_powertools/event_handler/          # Powertools' own way of serving HTTP
    | ^aws_lambda_powertools/utilities/(
        auth_alpha|circuit_breaker|data_masking|feature_flags|kafka
        |streaming|validation)/
    | ^(cffi|pycparser)/                             # cryptography needs _cffi_backend alone
    | ^pydantic/(v1/|mypy\.py)                       # pydantic 1, and a plug-in of mypy
    | ^slack/                                        # the name that slack_sdk had before
    | ^slack_bolt/adapter/(?!__init__|aws_lambda)    # for other web frameworks
    | ^slack_sdk/web/legacy_
    | ^slack_(bolt|sdk/(web|webhook))/(.*/)?async_  # Slack over asyncio
    | ^slack_sdk/(scim|audit_logs|rtm|rtm_v2|socket_mode)/
    | /__pycache__/                                  # bytecode of this machine's sources
    | \.dist-info/(RECORD|METADATA)$                 # for pip
    | \.(pyi|h|pyx|pxd)$ | /py\.typed$               # for type checkers and compilers
    """,
    re.VERBOSE,
)
_LIBRARY: Final = re.compile(r"\.so(\.\d+)*$")


def slim(package: Path) -> None:
    """Write a package again without what no function imports, its libraries without symbols."""
    slimmed = package.with_suffix(".slim")
    with (
        zipfile.ZipFile(package) as whole,
        zipfile.ZipFile(slimmed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as kept,
    ):
        for entry in whole.infolist():
            if _UNUSED.search(entry.filename):
                continue
            content = whole.read(entry)
            if _LIBRARY.search(entry.filename):
                content = _without_symbols(content)
            kept.writestr(entry, content, zipfile.ZIP_DEFLATED, 9)
    slimmed.replace(package)


def _without_symbols(library: bytes) -> bytes:
    """Strip a shared library of its symbols, where binutils are installed: about 1.1 MB in all."""
    if shutil.which("strip") is None:
        return library
    with tempfile.NamedTemporaryFile(suffix=".so") as file:
        Path(file.name).write_bytes(library)
        done = subprocess.run(["strip", "--strip-unneeded", file.name], check=False)
        return Path(file.name).read_bytes() if done.returncode == 0 else library

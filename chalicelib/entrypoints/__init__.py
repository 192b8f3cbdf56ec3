"""The entry points: each handler parses, calls one use case and renders.

Handlers import what they use when they are called (docs/adr/0007). What every call of a function
needs is loaded when the function starts, which AWS gives more processor than a call.
"""

from __future__ import annotations

import importlib
import os
from typing import Final

_SLACK: Final = "chalicelib.entrypoints.slack"
_AT_THE_START: Final = {
    "app.app": ("boto3", "chalicelib.adapters.table.demos"),
    "chalicelib.entrypoints.auth.authorizer": ("jwt",),
    f"{_SLACK}.functions.slack": (f"{_SLACK}.app",),
    f"{_SLACK}.functions.slack_updates": (f"{_SLACK}.stream",),
}
"""Modules by the handler that Lambda names in `_HANDLER`."""

for _module in _AT_THE_START.get(os.environ.get("_HANDLER", ""), ()):
    importlib.import_module(_module)

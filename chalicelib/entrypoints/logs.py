"""The one logger: structured, and with the demo's id wherever there is one."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger


@functools.cache
def logger() -> Logger:
    """Return this container's logger; most requests of the API log nothing and never load it."""
    from aws_lambda_powertools import Logger  # noqa: PLC0415

    return Logger(service="stelligent-demo")

"""The use cases, each made when it is first asked for, of the ports that it takes and no other.

A use case's fields say what it may touch; its module is imported with it, so that a function
loads what it does and nothing else.
"""

from __future__ import annotations

from chalicelib.services.use_cases.events import ForEvents


class UseCases(ForEvents):
    """What the entry points call."""

"""What a walk is made of."""

from __future__ import annotations

from collections.abc import Iterator

Steps = Iterator[str]
"""The names of what is seen, each after the transition that led there."""
GROWS = " (grows)"
"""The end of a step that asked for more on the page: what lies below has to give way."""

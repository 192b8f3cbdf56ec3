"""What every test has in common."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

# What instances' containers are must not depend on what a machine has: the stand-in, and in
# tools/image_test.py this machine's own engine.
os.environ["DEMO_WITHOUT"] = ",".join(
    {"docker", *os.environ.get("DEMO_WITHOUT", "").split(",")} - {""}
)
# How long an example takes is the machine's affair, and no test's.
settings.register_profile("untimed", deadline=None)
# A mutation run runs a test a thousand times: the same few examples each time.
settings.register_profile("mutants", deadline=None, derandomize=True, max_examples=25)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "untimed"))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Start what drives browsers: a process can have only one at a time."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        yield started

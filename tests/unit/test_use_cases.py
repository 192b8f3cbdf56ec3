"""The use cases that a container builds, each of them once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.core.policy import FirstPool
from chalicelib.core.pool import first_pool
from chalicelib.services.access import AccessRequests
from chalicelib.services.change import ChangeDemo
from chalicelib.services.claims import ClaimDemo
from chalicelib.services.credentials import ReadCredentials
from chalicelib.services.inspect import InspectComponent
from chalicelib.services.loop import Loops, Wakeups
from chalicelib.services.offer import Offer
from chalicelib.services.overview import Overview
from chalicelib.services.pools import ManagePools
from chalicelib.services.read import ReadDemos
from chalicelib.services.recorder import Recorder
from chalicelib.services.request import RequestDemo
from chalicelib.services.shares import Sharing

from .builders import Stage


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("offer", Offer),
        ("recorder", Recorder),
        ("wakeups", Wakeups),
        ("loops", Loops),
        ("read", ReadDemos),
        ("claims", ClaimDemo),
        ("pools", ManagePools),
        ("inspect", InspectComponent),
        ("overview", Overview),
        ("request", RequestDemo),
        ("change", ChangeDemo),
        ("sharing", Sharing),
        ("access", AccessRequests),
        ("credentials", ReadCredentials),
    ],
)
def test_a_use_case_is_built_once(name: str, kind: type) -> None:
    """It is there by its name and the same at every use."""
    stage = Stage()
    assert isinstance(getattr(stage, name), kind)
    assert getattr(stage, name) is getattr(stage, name)


def test_the_pool_of_the_settings_is_filled() -> None:
    """Without a request of an admin's."""
    stage = Stage()
    first = FirstPool(components=("vpc",), ready=2)
    stage.policy = replace(stage.policy, first_pool=first)
    assert stage.fill_pools.first == first_pool(stage.policy)
    assert stage.fill_pools.first

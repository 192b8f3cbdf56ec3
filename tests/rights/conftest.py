"""What the rights tests share: the deployed service, a demo of everything, and its needs."""

from __future__ import annotations

import pytest

from tools.rights.check import Needs, needs_of
from tools.rights.demo import stacks_of
from tools.rights.service import Service, service


@pytest.fixture(scope="session")
def deployed() -> Service:
    return service()


@pytest.fixture(scope="session")
def needs(deployed: Service) -> Needs:
    return needs_of(stacks_of(deployed))

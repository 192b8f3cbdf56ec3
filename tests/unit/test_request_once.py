"""The same request makes the same demo, even when a process died half way through it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.catalog import ALL
from chalicelib.core.errors import Unavailable
from chalicelib.core.naming import DEMO_ID, demo_id_from
from chalicelib.core.request import DemoRequest
from chalicelib.services.request import IDEMPOTENCY_WINDOW

from .builders import HOME, NOW, OWNER, Stage

REQUEST = DemoRequest(components=ALL, allowed_cidr=(HOME,))
SEED = "owner and key"


def test_the_same_request_makes_no_second_demo() -> None:
    """The second answer is the first one's demo."""
    stage = Stage()
    demo_id = demo_id_from(SEED)
    first = stage.request.create_once(OWNER, REQUEST, demo_id=demo_id)
    again = stage.request.create_once(OWNER, REQUEST, demo_id=demo_id)
    assert first.demo_id == again.demo_id == demo_id
    assert [demo_id] == list(stage.store.records)


def test_a_start_that_was_lost_is_made_up_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The record was written and the loop was not started; the same request again starts it."""
    stage = Stage()
    demo_id = demo_id_from(SEED)

    def dies(*_: object) -> None:
        raise Unavailable("Step Functions is away")

    with monkeypatch.context() as patched:
        patched.setattr(stage.workflow, "start", dies)
        stage.request.create_once(OWNER, REQUEST, demo_id=demo_id)
    assert [] == stage.workflow.started
    stage.request.create_once(OWNER, REQUEST, demo_id=demo_id)
    assert [(demo_id, 1)] == stage.workflow.started
    assert [demo_id] == list(stage.store.records)


@pytest.mark.parametrize("owner", [OWNER, "other@example.com"])
def test_an_old_or_foreign_demo_is_not_handed_out(owner: str) -> None:
    """After a day, or for somebody else, the same key asks for a demo of its own."""
    stage = Stage()
    demo_id = demo_id_from(SEED)
    stage.request.create_once(OWNER, REQUEST, demo_id=demo_id)
    late = timedelta(seconds=1) + (IDEMPOTENCY_WINDOW if owner == OWNER else timedelta(0))
    later = replace(stage.request, clock=lambda: NOW + late)
    assert demo_id != later.create_once(owner, REQUEST, demo_id=demo_id).demo_id


@given(st.text())
def test_any_seed_gives_an_id_that_fits_into_names(seed: str) -> None:
    """Eight letters and digits, a letter first, the same each time."""
    assert DEMO_ID.fullmatch(demo_id_from(seed))
    assert demo_id_from(seed) == demo_id_from(seed)

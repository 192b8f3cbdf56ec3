"""One row of a table makes a function whole; a new action is tried in tests/tools."""

from __future__ import annotations

from unittest.mock import MagicMock

import pytest

from app import app
from chalicelib.core.actions import Action, ActionKind
from chalicelib.entrypoints import loop
from chalicelib.services.apply import Apply
from tools.infrastructure.functions import FUNCTIONS
from tools.infrastructure.template import ROOT


@pytest.mark.parametrize("kind", ActionKind)
def test_every_action_has_a_handler_and_a_policy(kind: ActionKind) -> None:
    """Lambda finds the handler by its name in the module."""
    assert loop.HANDLERS[kind] is getattr(loop, kind.value)
    assert (ROOT / ".chalice" / "policies" / f"{kind.value}.json").exists()


@pytest.mark.parametrize("kind", ActionKind)
def test_every_action_is_done(kind: ActionKind, monkeypatch: pytest.MonkeyPatch) -> None:
    """Something is asked of the target; a kind without a case raises."""
    asked, any_port = MagicMock(), MagicMock()
    monkeypatch.setattr(Apply, "_create", asked.create)
    monkeypatch.setattr(Apply, "_stage", asked.stage)
    monkeypatch.setattr(Apply, "_update", asked.update)
    apply = Apply(
        records=any_port,
        targets=any_port,
        templates=any_port,
        permissions_boundary=any_port,
        service="service",
    )
    apply._done(asked, MagicMock(), Action(kind, "vpc"))
    assert asked.mock_calls


def test_every_function_has_a_row_and_every_row_a_function() -> None:
    """Chalice would give one without a row neither its bounds nor its policy."""
    others = (*app.pure_lambda_functions, *app.event_sources, *app.builtin_auth_handlers)
    registered = {"api_handler", *(function.name for function in others)}
    assert registered == {function.name for function in FUNCTIONS}

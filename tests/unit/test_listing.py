"""Where a demo stands in a list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.core.demo import Phase
from chalicelib.core.errors import InvalidRequest
from chalicelib.core.listing import Listing, Order, line_of, listing

from .builders import NOW, OWNER, demo, minutes


def ranked(order: Order) -> list[str]:
    """Return four demos by their ids in an order."""
    demos = {
        "early": demo(name="b", owner="c@example.com", created_at=NOW),
        "later": demo(
            name="A",
            owner="b@example.com",
            created_at=NOW + minutes(1),
            expires_at=NOW + minutes(90),
            phase=Phase.CHANGING,
        ),
        "stuck": demo(
            name="c",
            owner="a@example.com",
            created_at=NOW + minutes(2),
            expires_at=NOW + minutes(300),
            phase=Phase.QUARANTINED,
        ),
        "ended": demo(
            name="d",
            owner="d@example.com",
            created_at=NOW + minutes(3),
            expires_at=NOW + minutes(30),
            phase=Phase.DELETED,
        ),
    }
    lines = [line_of(replace(made, demo_id=demo_id)) for demo_id, made in demos.items()]
    return [line.demo_id for line in sorted(lines, key=Listing(order=order).rank)]


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        (Order.NEWEST, ["ended", "stuck", "later", "early"]),
        (Order.ENDS, ["later", "early", "stuck", "ended"]),
        (Order.NAME, ["later", "early", "stuck", "ended"]),
        (Order.OWNER, ["stuck", "later", "early", "ended"]),
        (Order.PHASE, ["stuck", "later", "early", "ended"]),
    ],
)
def test_a_list_has_its_order(order: Order, ids: list[str]) -> None:
    """By phase, what somebody must act on is first; what is gone is last, whenever it ended."""
    assert ids == ranked(order)


LIVE = frozenset(Phase) - {Phase.DELETED}


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ({}, Listing(owner=OWNER)),
        ({"phase": "", "q": " ", "order": "newest"}, Listing(owner=OWNER)),
        ({"phase": "live", "order": "ends"}, Listing(owner=OWNER, phases=LIVE, order=Order.ENDS)),
        ({"phase": "failed"}, Listing(owner=OWNER, phases=frozenset({Phase.FAILED}))),
        ({"q": "Acme  STRASSE acme"}, Listing(owner=OWNER, words=("acme", "strasse"))),
        ({"q": "x" * 100}, Listing(owner=OWNER, words=("x" * 100,))),
    ],
)
def test_a_list_is_what_was_asked_for(query: dict[str, str], wanted: Listing) -> None:
    """Without words everything; each word once, whichever way it is written."""
    assert wanted == listing(OWNER, query)


@pytest.mark.parametrize(
    ("field", "value"), [("phase", "asleep"), ("q", "x" * 101), ("order", "best")]
)
def test_what_no_list_can_be_is_named(field: str, value: str) -> None:
    """By its field."""
    with pytest.raises(InvalidRequest) as refused:
        listing(OWNER, {field: value})
    assert [field] == [problem.field for problem in refused.value.problems]

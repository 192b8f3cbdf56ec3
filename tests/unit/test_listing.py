"""Where a demo stands in a list."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.core.demo import Phase
from chalicelib.core.listing import Listing, Order, line_of

from .builders import NOW, demo, minutes


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

"""Prospect links, the pure part: tokens, ends and the words a prospect reads."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.core.demo import Demo, Desired, Phase
from chalicelib.core.share import (
    Share,
    digest,
    ends_at,
    first_end,
    is_open,
    make_token,
    opens,
    parse_token,
    state,
)

from .builders import NOW, OWNER, demo

HOUR = timedelta(hours=1)
SECRET = "s" * 43
TOKEN = make_token("demo0001", "share001", SECRET)


def a_share(**fields: object) -> Share:
    made = Share(
        share_id="share001",
        demo_id="demo0001",
        digest=digest(TOKEN),
        created_by=OWNER,
        created_at=NOW,
        expires_at=NOW + 2 * HOUR,
    )
    return replace(made, **fields)  # type: ignore[arg-type]


def test_a_token_opens_its_own_link() -> None:
    """And says which demo and link to look for."""
    assert ("demo0001", "share001") == parse_token(TOKEN)
    assert opens(a_share(), TOKEN)


def test_nothing_kept_of_a_link_opens_it() -> None:
    """Neither its digest nor its id is enough."""
    share = a_share()
    assert SECRET not in repr(share)
    for guess in (share.digest, share.share_id, make_token("demo0001", "share001", "t" * 43)):
        assert not opens(share, guess)


@given(st.text(max_size=200))
def test_any_text_is_a_token_or_is_not(text: str) -> None:
    """Nothing makes reading one fail."""
    found = parse_token(text)
    assert found is None or text.startswith(".".join(found))


@pytest.mark.parametrize("hours", [None, 1.0, 4.0, 10_000.0])
def test_a_link_never_outlives_the_lease(hours: float | None) -> None:
    """Whatever is asked for."""
    assert first_end(demo(), NOW, hours) <= demo().expires_at


def test_a_link_ends_when_asked_to() -> None:
    """If the lease is longer."""
    assert NOW + HOUR == first_end(demo(), NOW, 1)


def test_a_shortened_lease_takes_its_links_along() -> None:
    """A link made before the lease was shortened ends with it."""
    short = demo(expires_at=NOW + HOUR)
    assert NOW + HOUR == ends_at(a_share(), short)
    assert is_open(a_share(), short, NOW)
    assert not is_open(a_share(), short, NOW + HOUR)


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"phase": Phase.REQUESTED}, "preparing"),
        ({"starts_at": NOW, "looping": False}, "scheduled"),
        ({"phase": Phase.PROVISIONING}, "preparing"),
        ({"phase": Phase.READY}, "ready"),
        ({"phase": Phase.READY, "desired_state": Desired.DELETED}, "ended"),
        ({"phase": Phase.DELETING, "desired_state": Desired.DELETED}, "ended"),
        ({"phase": Phase.QUARANTINED, "desired_state": Desired.DELETED}, "ended"),
        ({"phase": Phase.DELETED, "desired_state": Desired.DELETED}, "ended"),
        ({"phase": Phase.FAILED}, "unavailable"),
    ],
)
def test_a_prospect_reads_one_of_a_few_words(fields: dict[str, object], word: str) -> None:
    """None of which tells of our troubles."""
    shown: Demo = replace(demo(), **fields)  # type: ignore[arg-type]
    assert word == state(shown)

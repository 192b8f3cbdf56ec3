"""No input at all makes a server error: it is done, or it is refused with a reason."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.adapters.shelf import PackageShelf
from tests.integration.conftest import Running

COMPONENTS = sorted(PackageShelf().catalog().components)
PARAMETERS = sorted(
    {name for c in PackageShelf().catalog().components.values() for name in c.parameters}
)

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=80)
    | st.sampled_from(COMPONENTS)
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
PLAUSIBLE = st.fixed_dictionaries(
    {"components": st.lists(st.sampled_from(COMPONENTS), max_size=4) | st.just("all") | ANYTHING},
    optional={
        "name": st.text(max_size=80) | ANYTHING,
        "ttl_hours": st.floats(-1, 100) | ANYTHING,
        "allowed_cidr": st.lists(st.ip_addresses(v=4).map(str), max_size=6) | ANYTHING,
        "parameters": st.dictionaries(st.sampled_from(PARAMETERS), SCALARS, max_size=3) | ANYTHING,
        "region": st.sampled_from(["us-east-1", "eu-west-9"]) | ANYTHING,
    },
)
# A line break never reaches the service: the gateway's own policy check stops at it.
PRINTABLE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=40)
QUICK = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@QUICK
@given(body=PLAUSIBLE | ANYTHING)
def test_any_body_is_planned_or_refused_with_a_reason(running: Running, body: Any) -> None:
    """Whatever is posted, the answer is a plan or a problem document that names a field."""
    answer = running.person("fuzz@example.com").call("POST", "/plan", body)
    assert answer.status_code in (200, 422), (body, answer.text)
    if answer.status_code == 422:
        assert all(e["field"] and e["message"] for e in answer.json()["errors"])


@QUICK
@given(demo_id=PRINTABLE, query=PRINTABLE)
def test_any_id_and_query_is_answered(running: Running, demo_id: str, query: str) -> None:
    """An id nobody gave out is not found; a limit nobody can read is named."""
    caller = running.person("fuzz@example.com")
    encoded = quote(demo_id.encode("utf-8", "replace"), safe="")
    found = caller.call("GET", f"/demos/x{encoded}")
    assert found.status_code in (400, 404), found.text
    listed = caller.call("GET", f"/demos?limit={quote(query.encode('utf-8', 'replace'))}")
    assert listed.status_code in (200, 422), listed.text

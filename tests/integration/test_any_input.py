"""A body of real components and parameters, however odd, is planned or refused with a reason."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.adapters.templates import PackagedTemplates
from tests.integration.conftest import Running

COMPONENTS = sorted(PackagedTemplates().catalog().components)
PARAMETERS = sorted(
    {name for c in PackagedTemplates().catalog().components.values() for name in c.parameters}
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

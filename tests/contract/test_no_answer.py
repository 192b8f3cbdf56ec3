"""AWS does not answer: every method of an adapter says so in our words, and is tried again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from chalicelib.adapters import leftovers
from chalicelib.adapters.cloudformation import CloudFormation
from chalicelib.adapters.table.pools import PoolItems
from chalicelib.core.errors import Unavailable
from chalicelib.core.listing import Listing
from chalicelib.core.policy import Quotas
from chalicelib.core.pool import Pool

from .conftest import stores
from .demos import NOW, OWNER, a_demo, ended

DEMO = a_demo()


class Silent:
    """A client whose calls, and whose pages, never come back."""

    def __getattr__(self, _: str) -> Callable[..., Any]:
        return lambda *_, **arguments: self if not arguments else self._fail()

    def paginate(self, **_: Any) -> Any:
        return self._fail()

    def _fail(self) -> Any:
        raise EndpointConnectionError(endpoint_url="https://example.com")


TABLE = stores(Silent(), "demos")
POOLS = PoolItems(Silent(), "demos")
POOL = Pool(name="base", components=("vpc",), region="us-east-1", ready=1, max_total=1)
STACKS = CloudFormation(Silent(), role_arn="arn:aws:iam::1:role/stacks", service="service")

CALLS: dict[str, Callable[[], object]] = {
    "create a demo": lambda: TABLE.records.create(DEMO, (), Quotas()),
    "adopt": lambda: TABLE.records.adopt(DEMO, ()),
    "save": lambda: TABLE.records.save(DEMO, replace(DEMO, reason="on"), ()),
    "last save": lambda: TABLE.records.save(DEMO, ended(DEMO), ()),
    "slots": TABLE.quota_slots.slots,
    "give back": lambda: TABLE.quota_slots.give_back("demo0001", OWNER),
    "get": lambda: TABLE.records.get("demo0001"),
    "of owner": lambda: TABLE.records.list(Listing(owner=OWNER), limit=1),
    "newest": lambda: TABLE.records.list(Listing(), limit=1),
    "timeline": lambda: TABLE.records.timeline("demo0001", limit=1),
    "due": lambda: TABLE.records.due(NOW),
    "wake": lambda: TABLE.signals.count_event("demo0001"),
    "park": lambda: TABLE.signals.park("demo0001", generation=1, seen=0, token="t"),
    "restore the lease": lambda: TABLE.leases.restore(DEMO),
    "suspects": TABLE.orphan_notes.suspects,
    "suspect": lambda: TABLE.orphan_notes.suspect(["us-east-1/demo0001"]),
    "all pools": POOLS.all,
    "put a pool": lambda: POOLS.put(POOL, before=None),
    "remove a pool": lambda: POOLS.remove(POOL),
    "count for a pool": lambda: POOLS.count("base", claimed=1),
    "create a stack": lambda: STACKS.create(
        name="n", template="{}", parameters={}, tags={}, timeout_minutes=15, token="t"
    ),
    "describe": lambda: STACKS.describe("n"),
    "delete": lambda: STACKS.delete("n"),
    "resources": lambda: STACKS.resources("n", "AWS::S3::Bucket"),
    "lift protection": lambda: STACKS.unprotect("n"),
    "all stacks": STACKS.ours,
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_a_call_without_an_answer_is_tried_again(call: Callable[[], object]) -> None:
    """The loop goes by our errors; of botocore's it knows nothing."""
    with pytest.raises(Unavailable):
        call()


def test_a_search_without_an_answer_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """It proves nothing."""
    monkeypatch.setattr(leftovers, "client", lambda *_: Silent())
    search = leftovers.TagSearch("us-east-1", stack_role_arn="arn:aws:iam::1:role/stacks")
    with pytest.raises(Unavailable):
        search.find("demo0001")

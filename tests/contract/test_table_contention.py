"""Items that other requests hold: waited for a little, and then reported as such."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from chalicelib.adapters.table.pools import PoolItems
from chalicelib.core.errors import DemoError, Rejected, StaleRecord, Throttled
from chalicelib.core.policy import Quotas
from chalicelib.core.stack_change import StackChange

from .conftest import REGION, Stores, on_table
from .demos import a_demo, ended

BUSY = ("TransactionConflictException", "TransactionInProgressException")
Act = Callable[[Stores], Any]


class Contended:
    """A client whose writes are refused so many times before they get through."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.refusals: list[ClientError] = []
        self.tries = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(self.client, name)
        if name not in ("transact_write_items", "update_item"):
            return real

        def call(**arguments: Any) -> Any:
            self.tries += 1
            if self.refusals:
                raise self.refusals.pop()
            return real(**arguments)

        return call


def refusal(code: str, *reasons: str, words: str = "words") -> ClientError:
    answer: Any = {
        "Error": {"Code": code, "Message": "cancelled"},
        "CancellationReasons": [{"Code": reason, "Message": words} for reason in reasons],
        "ResponseMetadata": {"HTTPStatusCode": 400},
    }
    return ClientError(answer, "TransactWriteItems")


def cancelled(*reasons: str) -> ClientError:
    return refusal("TransactionCanceledException", *reasons)


@pytest.fixture
def client(aws: None, monkeypatch: pytest.MonkeyPatch) -> Contended:
    monkeypatch.setattr("chalicelib.adapters.table.writes.time.sleep", lambda _: None)
    return Contended(boto3.client("dynamodb", region_name=REGION))


@pytest.fixture
def table(client: Contended, monkeypatch: pytest.MonkeyPatch) -> Stores:
    """Return stores with one demo in the first slot, where the next one's guess is the last."""
    made = on_table(client)
    made.records.create(a_demo(), (), Quotas(per_owner=1, in_all=1))
    monkeypatch.setattr("chalicelib.adapters.table.quotas.random.choice", max)
    client.tries = 0
    return made


def last_save(table: Stores) -> None:
    before = table.records.get("demo0001")
    table.records.save(before, ended(before), ())


WRITES: dict[str, Act] = {
    "create": lambda table: table.records.create(a_demo(2), (), Quotas()),
    "adopt": lambda table: table.records.adopt(a_demo(2), ()),
    "save": lambda table: table.records.save(a_demo(), replace(a_demo(), reason="on"), ()),
    "last save": last_save,
}
UPDATES: dict[str, Act] = {
    "wake": lambda table: table.signals.count_event("demo0001", StackChange("vpc", "1")),
    "park": lambda table: table.signals.park("demo0001", generation=1, seen=0, token="t"),
}


@pytest.mark.parametrize("act", [*WRITES.values(), *UPDATES.values()], ids=[*WRITES, *UPDATES])
def test_a_write_waits_for_the_transaction_before_it(
    act: Act, table: Stores, client: Contended
) -> None:
    """No SDK tries again for us while another request holds an item."""
    client.refusals = [cancelled("None", "TransactionConflict"), *map(refusal, BUSY)]
    act(table)
    assert 4 == client.tries


@pytest.mark.parametrize("act", WRITES.values(), ids=WRITES)
def test_contention_that_lasts_is_reported(act: Act, table: Stores, client: Contended) -> None:
    """After so many tries, as what may be tried later, and not as another's write."""
    client.refusals = [cancelled("TransactionConflict", "None")] * 100
    with pytest.raises(Throttled, match="words"):
        act(table)
    assert 9 == client.tries


@pytest.mark.parametrize("act", UPDATES.values(), ids=UPDATES)
@pytest.mark.parametrize("code", BUSY)
def test_an_update_that_stays_refused_is_reported(
    code: str, act: Act, table: Stores, client: Contended
) -> None:
    """An event is delivered again, and a loop parks again."""
    client.refusals = [refusal(code)] * 100
    with pytest.raises(Throttled):
        act(table)
    assert 9 == client.tries


@pytest.mark.parametrize(
    ("reasons", "kind"),
    [
        (("None", "ThrottlingError"), Throttled),
        (("ProvisionedThroughputExceeded", "None"), Throttled),
        (("ValidationError", "None"), Rejected),
        (("None", "ItemCollectionSizeLimitExceeded"), Rejected),
        (("ThrottlingError", "ValidationError"), Rejected),
        ((), Rejected),
    ],
)
def test_why_a_transaction_was_cancelled_decides(
    reasons: tuple[str, ...], kind: type[DemoError], table: Stores, client: Contended
) -> None:
    """What DynamoDB cannot take is not tried for ever as another's write."""
    client.refusals = [cancelled(*reasons)]
    with pytest.raises(kind):
        WRITES["save"](table)
    assert 1 == client.tries


def test_a_condition_that_is_not_met_is_not_waited_for(table: Stores, client: Contended) -> None:
    """Whoever holds the other items, the record has moved on."""
    client.refusals = [cancelled("ConditionalCheckFailed", "TransactionConflict")]
    with pytest.raises(StaleRecord):
        WRITES["save"](table)
    assert 1 == client.tries


def test_what_decides_is_read_consistently(table: Stores, client: Contended) -> None:
    """A record, a slot, a pool or a suspect just written is never read as it was before."""
    asked: list[dict[str, Any]] = []
    events = client.client.meta.events
    for operation in ("GetItem", "Query"):
        hook = f"provide-client-params.dynamodb.{operation}"
        events.register(hook, lambda params, **_: asked.append(params))
    table.records.create(a_demo(2), (), Quotas())
    table.records.get("demo0001")
    table.orphan_notes.suspects()
    table.quota_slots.slots()
    table.records.given_to("asked001")
    PoolItems(client, "demos").all()
    last_save(table)
    consistent = [a.get("ConsistentRead") for a in asked if "IndexName" not in a]
    assert 10 <= len(consistent)
    assert all(consistent)


def test_a_guess_that_fails_is_followed_by_a_search(
    table: Stores, client: Contended, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where most slots are taken, more guesses would fail as well."""
    monkeypatch.setattr("chalicelib.adapters.table.quotas.random.choice", min)
    table.records.create(a_demo(2), (), Quotas())
    assert 2 == client.tries


RECORD, LEASE, OWN, POOLS, SHARED = range(5)


@pytest.mark.parametrize("slot", [OWN, POOLS, SHARED])
def test_a_claim_whose_slot_was_taken_takes_another(
    table: Stores, client: Contended, slot: int
) -> None:
    """Only where the record has moved on the member is somebody else's."""
    table.records.create(a_demo(2, owner="pool:base"), (), Quotas())
    member = table.records.get("demo0002")
    after = replace(member, owner="bob@example.com")
    client.tries = 0
    client.refusals = [refused_at(slot)]
    assert after.owner == table.records.claim(member, after, (), Quotas()).owner
    assert 2 == client.tries
    client.refusals = [refused_at(RECORD)]
    with pytest.raises(StaleRecord):
        table.records.claim(member, after, (), Quotas())
    assert 3 == client.tries


def refused_at(number: int) -> ClientError:
    """Return the answer to a claim of whose writes the condition of this one was not met."""
    writes = (RECORD, LEASE, OWN, POOLS, SHARED)
    return cancelled(*("ConditionalCheckFailed" if n == number else "None" for n in writes))


def test_slots_that_others_take_each_time_are_given_up(table: Stores, client: Contended) -> None:
    """After twenty, as what may be tried later: there is room, and no place was to be had."""
    client.refusals = [cancelled("None", "ConditionalCheckFailed", "None")] * 100
    with pytest.raises(Throttled, match="others took every quota slot"):
        WRITES["create"](table)
    assert 20 == client.tries


def test_those_who_wait_for_an_item_spread_out(
    table: Stores, client: Contended, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anywhere up to a bound that doubles; five seconds or so in all, of a Lambda's thirty."""
    bounds: list[tuple[float, float]] = []

    def longest(least: float, most: float) -> float:
        bounds.append((least, most))
        return most

    slept: list[float] = []
    monkeypatch.setattr("chalicelib.adapters.table.writes.random.uniform", longest)
    monkeypatch.setattr("chalicelib.adapters.table.writes.time.sleep", slept.append)
    client.refusals = [cancelled("TransactionConflict")] * 100
    with pytest.raises(Throttled):
        WRITES["save"](table)
    most = [bound for _, bound in bounds]
    assert {0} == {least for least, _ in bounds}
    assert most == slept == [most[0] * 2**n for n in range(8)]
    assert 4 < sum(most) <= 6

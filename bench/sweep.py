"""What a sweep costs: it must depend on what is due, and not on what exists."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.figures import Figure
from chalicelib.adapters.table.demos import DemoTable
from chalicelib.core.component import ComponentStatus
from chalicelib.core.demo import Demo, Phase
from local.emulator.process import Emulator
from testkit import records

_FEW, _MANY, _DUE = 200, 20_000, 20
_ROUNDS = 31


def measure(aws: Emulator, table: str) -> list[Figure]:
    """Query the due index of two tables like the deployed one, with few and with many demos.

    They are called alternately, so that other load falls on both alike. Time is taken over a table
    of mostly ended demos, as a service's is that caps the living. With all of them alive only
    read units are: the emulator walks through an index's whole partition, where DynamoDB reads
    the range of keys that was requested.
    """
    client = aws.client("dynamodb")
    now = datetime.now(UTC)
    few, many = (_table_like(client, table, name) for name in ("bench-few", "bench-many"))
    rest = range(_FEW, _MANY)
    for name in (few, many):
        records.put(client, name, (_demo(n, now, due=n < _DUE) for n in range(_FEW)))
    records.put(client, many, (_ended(_demo(n, now, due=False), now) for n in rest))
    costs = [(_cost(client, few, now), _cost(client, many, now)) for _ in range(_ROUNDS)]
    few_seconds, many_seconds = (
        statistics.median(pair[i].seconds for pair in costs) for i in range(2)
    )
    few_units, many_units = costs[0][0].units, costs[0][1].units
    records.put(client, many, (_demo(n, now, due=False) for n in rest))
    alive_units = _cost(client, many, now).units
    return [
        Figure(
            f"sweep's time at {_MANY} demos over {_FEW}",
            many_seconds / few_seconds,
            1.2,
            f"{many_seconds * 1000:.1f} ms over {few_seconds * 1000:.1f} ms, {_DUE} due",
        ),
        _units(f"sweep's read units at {_MANY} demos over {_FEW}", many_units, few_units),
        _units(f"the same with all {_MANY} of them alive", alive_units, few_units),
    ]


def _units(what: str, many: float, few: float) -> Figure:
    return Figure(what, many / few, 1.2, f"{many:g} over {few:g}")


@dataclass(frozen=True, slots=True)
class _Cost:
    units: float
    seconds: float


def _table_like(client: Any, table: str, name: str) -> str:
    """Make a table with the keys and indexes of another, and without its stream."""
    like = client.describe_table(TableName=table)["Table"]
    indexes = [
        {key: index[key] for key in ("IndexName", "KeySchema", "Projection")}
        for index in like["GlobalSecondaryIndexes"]
    ]
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=like["AttributeDefinitions"],
        KeySchema=like["KeySchema"],
        GlobalSecondaryIndexes=indexes,
    )
    return name


def _cost(client: Any, table: str, now: datetime) -> _Cost:
    units: list[float] = []

    def return_capacity(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def count(parsed: dict[str, Any], **_: Any) -> None:
        units.append(parsed["ConsumedCapacity"]["CapacityUnits"])

    client.meta.events.register("provide-client-params.dynamodb.Query", return_capacity)
    client.meta.events.register("after-call.dynamodb.Query", count)
    started = time.perf_counter()
    found = DemoTable(client, table).due(now)
    seconds = time.perf_counter() - started
    client.meta.events.unregister("provide-client-params.dynamodb.Query", return_capacity)
    client.meta.events.unregister("after-call.dynamodb.Query", count)
    if len(found) != _DUE:
        raise RuntimeError(f"{len(found)} demos are due, not {_DUE}")
    return _Cost(sum(units), seconds)


def _demo(number: int, now: datetime, *, due: bool) -> Demo:
    created = now - timedelta(hours=5)
    moment = now - timedelta(minutes=1) if due else now + timedelta(hours=1)
    demo = Demo(
        demo_id=f"bench{number:06d}",
        name="bench",
        owner=f"owner{number % 500}@example.com",
        region="us-east-1",
        requested_components=("s3",),
        components={"s3": ComponentStatus(name="s3")},
        created_at=created,
        expires_at=moment,
        due_at=moment,
        phase=Phase.READY,
        looping=False,
    )
    return replace(demo, warned=frozenset({1440, 120, 30}))


def _ended(demo: Demo, now: datetime) -> Demo:
    return replace(demo, phase=Phase.DELETED, deleted_at=now, due_at=None)

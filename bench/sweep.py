"""What a sweep costs: it must depend on what is due, and not on what exists."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.figures import Figure
from chalicelib.adapters.records import attributes, demo_key, marshal
from chalicelib.adapters.table import Table
from chalicelib.core.demo import Demo, Phase, Step
from local.emulator.process import Emulator

_FEW, _MANY, _DUE = 200, 20_000, 20
_WATCHDOG = timedelta(minutes=10)
_ROUNDS = 31


def measure(aws: Emulator, table: str) -> list[Figure]:
    """Query the due index of the deployed table as it fills.

    Time is taken over a table of mostly ended demos, as a service's is that caps the living.
    With all of them alive only read units are: the emulator walks through an index's whole
    partition, where DynamoDB reads the range of keys that was asked for.
    """
    client = aws.client("dynamodb")
    now = datetime.now(UTC)
    _put(client, table, (_demo(n, now, due=n < _DUE) for n in range(_FEW)))
    few_units, few_seconds = _cost(client, table, now)
    rest = range(_FEW, _MANY)
    _put(client, table, (_ended(_demo(n, now, due=False), now) for n in rest))
    many_units, many_seconds = _cost(client, table, now)
    _put(client, table, (_demo(n, now, due=False) for n in rest))
    alive_units, _ = _cost(client, table, now)
    return [
        Figure(
            f"sweep's time at {_MANY} demos over {_FEW}",
            many_seconds / few_seconds,
            1.2,
            f"{many_seconds * 1000:.1f} ms over {few_seconds * 1000:.1f} ms, {_DUE} due",
        ),
        Figure(
            f"sweep's read units at {_MANY} demos over {_FEW}",
            many_units / few_units,
            1.2,
            f"{many_units:g} over {few_units:g}",
        ),
        Figure(
            f"the same with all {_MANY} of them alive",
            alive_units / few_units,
            1.2,
            f"{alive_units:g} over {few_units:g}",
        ),
    ]


def _cost(client: Any, table: str, now: datetime) -> tuple[float, float]:
    units: list[float] = []

    def ask(params: dict[str, Any], **_: Any) -> None:
        params["ReturnConsumedCapacity"] = "TOTAL"

    def count(parsed: dict[str, Any], **_: Any) -> None:
        units.append(parsed["ConsumedCapacity"]["CapacityUnits"])

    store = Table(client, table, watchdog=_WATCHDOG)
    client.meta.events.register("provide-client-params.dynamodb.Query", ask)
    client.meta.events.register("after-call.dynamodb.Query", count)
    seconds = []
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        found = store.due(now)
        seconds.append(time.perf_counter() - started)
        if len(found) != _DUE:
            raise RuntimeError(f"{len(found)} demos are due, not {_DUE}")
    client.meta.events.unregister("provide-client-params.dynamodb.Query", ask)
    client.meta.events.unregister("after-call.dynamodb.Query", count)
    return sum(units) / _ROUNDS, statistics.median(seconds)


def _demo(number: int, now: datetime, *, due: bool) -> Demo:
    created = now - timedelta(hours=5)
    demo = Demo(
        demo_id=f"bench{number:06d}",
        name="bench",
        owner=f"owner{number % 500}@example.com",
        region="us-east-1",
        asked=("s3",),
        steps={"s3": Step(name="s3")},
        created_at=created,
        expires_at=now - timedelta(minutes=1) if due else now + timedelta(hours=1),
        phase=Phase.READY,
        looping=False,
    )
    return replace(demo, warned=frozenset({1440, 120, 30}))


def _ended(demo: Demo, now: datetime) -> Demo:
    return replace(demo, phase=Phase.DELETED, deleted_at=now)


def _put(client: Any, table: str, demos: Iterator[Demo]) -> None:
    batch: list[dict[str, Any]] = []
    for demo in demos:
        values = {k: v for k, v in attributes(demo, _WATCHDOG).items() if v is not None}
        item = demo_key(demo.demo_id) | values | {"version": 1, "wakes": 0}
        batch.append({"PutRequest": {"Item": marshal(item)}})
        if len(batch) == 25:  # noqa: PLR2004 - BatchWriteItem's limit
            client.batch_write_item(RequestItems={table: batch})
            batch = []
    if batch:
        client.batch_write_item(RequestItems={table: batch})

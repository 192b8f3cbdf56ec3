"""What happens in a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.core.catalog import ALL, Component, Selection
from chalicelib.core.spec import SpecChange
from testkit.simulation.components import SMALL
from testkit.simulation.faults import EventFault, Fault, Outage
from testkit.simulation.pools import PoolPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Retained:
    """A resource of a component that its stack leaves behind, until a person removes it."""

    component: str
    removed_at: int


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the first demo's spec in some minute, or None: its retry."""

    at: int
    to: SpecChange | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """One run; the moments are minutes from its start.

    `people` request a demo each at `ask_at`, all at once, where there are `places` for so many.
    There may be a `pool` that has one ready. `erase_at` and `unreadable` (a span) happen to the
    first demo's record, `lost` (a minute and a component) one of its stacks. `lag` is the
    seconds for which what was made is not yet listed, `stale_minutes` those for which the tag
    index still lists what is gone, `index_lag` those by which the sweep's index is late. `skew`
    sets the clocks of processes so many minutes apart, and stacks take `slowness` times their
    usual minutes.
    `requested` is what they request, to be ready by the minute `ready_by` if there is one, and
    `changes` what they request after that; the updates of what `update_fails` names are rolled
    back. What `fails` names comes up from `heal_at` on.
    A run that is judged for it must be gone `within` so many minutes of its lease's end.
    """

    components: tuple[Component, ...] = SMALL
    people: int = 1
    places: int = 20
    ask_at: int = 0
    ready_by: int | None = None
    pool: PoolPlan | None = None
    lease: int = 60
    extend_at: int | None = 20
    delete_at: int | None = None
    requested: Selection = ALL
    changes: tuple[Change, ...] = ()
    heal_at: int | None = None
    update_fails: Mapping[str, str] = field(default_factory=dict)
    erase_at: int | None = None
    lost: tuple[int, str] | None = None
    unreadable: tuple[int, int] | None = None
    sweeps: bool = True
    ttl: bool = False
    orphans: bool = False
    keep_on_failure: bool = False
    fails: Mapping[str, str] = field(default_factory=dict)
    obstacles: Mapping[str, tuple[str, int, str | None]] = field(default_factory=dict)
    protected: frozenset[str] = frozenset()
    retained: Retained | None = None
    uploads: int = 0
    stale_minutes: int = 0
    lag: int = 0
    index_lag: int = 0
    skew: int = 0
    slowness: float = 1
    deaths_retried: bool = True
    calls: Mapping[int, Fault] = field(default_factory=dict)
    events: Mapping[int, EventFault] = field(default_factory=dict)
    outages: tuple[Outage, ...] = ()
    within: float | None = None

"""Records: what an earlier release has written stays readable."""

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

import pytest

from chalicelib.adapters.items import (
    DUE_SHARDS,
    Item,
    adapter,
    alias_item,
    attributes,
    due_shard,
    entry_item,
    epoch,
    to_demo,
    to_entry,
    to_line,
)
from chalicelib.core.demo import Demo, Phase
from chalicelib.core.errors import UnreadableRecord
from chalicelib.core.listing import line_of
from chalicelib.core.stack_change import StackChange
from chalicelib.core.timeline import Entry, EntryKind

from .builders import NOW, OWNER, component, demo


def test_a_record_whose_steps_name_no_wants_is_readable() -> None:
    """Each of its edges counts as required."""
    known = demo(component("rds"), component("asg", "rds"))
    item = {**attributes(known), "version": 1}
    for fields in item["demo"]["components"].values():
        del fields["wants"]
    assert known == to_demo(item)
    assert ("rds",) == to_demo(item).components["asg"].requires


def test_a_record_of_the_first_release_is_read_by_the_present_names() -> None:
    """Fields that were renamed since are found under their old names."""
    known = demo(component("vpc"), component("sg", "vpc"))
    item = {**attributes(known), "version": 1}
    written = item["demo"]
    written["asked"] = written.pop("requested_components")
    written["steps"] = written.pop("components")
    assert "running" == written.pop("desired_state")
    written["desired"] = "ready"
    for fields in written["steps"].values():
        fields["after"] = fields.pop("depends_on")
    assert known == to_demo(item)


def test_what_events_write_is_not_in_the_map() -> None:
    """A save puts the map as a whole, and would undo what came since it was read."""
    written = attributes(demo(changed=frozenset({StackChange("vpc", "1")}), wakes=3))
    assert set() == written["demo"].keys() & {"version", "wakes", "changed"}


def test_a_record_stays_ninety_days_after_its_end() -> None:
    """Then the table's TTL purges it; the record of a demo that lives has none."""
    gone = demo(phase=Phase.DELETED, looping=False, deleted_at=NOW)
    assert int((NOW + timedelta(days=90)).timestamp()) == attributes(gone)["ttl"]
    assert attributes(demo())["ttl"] is None


def test_what_tells_of_a_demo_stays_ninety_days_after_it() -> None:
    """Its timeline after its end, or after what was told later; whom a request's key means too."""
    kept, hour = timedelta(days=90), timedelta(hours=1)
    entry = Entry(at=NOW, actor=OWNER, kind=EntryKind.NOTICE, text="told")
    for end in (NOW + hour, NOW - hour):
        item = entry_item("demo0001", entry, "0", until=end)
        assert epoch(max(NOW, end) + kept) == item["ttl"]
    assert epoch(NOW + kept) == alias_item("asked001", demo(created_at=NOW))["ttl"]


def test_a_record_is_found_by_all_that_a_list_searches() -> None:
    """By its components too; one of the first releases by what stands on it besides."""
    known = demo(component("jenkins"), name="Acme")
    item = {**attributes(known), "version": 1, **KEY}
    assert line_of(known) == to_line(item)
    assert "jenkins" in to_line(item).text
    del item["search"]
    assert "acme ann@example.com demo0001" == to_line(item).text


def test_what_reads_a_kind_of_value_is_made_once() -> None:
    """It costs milliseconds, and a list reads hundreds."""
    assert adapter(Demo) is adapter(Demo)


def test_due_demos_are_spread_over_all_shards() -> None:
    """Each partition of the due index gets about as many, and a demo always the same."""
    ids = [f"demo{number:04d}" for number in range(1000)]
    share = Counter(map(due_shard, ids))
    assert {f"DUE#{number}" for number in range(DUE_SHARDS)} == share.keys()
    assert all(200 <= count <= 300 for count in share.values())
    assert [due_shard(i) for i in ids] == [
        attributes(demo(demo_id=i, due_at=NOW))["due_shard"] for i in ids
    ]


KEY: Final = {"pk": "DEMO#demo0001", "sk": "DEMO"}
BROKEN: Final[Mapping[str, Item]] = {
    "nothing in it": {},
    "no map": {"demo": None},
    "a list for a map": {"demo": []},
    "an empty map": {"demo": {}},
    "no time": {"created_at": 5, "at": "soon", "version": "soon"},
    "no text": {"demo": 5, "at": None},
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("read", [to_demo, to_line, to_entry])
def test_an_item_that_makes_no_sense_is_named(
    read: Callable[[Item], object], broken: Item
) -> None:
    """As such and by its key, whatever is in it: nobody else's reading stops there."""
    whole = {**attributes(demo()), "version": 1}
    with pytest.raises(UnreadableRecord, match="DEMO#demo0001 DEMO cannot be"):
        read({**(whole if broken else {}), **broken, **KEY})

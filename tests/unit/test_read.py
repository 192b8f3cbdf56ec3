"""Reading: what a caller may see, and what is counted when it cannot be shown."""

from chalicelib.core.catalog import ALL
from chalicelib.core.identity import Caller
from chalicelib.core.request import DemoRequest

from .builders import HOME, OWNER, Stage


def test_a_record_left_out_of_a_list_is_counted() -> None:
    """Its owner sees the others, and the operator's alarm hears of it."""
    stage = Stage()
    for _ in range(2):
        stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    stage.store.unreadable.add("demo0001")
    caller = Caller(owner=OWNER)
    page = stage.read.list(caller, everybody=False, limit=5, cursor=None)
    assert ["demo0002"] == [d.demo_id for d in page.items]
    assert [("UnreadableRecords", 1, "Count")] == stage.metrics.values[2:]

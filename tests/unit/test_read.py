"""Reading: what a caller may see, and what is counted when it cannot be shown."""

from chalicelib.core.catalog import ALL
from chalicelib.core.request import DemoRequest
from chalicelib.services.read import Caller, list_demos
from chalicelib.services.request import request_demo

from .builders import HOME, OWNER, Stage


def test_a_record_left_out_of_a_list_is_counted() -> None:
    """Its owner sees the others, and the operator's alarm hears of it."""
    stage = Stage()
    for _ in range(2):
        request_demo(stage.world, OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    stage.store.unreadable.add("demo0001")
    caller = Caller(owner=OWNER)
    page = list_demos(stage.world, caller, everybody=False, limit=5, cursor=None)
    assert ["demo0002"] == [d.demo_id for d in page.items]
    assert [("UnreadableRecords", 1, "Count")] == stage.metrics.values[2:]

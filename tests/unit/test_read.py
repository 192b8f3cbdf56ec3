"""Reading: what a caller may see, and what is counted when it cannot be shown."""

import pytest

from chalicelib.core.catalog import ALL
from chalicelib.core.errors import NotFound
from chalicelib.core.identity import Caller
from chalicelib.core.request import DemoRequest

from .builders import HOME, OWNER, Stage


def test_a_list_is_the_callers_own_but_for_an_admin_who_asks() -> None:
    """An admin's own list is short, too."""
    stage = Stage()
    for owner in (OWNER, "bob@example.com"):
        stage.request.create(owner, DemoRequest(components=ALL, allowed_cidr=(HOME,)))

    def seen(*, everybody: bool, admin: bool) -> list[str]:
        caller = Caller(owner=OWNER, admin=admin)
        page = stage.read.list(caller, everybody=everybody, limit=5, cursor=None)
        return [demo.demo_id for demo in page.items]

    assert ["demo0002", "demo0001"] == sorted(seen(everybody=True, admin=True), reverse=True)
    assert ["demo0001"] == seen(everybody=False, admin=True)
    assert ["demo0001"] == seen(everybody=True, admin=False)


@pytest.mark.parametrize("other", ["aaa@example.com", "zed@example.com", f"{OWNER}.org", ""])
def test_anothers_demo_does_not_exist(other: str) -> None:
    """But for an admin."""
    stage = Stage()
    demo = stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    with pytest.raises(NotFound, match=f"there is no demo {demo.demo_id}"):
        stage.read.find(Caller(owner=other), demo.demo_id)
    assert demo == stage.read.find(Caller(owner=other, admin=True), demo.demo_id)
    assert demo == stage.read.find(Caller(owner=OWNER), demo.demo_id)


def test_a_record_left_out_of_a_list_is_counted() -> None:
    """Its owner sees the others, and the operator's alarm counts it."""
    stage = Stage()
    for _ in range(2):
        stage.request.create(OWNER, DemoRequest(components=ALL, allowed_cidr=(HOME,)))
    stage.store.unreadable.add("demo0001")
    caller = Caller(owner=OWNER)
    page = stage.read.list(caller, everybody=False, limit=5, cursor=None)
    assert ["demo0002"] == [d.demo_id for d in page.items]
    assert [("UnreadableRecords", 1, "Count")] == stage.metrics.values[2:]


def test_what_cannot_be_an_id_is_told_so() -> None:
    """It is not looked for."""
    with pytest.raises(NotFound, match="an id has 8 to 12 lower-case letters and digits"):
        Stage().read.find(Caller(owner=OWNER), "Demo/1")

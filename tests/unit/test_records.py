"""Records: what an earlier release has written stays readable."""

from datetime import timedelta

from chalicelib.adapters.records import attributes, to_demo

from .builders import demo, step


def test_a_record_whose_steps_name_no_wants_is_readable() -> None:
    """Each of its edges counts as required."""
    known = demo(step("rds"), step("asg", "rds"))
    item = {**attributes(known, timedelta(minutes=10)), "version": 1}
    for fields in item["demo"]["steps"].values():
        del fields["wants"]
    assert known == to_demo(item)
    assert ("rds",) == to_demo(item).steps["asg"].requires

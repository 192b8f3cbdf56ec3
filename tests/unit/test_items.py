"""Records: what an earlier release has written stays readable."""

from chalicelib.adapters.items import attributes, to_demo

from .builders import component, demo


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
    for fields in written["steps"].values():
        fields["after"] = fields.pop("depends_on")
    assert known == to_demo(item)

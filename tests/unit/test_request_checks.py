"""A request: everything wrong with it is reported at once, each with its field."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.catalog import ALL, Catalog, Component, Parameter, build_catalog
from chalicelib.core.demo import Demo, Phase
from chalicelib.core.errors import InvalidRequest
from chalicelib.core.kinds import BUNDLE
from chalicelib.core.policy import RequestPolicy
from chalicelib.core.request import DemoRequest, check, nearest, new_demo
from testkit.simulation.components import EIGHT, component

from .builders import HOME, NOW, OWNER

SIZED = replace(
    component("sized", 1),
    parameters={
        "Size": Parameter(name="Size", default="small", allowed_values=("small", "big")),
        "Password": Parameter(name="Password", default="", no_echo=True),
    },
)
CATALOG = build_catalog([*EIGHT, SIZED, component("broken", 1, requires=("Nothing",))])
RULES = RequestPolicy(home_region="eu-west-1", regions=("eu-west-1", "us-east-1"))


def made(**fields: Any) -> Any:
    return of(CATALOG, **fields)


def of(catalog: Catalog, *, owner: str = OWNER, **fields: Any) -> Demo:
    request = DemoRequest(**{"components": ALL, "allowed_cidr": (HOME,), **fields})
    checked = check(request, catalog, RULES)
    return new_demo(checked, demo_id="demo0001", owner=owner, catalog=catalog, now=NOW)


def refused(**fields: Any) -> dict[str, str]:
    with pytest.raises(InvalidRequest) as caught:
        made(**fields)
    return {p.field: p.message for p in caught.value.problems}


def test_everything_is_all_of_the_catalog() -> None:
    """At home, for the default lease."""
    demo = made(components=ALL)
    assert set(CATALOG.components) - {BUNDLE} == set(demo.requested_components)
    assert ("eu-west-1", NOW + timedelta(hours=4)) == (demo.region, demo.expires_at)
    assert Phase.REQUESTED is demo.phase


def test_a_request_without_components_makes_nothing() -> None:
    """An empty or mistyped request is a mistake, and not a demo of everything."""
    assert ["components"] == list(refused(components=()))


def test_steps_carry_their_edges() -> None:
    """The record can be taken down without the templates."""
    demo = made(components=("ecs",))
    assert ("bundle", "s3", "sg", "vpc") == demo.components["ecs"].depends_on
    assert demo.components["s3"].has_bucket


def test_steps_tell_what_they_only_want() -> None:
    """A topic can be kept while the database it shows goes."""
    topic = component("topic", 1, wants=("DatabaseEndpoint",))
    demo = of(build_catalog([*EIGHT, topic]), components=("topic", "rds"))
    assert {"topic": ("rds",)} == {s.name: s.wants for s in demo.components.values() if s.wants}


def test_a_component_asked_for_twice_is_made_once() -> None:
    """Saying it again changes nothing."""
    assert ("vpc",) == made(components=("vpc", "vpc")).requested_components


def test_every_fault_is_reported_at_once() -> None:
    """Nobody has to ask five times to learn of five mistakes."""
    faults = refused(
        components=("vpcs",),
        region="mars-north-1",
        name="",
        ttl=timedelta(0),
        allowed_cidr=("0.0.0.0/0",),
    )
    assert {"components.0", "region", "name", "ttl_hours", "allowed_cidr.0"} == set(faults)


def test_a_near_miss_is_suggested() -> None:
    """A typing error gets the word that was meant."""
    assert "did you mean 'vpc'?" in refused(components=("vpcs",))["components.0"]


def test_a_broken_template_says_why() -> None:
    """Asking for one that was left out repeats what is wrong with it."""
    assert "Nothing has no default" in refused(components=("broken",))["components.0"]


def test_the_bundle_is_not_asked_for() -> None:
    """It comes with what needs it, and has no template."""
    assert "components.0" in refused(components=(BUNDLE,))


@pytest.mark.parametrize("name", ["", " ", "a\nb", "x" * 61, "\ud800", "{{resolve:ssm:x}}", "a{b"])
def test_a_name_is_one_printable_line(name: str) -> None:
    """It goes into tags, pages and messages."""
    assert ["name"] == list(refused(name=name))


@pytest.mark.parametrize("block", ["", "10.0.0.1/24", "10.0.0.0/33", "::/0", "everywhere"])
def test_a_block_that_is_none_is_refused(block: str) -> None:
    """Host bits, IPv6 and words are named as what they are."""
    assert ["allowed_cidr.0"] == list(refused(allowed_cidr=(block,)))


def test_a_block_may_be_as_wide_as_the_rules_allow() -> None:
    """A /16 passes, a /15 is too wide."""
    assert ("10.0.0.0/16",) == made(allowed_cidr=("10.0.0.0/16",)).allowed_cidr
    assert "too wide" in refused(allowed_cidr=("10.0.0.0/15",))["allowed_cidr.0"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("1.2.3.4", "1.2.3.4/32"),
        ("1.2.3.0/024", "1.2.3.0/24"),
        ("1.2.0.0/0.0.255.255", "1.2.0.0/16"),
    ],
)
def test_a_block_is_kept_as_templates_take_it(given: str, kept: str) -> None:
    """Every way to write a block becomes the one that AllowedCidr's pattern lets through."""
    assert (kept,) == made(allowed_cidr=(given,)).allowed_cidr


@pytest.mark.parametrize("number", [0, 11])
def test_one_to_ten_blocks_are_allowed(number: int) -> None:
    """None would let nobody in, and an eleventh is refused."""
    blocks = tuple(f"10.0.{n}.0/24" for n in range(number))
    assert ["allowed_cidr"] == list(refused(allowed_cidr=blocks))


@pytest.mark.parametrize("ttl", [timedelta(0), timedelta(hours=-1), timedelta(hours=72.1)])
def test_a_lease_has_its_bounds(ttl: timedelta) -> None:
    """More than nothing and at most the cap."""
    assert "72 hours" in refused(ttl=ttl)["ttl_hours"]


@pytest.mark.parametrize("name", ["DemoId", "VpcId", "Sizes"])
def test_a_parameter_must_be_the_requests_to_set(name: str) -> None:
    """What the service or another component fills, and what no template has, is refused."""
    assert [f"parameters.{name}"] == list(refused(parameters={name: "x"}))


@pytest.mark.parametrize("alone", sorted(c.name for c in EIGHT))
def test_what_any_component_provides_is_the_services_to_set(alone: str) -> None:
    """Also where its provider is no part of the demo: it could name another demo's resources."""
    shipped = PackagedTemplates().catalog()
    provided = [output for c in shipped.components.values() for output in c.outputs]
    assert "ServiceName" in provided
    with pytest.raises(InvalidRequest) as caught:
        of(shipped, components=(alone,), parameters=dict.fromkeys(provided, "x"))
    messages = {p.field.removeprefix("parameters."): p.message for p in caught.value.problems}
    assert dict.fromkeys(provided, "is set by the service and cannot be requested") == messages


def test_what_a_template_that_was_left_out_provides_stays_the_services() -> None:
    """A mistake in one template opens no parameter of another to callers."""
    broken = component("broken", 1, requires=("Nothing",), outputs=("Thing",))
    mine = component("mine", 1, wants=("Thing",))
    with pytest.raises(InvalidRequest, match="Thing: is set by the service"):
        of(build_catalog([broken, mine]), components=("mine",), parameters={"Thing": "x"})


def test_a_parameter_of_a_template_not_in_the_demo_is_unknown() -> None:
    """Only the templates of this demo count."""
    faults = refused(components=("vpc",), parameters={"Size": "big"})
    assert ["parameters.Size"] == list(faults)


def test_a_secret_is_not_taken_and_so_not_kept() -> None:
    """What a template declares NoEcho would otherwise stand on the record in the clear."""
    problems = refused(components=("sized",), parameters={"Password": "hunter2"})
    assert "secret" in problems["parameters.Password"]
    assert "hunter2" not in problems["parameters.Password"]


def test_a_good_parameter_is_kept() -> None:
    """It reaches the record as it was sent."""
    assert {"Size": "big"} == made(parameters={"Size": "big"}).parameters


def test_a_component_dropped_in_is_asked_for_like_any_other() -> None:
    """Nothing but its file is needed."""
    mine = Component(name="mine", parameters={"VpcId": Parameter(name="VpcId")})
    demo = of(build_catalog([*EIGHT, mine]), components=("mine",))
    assert ["vpc", "mine"] == list(demo.components)


@pytest.mark.parametrize(
    ("word", "meant"),
    [("jenkin", "jenkins"), ("asgs", "asg"), ("ecz", "ecs"), ("xyz", None)],
)
def test_the_nearest_word_is_meant_if_it_is_near_enough(word: str, meant: str | None) -> None:
    """And of several the most alike."""
    assert meant == nearest(word, ["asg", "eb", "ecs", "jenkins", "rds", "sg"])


def test_how_near_a_word_must_be_can_be_said() -> None:
    """A command that deletes is not guessed from half a word."""
    assert ("delete", None) == (nearest("det", ["delete"]), nearest("det", ["delete"], 0.8))


def test_a_parameter_that_is_nearly_right_is_named_right() -> None:
    """A suggestion names one that the caller may set, and where none is near there is none."""
    said = refused(components=("sized",), parameters={"Sice": "big", "DemoIdd": "x", "Q": "x"})
    assert said["parameters.Sice"].endswith("; did you mean 'Size'?")
    assert "no template of this demo has a parameter 'DemoIdd'" == said["parameters.DemoIdd"]
    assert said["parameters.Q"].endswith("parameter 'Q'")


def test_a_template_of_ipv4_alone_refuses_each_block_of_ipv6() -> None:
    """By its place in the request; the others are not blamed."""
    narrow = build_catalog([component("old", 1, wants=("AllowedCidr",)), component("new", 1)])
    with pytest.raises(InvalidRequest) as caught:
        of(narrow, components=("new", "old"), allowed_cidr=(HOME, "2001:db8::/64"))
    assert [("allowed_cidr.1", "'old' takes addresses of IPv4 only")] == [
        (p.field, p.message) for p in caught.value.problems
    ]


def test_a_new_demo_says_what_it_waits_for() -> None:
    """Until its first plan."""
    assert "just requested" == made().reason

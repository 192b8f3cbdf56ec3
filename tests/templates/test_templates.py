"""What holds for every template of `cfn/`."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.catalog import GIVEN
from chalicelib.core.price_list import AS_OF

from .documents import (
    CFN,
    COMPONENTS,
    LAUNCHING,
    SAMPLES,
    Resolver,
    launch_data,
    load,
    resources,
    walk,
)

MINUTES = {
    "s3": 1, "vpc": 3, "sg": 1, "rds": 12, "ecs": 6, "asg": 4, "eb": 6, "jenkins": 6,
}  # fmt: skip
PAUSES = {
    "asg": "delete", "eb": "delete", "ecs": "delete", "jenkins": "delete",
    "rds": "stop", "vpc": "keep", "sg": "keep", "s3": "keep",
}  # fmt: skip
MAY_BE_SAID = {
    "Credentials", "PauseLoses", "PricesFrom", "Replaces", "SolutionStacks", "Synonyms",
}  # fmt: skip
LIMIT_BYTES = 51_200  # the largest template CloudFormation takes as a body
REGIONS = ("us-east-1", "us-west-2", "eu-central-1", "ap-southeast-2", "sa-east-1")
# Parts of something tagged, or tagged by the stack alone: these take no tags of their own.
UNTAGGABLE = {
    "AWS::AutoScaling::ScalingPolicy",
    "AWS::EC2::Route",
    "AWS::EC2::SubnetRouteTableAssociation",
    "AWS::EC2::VPCGatewayAttachment",
    "AWS::ElasticBeanstalk::Application",
    "AWS::ElasticBeanstalk::ApplicationVersion",
    "AWS::ElasticLoadBalancingV2::Listener",
    "AWS::IAM::InstanceProfile",
    "AWS::S3::BucketPolicy",
    "AWS::SecretsManager::SecretTargetAttachment",
}
OUR_TAGS = {f"stelligent-demo:{name}" for name in ("service", "demo-id", "component")}


def test_all_eight_are_there() -> None:
    """The folder holds the eight components, and the tests look at every one of them."""
    assert sorted(COMPONENTS) == sorted(path.stem for path in CFN.glob("*.yaml"))


def test_lint() -> None:
    """cfn-lint has nothing to say of any template, in regions old and new."""
    done = subprocess.run(
        [str(Path(sys.executable).with_name("cfn-lint")), *map(str, sorted(CFN.glob("*.yaml")))]
        + [argument for region in REGIONS for argument in ("--regions", region)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (0, "") == (done.returncode, done.stdout + done.stderr)


def test_ignored_rules_are_explained() -> None:
    """A rule that is ignored has a comment right above it."""
    for path in CFN.glob("*.yaml"):
        lines = path.read_text().splitlines()
        ignored = [n for n, line in enumerate(lines) if re.match(r" +- [EWI]\d{4}$", line)]
        assert all(lines[n - 1].lstrip().startswith("#") for n in ignored), path.name
        assert len(ignored) == path.read_text().count("ignore_checks:")


@pytest.mark.parametrize("component", COMPONENTS)
def test_size(component: str) -> None:
    """A template travels as a body, so it stays within what CloudFormation takes."""
    assert (CFN / f"{component}.yaml").stat().st_size < LIMIT_BYTES


@pytest.mark.parametrize("component", COMPONENTS)
def test_metadata(component: str) -> None:
    """The catalog finds a title, one sentence, typical minutes, hourly prices and a pause."""
    metadata = load(component)["Metadata"]["StelligentDemo"]
    wanted = {"Title", "Description", "TypicalMinutes", "Prices", "Pause"}
    assert wanted == set(metadata) - MAY_BE_SAID
    assert re.fullmatch(r"[A-Z].+\.", metadata["Description"])
    assert MINUTES[component] == metadata["TypicalMinutes"]


@pytest.mark.parametrize("component", COMPONENTS)
def test_prices_say_where_they_are_from(component: str) -> None:
    """Pages of AWS's and the month in which the price list was compared with them."""
    metadata = load(component)["Metadata"]["StelligentDemo"]
    assert metadata["Prices"] == {} or re.fullmatch(rf".+ {AS_OF}", metadata["PricesFrom"])


@pytest.mark.parametrize(("component", "word"), PAUSES.items())
def test_pause(component: str, word: str) -> None:
    """Each says what a pause does to it, and what that loses if it holds anything."""
    found = PackagedTemplates().catalog().components[component]
    assert word == found.pause
    assert word == "delete" or not found.pause_loses
    assert re.fullmatch(r"([A-Z].+\.)?", found.pause_loses)


@pytest.mark.parametrize("component", COMPONENTS)
def test_parameters_are_described(component: str) -> None:
    """Every parameter is described, labelled and in exactly one group of the console's form."""
    template = load(component)
    form = template["Metadata"]["AWS::CloudFormation::Interface"]
    grouped = Counter(name for group in form["ParameterGroups"] for name in group["Parameters"])
    assert dict.fromkeys(template["Parameters"], 1) == dict(grouped)
    assert set(template["Parameters"]) == set(form["ParameterLabels"])
    assert all(parameter.get("Description") for parameter in template["Parameters"].values())


@pytest.mark.parametrize("component", COMPONENTS)
def test_parameters_are_constrained(component: str) -> None:
    """Free text is checked before it reaches anything, and the reason is given in words."""
    for name, parameter in load(component)["Parameters"].items():
        if parameter["Type"] in {"String", "CommaDelimitedList"}:
            assert parameter.keys() & {"AllowedPattern", "AllowedValues", "MaxLength"}, name
        if "AllowedPattern" in parameter:
            assert "ConstraintDescription" in parameter, name


@pytest.mark.parametrize("component", COMPONENTS)
def test_samples_match_the_patterns(component: str) -> None:
    """Defaults and ordinary values pass the patterns of the parameters they are for."""
    for name, parameter in load(component)["Parameters"].items():
        value = str(parameter.get("Default", SAMPLES.get(name)))
        assert re.search(parameter.get("AllowedPattern", ""), value), name


@pytest.mark.parametrize("component", COMPONENTS)
def test_no_component_names_the_owner(component: str) -> None:
    """Nor the demo's name or end: what shows them looks them up, so that they may change."""
    assert set() == {"DemoName", "Owner", "ExpiresAt"} & load(component)["Parameters"].keys()


def test_outputs_are_unique() -> None:
    """No two components give an output of one name, and none gives what it also needs."""
    names = Counter(name for c in COMPONENTS for name in load(c).get("Outputs", {}))
    assert [] == [name for name, count in names.items() if count > 1]
    for component in COMPONENTS:
        template = load(component)
        assert not template["Parameters"].keys() & template["Outputs"].keys()


def test_needs_are_met() -> None:
    """What a template cannot default is another's output, or given by the service."""
    provided = {name for c in COMPONENTS for name in load(c)["Outputs"]} | {"BundleKey"}
    for component in COMPONENTS:
        template = load(component)
        requires = {name for name, p in template["Parameters"].items() if "Default" not in p}
        found = template["Metadata"]["StelligentDemo"].get("SolutionStacks", {}).keys()
        assert set() == requires - GIVEN - provided - found, component


@pytest.mark.parametrize("component", COMPONENTS)
def test_nothing_is_retained(component: str) -> None:
    """No policy, snapshot, backup or protection keeps anything after the stack."""
    template = load(component)
    for name, resource in template["Resources"].items():
        assert resource.get("DeletionPolicy", "Delete") == "Delete", name
        assert resource.get("UpdateReplacePolicy", "Delete") == "Delete", name
    text = (CFN / f"{component}.yaml").read_text()
    assert not re.search(r"Retain\b|Snapshot(?!s)|DeletionProtection: true", text)
    for database in resources(template, "AWS::RDS::DBInstance").values():
        assert "Delete" == database["DeletionPolicy"]
        properties = database["Properties"]
        assert properties["DeleteAutomatedBackups"] is True
        assert properties["DeletionProtection"] is False
        assert 0 == properties["BackupRetentionPeriod"]


@pytest.mark.parametrize("component", COMPONENTS)
def test_everything_is_tagged(component: str) -> None:
    """Every resource that takes tags carries some."""
    untagged = {
        resource["Type"]
        for resource in load(component)["Resources"].values()
        if not {"Tags", "TagSpecifications"} & resource.get("Properties", {}).keys()
    }
    assert set() == untagged - UNTAGGABLE


@pytest.mark.parametrize("component", LAUNCHING)
def test_launched_things_are_tagged(component: str) -> None:
    """Launch templates and all they launch carry our tags, which a stack does not pass on."""
    expected = {
        "Name": f"stelligent-demo-demo1234-{component}",
        "stelligent-demo:service": SAMPLES["DemoService"],
        "stelligent-demo:demo-id": "demo1234",
        "stelligent-demo:component": component,
    }
    specifications = {
        s["ResourceType"]: {tag["Key"]: tag["Value"] for tag in s["Tags"]}
        for s in launch_data(component)["TagSpecifications"]
    }
    assert dict.fromkeys(("instance", "volume", "network-interface"), expected) == specifications
    template = load(component)
    made = Resolver(template)(template["Resources"]["LaunchTemplate"]["Properties"])
    (own,) = made["TagSpecifications"]
    assert ("launch-template", expected) == (
        own["ResourceType"],
        {tag["Key"]: tag["Value"] for tag in own["Tags"]},
    )
    tags = Resolver(template)(template["Resources"]["Group"]["Properties"]["Tags"])
    assert expected == {tag["Key"]: tag["Value"] for tag in tags}
    assert all(tag["PropagateAtLaunch"] is True for tag in tags)


def test_beanstalk_passes_tags_on() -> None:
    """Elastic Beanstalk makes its own resources, and is given our tags for them."""
    tags = load("eb")["Resources"]["Environment"]["Properties"]["Tags"]
    assert {tag["Key"] for tag in tags} == OUR_TAGS


@pytest.mark.parametrize("component", COMPONENTS)
def test_runs_in_any_region(component: str) -> None:
    """No machine image, zone, region, account or partition is written in."""
    text = (CFN / f"{component}.yaml").read_text()
    assert not re.search(r"\bami-[0-9a-f]{8}", text)
    assert not re.search(r"\b(us|eu|ap|ca|sa|me|af|il|mx)-[a-z]+-\d", text)
    assert not re.search(r"\b\d{12}\b", text)
    # A platform's version may stand in an explanation, never in a value.
    values = [v for node in walk(load(component)) if isinstance(node, dict) for v in node.values()]
    assert not [v for v in values if re.search(r"^64bit .* v\d", str(v))]
    assert "arn:aws:" not in text

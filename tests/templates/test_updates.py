"""What an update of a stack changes in place, and what it would replace.

A property that a registry schema calls createOnly makes CloudFormation replace its resource
("Update requires: Replacement" in the CloudFormation Template Reference). The schemas are
cfn-lint's.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from chalicelib.adapters.templates import PackagedTemplates
from chalicelib.core.parameters import parameter_fault

from .documents import COMPONENTS, Resolver, load

OF_THE_DEMO: Final[Mapping[str, str]] = {
    "AllowedCidr": "203.0.113.0/24,198.51.100.7/32",
    "AllowedCidrIpv6": "2001:db8::/64",
    "DemoName": "Another",
    "Owner": "somebody@example.com",
    "ExpiresAt": "2031-01-31T12:00:00Z",
}
"""What an owner changes most, and must never lose anything by."""
HOLDING_DATA: Final = {
    # Everything of a demo stands in them.
    "AWS::EC2::Subnet",
    "AWS::EC2::VPC",
    "AWS::RDS::DBInstance",
    "AWS::S3::Bucket",
    "AWS::SecretsManager::Secret",
}
NAMES: Final = {
    "AWS::AutoScaling::AutoScalingGroup": "AutoScalingGroupName",
    "AWS::ECS::Cluster": "ClusterName",
    "AWS::ECS::Service": "ServiceName",
    "AWS::ElasticBeanstalk::Application": "ApplicationName",
    "AWS::ElasticBeanstalk::Environment": "EnvironmentName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SecretsManager::Secret": "Name",
}
"""The property that gives a resource a name of its own, which no second one can have."""
OTHERWISE: Final = (
    *("2", "3", "30", "10.201.0.0/16", "another", "another:1", "/another"),
    *("docker.io/jenkins/jenkins:another", "/aws/service/another"),
)
"""Values of which each parameter takes at least one."""
CATALOG: Final = PackagedTemplates().catalog()


def schema(kind: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(
        "us-east-1", kind
    ).schema
    return found


def at(properties: Any, pointer: str) -> Any:
    """Return what a schema's pointer, such as /properties/Tier/Name, leads to."""
    for key in pointer.split("/")[2:]:
        properties = properties.get(key) if isinstance(properties, Mapping) else None
    return properties


def replaced(component: str, **values: str) -> set[str]:
    """Return the resources that other values of these parameters would replace."""
    template = load(component)
    before, after = Resolver(template), Resolver(template, **values)
    return {
        name
        for name, body in template["Resources"].items()
        for pointer in schema(body["Type"]).get("createOnlyProperties", ())
        if at(before(body.get("Properties", {})), pointer)
        != at(after(body.get("Properties", {})), pointer)
    }


def others(component: str) -> Iterator[tuple[str, str]]:
    """Yield each parameter that a request may change, with each of its other values."""
    for parameter in CATALOG.components[component].parameters.values():
        if not CATALOG.is_set_by_service(parameter.name):
            tried = parameter.allowed_values or OTHERWISE
            good = [value for value in tried if not parameter_fault(parameter, value)]
            assert good, parameter.name
            yield from ((parameter.name, v) for v in good if v != parameter.default)


@pytest.mark.parametrize("component", COMPONENTS)
@pytest.mark.parametrize("parameter", OF_THE_DEMO)
def test_addresses_name_owner_and_end_change_in_place(component: str, parameter: str) -> None:
    """Nothing of any component is replaced by them."""
    assert set() == replaced(component, **{parameter: OF_THE_DEMO[parameter]})


@pytest.mark.parametrize("component", COMPONENTS)
def test_tags_change_in_place(component: str) -> None:
    """The stack's tags carry owner and end: whatever takes them takes new ones as it is."""
    for body in load(component)["Resources"].values():
        tagging = schema(body["Type"]).get("tagging", {})
        assert tagging.get("tagUpdatable") or not tagging.get("taggable"), body["Type"]


@pytest.mark.parametrize("component", COMPONENTS)
def test_what_replaces_data_is_stated(component: str) -> None:
    """A parameter whose change would replace what holds data is among the template's Replaces."""
    kinds = {name: body["Type"] for name, body in load(component)["Resources"].items()}
    replacing = {
        parameter
        for parameter, value in others(component)
        for name in replaced(component, **{parameter: value})
        if kinds[name] in HOLDING_DATA
    }
    assert replacing <= set(CATALOG.components[component].replaces)


def test_what_costs_jenkins_its_home_is_stated() -> None:
    """Whatever changes its launch template replaces the instance, and nothing else does."""
    template = load("jenkins")
    data = template["Resources"]["LaunchTemplate"]["Properties"]["LaunchTemplateData"]
    before = Resolver(template)(data)
    changing = {
        parameter
        for parameter, value in others("jenkins")
        if before != Resolver(template, **{parameter: value})(data)
    }
    assert changing == set(CATALOG.components["jenkins"].replaces)


@pytest.mark.parametrize("component", COMPONENTS)
def test_what_has_a_name_is_never_replaced(component: str) -> None:
    """Its successor could not be made beside it."""
    resources = load(component)["Resources"]
    named = {n for n, r in resources.items() if NAMES.get(r["Type"]) in r.get("Properties", {})}
    for parameter, value in others(component):
        assert set() == named & replaced(component, **{parameter: value}), parameter


@pytest.mark.parametrize("component", ["asg", "ecs", "jenkins"])
def test_instances_follow_their_launch_template(component: str) -> None:
    """A new one replaces them by a rolling update that waits for each to signal."""
    group = load(component)["Resources"]["Group"]
    rolling = group["UpdatePolicy"]["AutoScalingRollingUpdate"]
    assert rolling["WaitOnResourceSignals"] is True
    assert group["CreationPolicy"]["ResourceSignal"]["Timeout"] == rolling["PauseTime"]
    assert int(rolling["MinInstancesInService"]) < int(group["Properties"]["MaxSize"])

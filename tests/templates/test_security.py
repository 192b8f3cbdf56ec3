"""Who may reach what, and what is encrypted and bounded."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from .documents import (
    COMPONENTS,
    LAUNCHING,
    REGISTRY,
    Resolver,
    launch_data,
    load,
    resources,
    walk,
)

RANGES = ("198.51.100.7/32", "203.0.113.0/24", *(f"192.0.2.{n}/32" for n in range(8)))
IPV6_RANGES = tuple(f"2001:db8:{n}::/48" for n in range(10))


@pytest.mark.parametrize("component", LAUNCHING)
def test_instances(component: str) -> None:
    """Instances answer metadata requests by IMDSv2 within one hop; disks are encrypted."""
    data = launch_data(component)
    options = data["MetadataOptions"]
    assert ("required", 1) == (options["HttpTokens"], options["HttpPutResponseHopLimit"])
    assert all(device["Ebs"]["Encrypted"] is True for device in data["BlockDeviceMappings"])
    assert "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>" in {
        parameter["Type"] for parameter in load(component)["Parameters"].values()
    }


def test_storage_is_encrypted() -> None:
    """The database and the bucket are encrypted, and the bucket refuses plain HTTP."""
    assert load("rds")["Resources"]["Database"]["Properties"]["StorageEncrypted"] is True
    s3 = load("s3")["Resources"]
    assert s3["Bucket"]["Properties"]["BucketEncryption"]
    assert all(s3["Bucket"]["Properties"]["PublicAccessBlockConfiguration"].values())
    (statement,) = s3["BucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    assert ("Deny", {"Bool": {"aws:SecureTransport": "false"}}) == (
        statement["Effect"],
        statement["Condition"],
    )


def policy(
    direction: str, *ranges: str, ipv6: Sequence[str] = ()
) -> dict[str, list[dict[str, Any]]]:
    """Return each security group's rules of one direction, for these allowed ranges."""
    template = load("sg")
    resolve = Resolver(template, AllowedCidr=",".join(ranges), AllowedCidrIpv6=",".join(ipv6))
    groups = resources(template, "AWS::EC2::SecurityGroup")
    return {
        name: resolve(group["Properties"][f"SecurityGroup{direction}"])
        for name, group in groups.items()
    }


@pytest.mark.parametrize("count", range(11))
def test_one_rule_a_range(count: int) -> None:
    """Up to ten ranges of each kind become as many rules, on port 80 of the load balancers."""
    for ipv4, ipv6 in ((count, 0), (0, count), (10 - count, count)):
        ranges, more = RANGES[:ipv4], IPV6_RANGES[:ipv6]
        inbound = policy("Ingress", *ranges, ipv6=more)["LoadBalancerGroup"]
        assert [(r, 80, 80) for r in (*ranges, *more)] == [
            (rule.get("CidrIp", rule.get("CidrIpv6")), rule["FromPort"], rule["ToPort"])
            for rule in inbound
        ]


def test_ranges_may_change_places() -> None:
    """The rule of a range is the same wherever it stands, so that no other's change touches it."""
    one, two = policy("Ingress", *RANGES), policy("Ingress", *RANGES[1:], RANGES[0])
    rules = {json.dumps(rule, sort_keys=True) for rule in one["LoadBalancerGroup"]}
    assert rules == {json.dumps(rule, sort_keys=True) for rule in two["LoadBalancerGroup"]}


def test_only_load_balancers_face_outward() -> None:
    """Everything else takes traffic from another group, never from an address range."""
    inbound = policy("Ingress", *RANGES)
    del inbound["LoadBalancerGroup"]
    sources = {(name, r["SourceSecurityGroupId"]) for name, rs in inbound.items() for r in rs}
    assert {
        ("ApplicationGroup", "LoadBalancerGroup"),
        ("JenkinsGroup", "LoadBalancerGroup"),
        ("DatabaseGroup", "ApplicationGroup"),
    } == sources
    assert not any("CidrIp" in rule for rs in inbound.values() for rule in rs)


def test_outward_traffic() -> None:
    """Instances reach out by HTTP and HTTPS only, the database nowhere at all."""
    outward = {
        name: [rule["FromPort"] for rule in rs if rule["CidrIp"] == "0.0.0.0/0"]
        for name, rs in policy("Egress", *RANGES).items()
    }
    assert {
        "LoadBalancerGroup": [],
        "ApplicationGroup": [443, 80],
        "JenkinsGroup": [443, 80],
        "DatabaseGroup": [],
    } == outward


@pytest.mark.parametrize("component", COMPONENTS)
def test_no_open_range(component: str) -> None:
    """No template lets the whole world in, by rule or by default."""
    template = load(component)
    for group in resources(template, "AWS::EC2::SecurityGroup").values():
        inbound = group["Properties"]["SecurityGroupIngress"]
        assert not [v for v in walk(inbound) if v in ("0.0.0.0/0", "::/0")]
    defaults = [str(p.get("Default", "")) for p in template["Parameters"].values()]
    assert not [d for d in defaults if "0.0.0.0/0" in d or "::/0" in d]


@pytest.mark.parametrize("component", COMPONENTS)
def test_roles_are_bounded(component: str) -> None:
    """Every role has our path and boundary, and allows no wildcard action."""
    template = load(component)
    for name, role in resources(template, "AWS::IAM::Role").items():
        properties = role["Properties"]
        assert {"Ref": "RolePath"} == properties["Path"], name
        assert {"Ref": "PermissionsBoundaryArn"} == properties["PermissionsBoundary"], name
        actions = [
            action
            for node in walk(properties.get("Policies", []))
            if isinstance(node, dict) and "Action" in node
            for action in ([node["Action"]] if isinstance(node["Action"], str) else node["Action"])
        ]
        assert [] == [action for action in actions if "*" in action], name


def test_wildcard_resources() -> None:
    """Only actions that name no resource, or are held to the cluster, may touch any."""
    found = {
        statement["Sid"]
        for component in COMPONENTS
        for statement in walk(load(component))
        if isinstance(statement, dict)
        and statement.get("Effect") == "Allow"
        and statement.get("Resource") == "*"
    }
    assert {"ServeTheCluster", "FindTheCluster", "WatchTheRefresh"} == found


def test_registry_rights_only_when_asked() -> None:
    """An instance may write to the bucket with the registry method only, below registry/."""
    template = load("ecs")
    role = template["Resources"]["InstanceRole"]["Properties"]["Policies"]
    names = [[p["PolicyName"] for p in Resolver(template, **m)(role)] for m in ({}, REGISTRY)]
    assert [["instance"], ["instance", "registry"]] == names
    assert not [v for v in walk(Resolver(template)(role)) if v == "s3:PutObject"]

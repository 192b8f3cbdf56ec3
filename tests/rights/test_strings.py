"""Texts that AWS takes in certain characters and lengths only, as it will get them."""

from __future__ import annotations

from typing import Any

import pytest

from tools.rights.check import text_faults
from tools.rights.demo import stacks_of
from tools.rights.resources import Place, Resource
from tools.rights.service import service
from tools.rights.strings import faults_of


def test_every_text_of_templates_and_service_fits() -> None:
    """With a name and an owner full of signs, every text keeps to what its service takes."""
    deployed = service()
    stacks = {**stacks_of(deployed), "service": deployed.stack}
    assert [] == [str(fault) for _, _, fault in text_faults(stacks)]


@pytest.mark.parametrize(
    ("resource_type", "properties", "where"),
    [
        ("AWS::EC2::SecurityGroup", {"GroupDescription": "Acme's"}, "GroupDescription"),
        ("AWS::EC2::SecurityGroup", {"GroupName": "sg-mine"}, "GroupName"),
        (
            "AWS::EC2::SecurityGroup",
            {"SecurityGroupEgress": [{"Description": "a" * 256}]},
            "SecurityGroupEgress.Description",
        ),
        ("AWS::EC2::SecurityGroupIngress", {"Description": "50% off"}, "Description"),
        ("AWS::IAM::Role", {"Description": "für 1 € alle"}, "Description"),
        ("AWS::IAM::Role", {"RoleName": "a" * 65}, "RoleName"),
        ("AWS::S3::Bucket", {"BucketName": "Upper"}, "BucketName"),
        ("AWS::Logs::LogGroup", {"LogGroupName": "a b"}, "LogGroupName"),
        ("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Name": "internal-a"}, "Name"),
        ("AWS::ElasticLoadBalancingV2::TargetGroup", {"Name": "a" * 33}, "Name"),
        ("AWS::ElasticBeanstalk::Environment", {"EnvironmentName": "abc"}, "EnvironmentName"),
        ("AWS::SecretsManager::Secret", {"Name": "a b"}, "Name"),
        ("AWS::EC2::VPC", {"Tags": [{"Key": "aws:mine", "Value": ""}]}, "Tags"),
        ("AWS::EC2::VPC", {"Tags": [{"Key": "a", "Value": "Tom & Jerry"}]}, "Tags.a"),
        ("AWS::EC2::VPC", {"Tags": [{"Key": str(n)} for n in range(51)]}, "Tags"),
    ],
)
def test_a_text_that_does_not_fit_is_found(
    resource_type: str, properties: dict[str, Any], where: str
) -> None:
    """Each rule is one that a text can break."""
    resource = Resource(resource_type, "It", properties, Place())
    assert [where] == [fault.where for fault in faults_of(resource)]

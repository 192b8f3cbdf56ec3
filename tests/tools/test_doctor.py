"""What `make doctor` says of an account, asked against moto and against refusals."""

from __future__ import annotations

import functools
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from chalicelib.core.account_quotas import QUOTAS
from chalicelib.core.catalog import Component, Parameter, build_catalog
from tools.doctor import quotas
from tools.doctor.account import Account
from tools.doctor.change_sets import check_templates
from tools.doctor.findings import Finding, Verdict, run
from tools.doctor.images import check_images
from tools.doctor.quotas import check_quotas
from tools.doctor.roles import check_function_roles, check_stack_role
from tools.rights.demo import stacks_of
from tools.rights.service import service
from tools.rights.template import Stack

REGION = "us-east-1"
STACK = "stelligent-demo-service-test"
SERVICE = {
    "Parameters": {"LimitInAll": {"Type": "String"}},
    "Resources": {
        "StackRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
        },
        "Boundary": {"Type": "AWS::SNS::Topic"},
    },
}


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "a")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "b")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield


def deployed(
    limit: int,
    template: dict[str, Any],
    parameters: tuple[Parameter, ...] = (),
    wired: tuple[Component, ...] = (),
) -> Account:
    """Deploy a service of that limit, whose catalog holds one component of this template."""
    client = functools.cache(functools.partial(boto3.client, region_name=REGION))
    client("cloudformation").create_stack(
        StackName=STACK,
        TemplateBody=json.dumps(SERVICE),
        Parameters=[{"ParameterKey": "LimitInAll", "ParameterValue": str(limit)}],
        Capabilities=["CAPABILITY_IAM"],
    )
    component = Component(
        name="net",
        resources=Counter(body["Type"] for body in template["Resources"].values()),
        prices=(),
        parameters={p.name: p for p in parameters},
        outputs=(),
        has_bucket=False,
    )
    values = {p.name: "x" for p in parameters}
    return Account(
        stack_name=STACK,
        client=client,
        catalog=build_catalog([component, *wired], []),
        template_bodies={"net": json.dumps(template), "base": json.dumps({"Resources": {}})},
        stacks={"net": Stack(template, values)},
    )


def network() -> dict[str, Any]:
    return {
        "Resources": {"V": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}}
    }


def parameter(name: str, kind: str, default: str | None = None) -> Parameter:
    return Parameter(name=name, type=kind, description="", default=default)


def verdicts(found: Iterator[Finding]) -> dict[str, Verdict]:
    return {f.subject: f.verdict for f in found}


@pytest.mark.parametrize(("limit", "verdict"), [(4, Verdict.FINE), (5, Verdict.FAILS)])
def test_the_default_quota_of_five_networks_bears_four_demos(
    cloud: None, limit: int, verdict: Verdict
) -> None:
    """A new account has one default network, so that the fifth demo's own is refused."""
    found = verdicts(iter(check_quotas(deployed(limit, network()))))
    assert verdict is found["VPCs per Region"]


@pytest.mark.parametrize("owner", ["ann@example.com", "pool:base"])
@pytest.mark.parametrize(("limit", "verdict"), [(4, Verdict.FINE), (5, Verdict.FAILS)])
def test_demos_that_stand_already_are_not_counted_twice(
    cloud: None, owner: str, limit: int, verdict: Verdict
) -> None:
    """
    A network of a demo that is there, a person's or one that waits in a pool, is in use, and none
    is needed for it any more.
    """
    account = deployed(limit, network())
    account.client("cloudformation").create_stack(
        StackName="stelligent-demo-abcd1234-net",
        TemplateBody=json.dumps(network()),
        Tags=[
            {"Key": "stelligent-demo:service", "Value": STACK},
            {"Key": "stelligent-demo:owner", "Value": owner},
        ],
    )
    (found,) = (f for f in check_quotas(account) if f.subject == "VPCs per Region")
    assert verdict is found.verdict
    assert f"2 in use, {limit - 1} more needed" in found.detail


def test_a_quota_that_cannot_be_read_is_reported(cloud: None) -> None:
    """What AWS does not answer is neither fine nor failing."""
    account = deployed(4, network())
    real = account.client

    def client(name: str) -> Any:
        if name == "service-quotas":
            refusal = {"Error": {"Code": "AccessDeniedException", "Message": "not authorized"}}
            raise ClientError(refusal, "GetServiceQuota")  # type: ignore[arg-type]
        return real(name)

    refused = Account(
        stack_name=STACK,
        client=client,
        catalog=account.catalog,
        template_bodies=account.template_bodies,
        stacks=account.stacks,
    )
    found = {f.subject: f for f in check_quotas(refused)}
    assert Verdict.NOT_ASKED is found["VPCs per Region"].verdict
    assert "not authorized" in found["VPCs per Region"].detail


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64", Verdict.FINE),
        ("/aws/service/no/such/image", Verdict.FAILS),
    ],
)
def test_an_image_that_is_not_there_fails(cloud: None, path: str, verdict: Verdict) -> None:
    """Every public image parameter that a template names by default is asked for."""
    image = parameter("MachineImage", "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", path)
    found = verdicts(iter(check_images(deployed(1, network(), (image,)))))
    assert {f"net: {path}": verdict} == found


def test_a_template_is_tried_and_leaves_nothing(cloud: None) -> None:
    """A change set is made of each template, and its stack is gone again afterwards."""
    account = deployed(1, network(), (parameter("DemoId", "String"),))
    found = list(check_templates(account))
    assert [Verdict.FINE] == [f.verdict for f in found], found
    stacks = account.client("cloudformation").describe_stacks()["Stacks"]
    assert [STACK] == [s["StackName"] for s in stacks]


def test_a_template_whose_network_nobody_has_is_not_asked(cloud: None) -> None:
    """A parameter that CloudFormation looks up needs something real to name."""
    provider = Component(
        name="base",
        title="",
        description="",
        typical_minutes=1,
        prices=(),
        parameters={},
        outputs=("VpcId",),
        has_bucket=False,
    )
    account = deployed(1, network(), (parameter("VpcId", "AWS::EC2::VPC::Id"),), (provider,))
    ec2 = account.client("ec2")
    for subnet in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    for vpc in ec2.describe_vpcs()["Vpcs"]:
        ec2.delete_vpc(VpcId=vpc["VpcId"])
    found = {f.subject: f for f in check_templates(account)}["net"]
    assert Verdict.NOT_ASKED is found.verdict
    assert "AWS::EC2::VPC::Id for VpcId" in found.detail


def test_a_check_that_aws_refuses_stops_no_other(cloud: None) -> None:
    """One refused question is reported as such, and the next is asked."""
    account = deployed(1, network())

    def refused(_: Account) -> Iterator[Finding]:
        raise ClientError({"Error": {"Code": "Denied", "Message": "no"}}, "Look")
        yield

    found = list(run([("a", refused), ("quota", check_quotas)], account))
    assert ("a", Verdict.NOT_ASKED) == (found[0].check, found[0].verdict)
    assert {"quota"} == {f.check for f in found[1:]}


def test_every_quota_of_the_table_is_asked_for() -> None:
    """What the service counts, the doctor can list in use."""
    assert {quota.code for quota in QUOTAS} == set(quotas.LISTED_BY)


class _Simulator:
    """IAM's policy simulator: honours condition keys, and denies some actions."""

    def __init__(self, *denied: str) -> None:
        self.denied = denied
        self.roles: set[str] = set()

    def simulate_custom_policy(self, **_: Any) -> dict[str, Any]:
        return {"EvaluationResults": [{"EvalDecision": "allowed"}]}

    def get_role(self, *, RoleName: str) -> dict[str, Any]:  # noqa: N803 - boto3's own name
        return {"Role": {"Arn": f"arn:aws:iam::111122223333:role/{RoleName}"}}

    def get_paginator(self, _: str) -> _Simulator:
        return self

    def paginate(self, **asked: Any) -> list[dict[str, Any]]:
        self.roles.add(asked["PolicySourceArn"])
        results = [
            {
                "EvalActionName": a,
                "EvalDecision": "implicitDeny" if a in self.denied else "allowed",
            }
            for a in asked["ActionNames"]
        ]
        return [{"EvaluationResults": results}]


class _Caller:
    """STS and CloudFormation, as far as the roles' checks ask them."""

    def __init__(self) -> None:
        self.meta = type("Meta", (), {"region_name": REGION})

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "111122223333", "Arn": "arn:aws:iam::111122223333:user/me"}

    def describe_stack_resource(self, **asked: str) -> dict[str, Any]:
        return {"StackResourceDetail": {"PhysicalResourceId": asked["LogicalResourceId"]}}


def simulated(iam: _Simulator) -> Account:
    clients: dict[str, Any] = {"iam": iam, "sts": _Caller(), "cloudformation": _Caller()}
    return Account(
        stack_name=STACK,
        client=clients.__getitem__,
        catalog=build_catalog([]),
        template_bodies={},
        stacks=stacks_of(service()),
    )


def test_each_function_is_simulated_with_its_own_role() -> None:
    """A right that one function's role lacks is reported for that function and for no other."""
    iam = _Simulator("cloudformation:CreateStack")
    found = {f.subject: f for f in check_function_roles(simulated(iam))}
    assert Verdict.FAILS is found["function create_stack"].verdict
    assert Verdict.FINE is found["function plan"].verdict
    assert any(role.endswith("/SlackUpdatesRole") for role in iam.roles)
    assert len(found) == len(iam.roles)


def test_a_denied_action_of_the_stack_role_is_named() -> None:
    """Which component fails, and for want of what."""
    found = {f.subject: f for f in check_stack_role(simulated(_Simulator("rds:CreateDBInstance")))}
    assert "denied: rds:CreateDBInstance" == found["StackRole for rds"].detail
    assert Verdict.FINE is found["StackRole for vpc"].verdict

"""What the extensions add to single services, each seen through the AWS SDK."""

import json
from typing import Any

import pytest

from local import survey
from local.emulator import beanstalk
from local.emulator.images import IMAGES
from local.emulator.process import Emulator

from .conftest import Stacks, make_function, put_policy, wait_until

COMPONENT = [{"Key": "stelligent-demo:component", "Value": "s3"}]


def bucket(name: str, **properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": name, **properties}}


def test_a_full_bucket_is_not_deleted(aws: Emulator, stacks: Stacks) -> None:
    """A stack whose bucket holds an object ends DELETE_FAILED in AWS's words, until emptied."""
    stack = stacks.create("full", {"B": bucket("full-bucket")})
    stacks.settled(stack)
    s3 = aws.client("s3")
    s3.put_object(Bucket="full-bucket", Key="k", Body=b"x")
    assert stacks.delete(stack) == "DELETE_FAILED"
    reasons = [why for _, status, why in stacks.events(stack) if status == "DELETE_FAILED"]
    assert "The bucket you tried to delete is not empty" in reasons[0]
    s3.delete_object(Bucket="full-bucket", Key="k")
    stacks.api.delete_stack(StackName=stack)
    wait_until(lambda: stacks.status(stack) == "DELETE_COMPLETE")


def test_a_bucket_of_old_versions_is_full(aws: Emulator, stacks: Stacks) -> None:
    """A versioned bucket counts as full while a version or delete marker is left."""
    versioned = bucket("old-versions", VersioningConfiguration={"Status": "Enabled"})
    stack = stacks.create("versioned", {"B": versioned})
    stacks.settled(stack)
    s3 = aws.client("s3")
    s3.put_object(Bucket="old-versions", Key="k", Body=b"x")
    s3.delete_object(Bucket="old-versions", Key="k")
    assert stacks.delete(stack) == "DELETE_FAILED"
    assert "You must delete all versions in the bucket." in str(stacks.events(stack))


def test_a_bucket_has_the_tags_of_its_stack(aws: Emulator, stacks: Stacks) -> None:
    """Stack tags reach the bucket, and the tagging API finds stack and bucket by them."""
    tags = [{"Key": "stelligent-demo:demo-id", "Value": "tagged12"}]
    stack = stacks.create("tagged", {"B": bucket("tagged-bucket")}, Tags=tags)
    stacks.settled(stack)
    wanted = [{"Key": "stelligent-demo:demo-id", "Values": ["tagged12"]}]

    def found() -> set[str]:
        api = aws.client("resourcegroupstaggingapi")
        listed = api.get_resources(TagFilters=wanted)["ResourceTagMappingList"]
        return {item["ResourceARN"] for item in listed}

    assert found() == {stack, "arn:aws:s3:::tagged-bucket"}
    stacks.delete(stack)
    assert found() == set()


def eb_resources(key: str, platform: str = beanstalk.SOLUTION_STACKS[0]) -> dict[str, Any]:
    name = {"Ref": "App"}
    return {
        "App": {"Type": "AWS::ElasticBeanstalk::Application", "Properties": {}},
        "Version": {
            "Type": "AWS::ElasticBeanstalk::ApplicationVersion",
            "Properties": {
                "ApplicationName": name,
                "SourceBundle": {"S3Bucket": "eb-bundles", "S3Key": key},
            },
        },
        "Environment": {
            "Type": "AWS::ElasticBeanstalk::Environment",
            "Properties": {
                "ApplicationName": name,
                "VersionLabel": {"Ref": "Version"},
                "SolutionStackName": platform,
            },
        },
    }


def test_service_quotas_say_aws_s_defaults(aws: Emulator) -> None:
    """One by its code, all of a service, and none that nobody draws on."""
    api = aws.client("service-quotas")
    found = api.get_service_quota(ServiceCode="rds", QuotaCode="L-7B6409FD")["Quota"]
    assert ("DB instances", 40.0) == (found["QuotaName"], found["Value"])
    pages = api.get_paginator("list_aws_default_service_quotas").paginate(ServiceCode="vpc")
    assert {"L-F678F1CE", "L-A4707A72"} == {q["QuotaCode"] for p in pages for q in p["Quotas"]}
    with pytest.raises(api.exceptions.NoSuchResourceException):
        api.get_service_quota(ServiceCode="rds", QuotaCode="L-00000000")


def test_elastic_beanstalk_is_recorded(aws: Emulator, stacks: Stacks) -> None:
    """An environment is listed with an address that says it is not real, and goes again."""
    s3, eb = aws.client("s3"), aws.client("elasticbeanstalk")
    s3.create_bucket(Bucket="eb-bundles")
    s3.put_object(Bucket="eb-bundles", Key="app.zip", Body=b"zip")
    stack = stacks.create("eb", eb_resources("app.zip"))
    assert stacks.settled(stack) == "CREATE_COMPLETE"
    [environment] = eb.describe_environments()["Environments"]
    assert environment["EndpointURL"].endswith(beanstalk.ENDPOINT_SUFFIX)
    assert len(eb.describe_application_versions()["ApplicationVersions"]) == 1
    assert stacks.delete(stack) == "DELETE_COMPLETE"
    assert eb.describe_applications()["Applications"] == []


def test_elastic_beanstalk_misses_the_bundle(aws: Emulator, stacks: Stacks) -> None:
    """A version whose bundle was never staged fails as on AWS."""
    stack = stacks.create("eb-early", eb_resources("never-staged.zip"))
    assert stacks.settled(stack) == "CREATE_FAILED"
    assert "Unable to download from S3 location" in str(stacks.events(stack))
    stacks.delete(stack)


def test_elastic_beanstalk_knows_its_platforms(aws: Emulator, stacks: Stacks) -> None:
    """A platform version that is not listed (any more) makes no environment, as on AWS."""
    s3, eb = aws.client("s3"), aws.client("elasticbeanstalk")
    listed = eb.list_available_solution_stacks()["SolutionStacks"]
    assert list(beanstalk.SOLUTION_STACKS) == listed
    s3.create_bucket(Bucket="eb-bundles")
    s3.put_object(Bucket="eb-bundles", Key="app.zip", Body=b"zip")
    retired = "64bit Amazon Linux 2023 v4.0.0 running Docker"
    stack = stacks.create("eb-retired", eb_resources("app.zip", retired))
    assert stacks.settled(stack) == "CREATE_FAILED"
    assert f"No Solution Stack named '{retired}' found." in str(stacks.events(stack))
    stacks.delete(stack)


@pytest.mark.parametrize("name", sorted(IMAGES))
def test_public_images_have_parameters(aws: Emulator, name: str) -> None:
    """The public image parameters answer, and a template may use them."""
    found = aws.client("ssm").get_parameter(Name=name)["Parameter"]
    assert found["Value"] == IMAGES[name]


def test_calls_are_counted_by_who_made_them(aws: Emulator, stacks: Stacks, topic: Any) -> None:
    """A function's calls are counted under the function's name, apart from ours."""
    make_function(
        aws,
        "describer",
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('cloudformation').describe_stacks()\n",
    )
    aws.control.reset_calls()
    stacks.api.describe_stacks()
    aws.client("lambda").invoke(FunctionName="describer")
    counted = {call.caller: call.count for call in aws.control.calls("cloudformation")}
    assert counted == {"describer": 1, aws.access_key_id: 1}


def test_functions_of_one_package_share_its_code(aws: Emulator) -> None:
    """Two functions of the same zip run from one unpacked copy of it."""
    source = "import os\ndef handler(event, context): return os.path.realpath(__file__)"
    places = set()
    for name in ("sharing-one", "sharing-two"):
        make_function(aws, name, source)
        places.add(json.load(aws.client("lambda").invoke(FunctionName=name)["Payload"]))
    [place] = places
    assert "function-code-" in place


def test_rights_are_enforced(aws: Emulator) -> None:
    """A function whose role allows nothing is refused, so that roles are tested for real."""
    make_function(
        aws,
        "denied",
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('cloudformation').describe_stacks()\n",
    )
    aws.client("iam").delete_role_policy(RoleName="denied-role", PolicyName="all")
    answer = json.load(aws.client("lambda").invoke(FunctionName="denied")["Payload"])
    assert answer["errorType"] == "ClientError"
    assert "AccessDenied" in answer["errorMessage"]


def test_the_survey_sees_what_a_stack_made(aws: Emulator, stacks: Stacks, topic: Any) -> None:
    """The survey shows a stack's resources while they exist and nothing after."""
    before = survey.take(aws.control)
    stack = stacks.create("seen", {"T": topic, "B": bucket("seen-bucket")})
    stacks.settled(stack)
    made = {
        (item.service, item.store) for item in survey.left_behind(before, survey.take(aws.control))
    }
    assert {("cloudformation", "stacks"), ("s3", "buckets"), ("sns", "topics")} <= made
    stacks.delete(stack)
    assert survey.left_behind(before, survey.take(aws.control)) == []


def test_the_service_role_can_be_a_condition(aws: Emulator) -> None:
    """A function that may create stacks with one role only is refused with any other or none."""
    source = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('cloudformation').create_stack(\n"
        '        TemplateBody=\'{"Resources": {"T": {"Type": "AWS::SNS::Topic"}}}\', **event)\n'
    )
    make_function(aws, "creator", source)
    role = "arn:aws:iam::000000000000:role/the-role"
    allowed = {
        "Effect": "Allow",
        "Action": "cloudformation:CreateStack",
        "Resource": "*",
        "Condition": {"StringEquals": {"cloudformation:RoleArn": role}},
    }
    put_policy(aws, "creator-role", allowed)

    def errors(**asked: str) -> str:
        payload = json.dumps(asked).encode()
        answer = aws.client("lambda").invoke(FunctionName="creator", Payload=payload)
        return str((json.load(answer["Payload"]) or {}).get("errorMessage", ""))

    assert "AccessDenied" in errors(StackName="conditional")
    assert "AccessDenied" in errors(StackName="conditional", RoleARN=f"{role}-other")
    assert errors(StackName="conditional", RoleARN=role) == ""


def test_calls_count_as_made_over_tls(aws: Emulator) -> None:
    """A bucket that refuses what comes without TLS accepts a function's call."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="tls-only")
    refusal = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ["arn:aws:s3:::tls-only", "arn:aws:s3:::tls-only/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    s3.put_bucket_policy(
        Bucket="tls-only",
        Policy=json.dumps({"Version": "2012-10-17", "Statement": [refusal]}),
    )
    source = (
        "import boto3\n"
        "def handler(event, context):\n"
        "    boto3.client('s3').put_object(Bucket='tls-only', Key='k', Body=b'x')\n"
    )
    make_function(aws, "putter", source)
    answer = aws.client("lambda").invoke(FunctionName="putter")
    assert json.load(answer["Payload"]) is None


def test_a_templates_time_to_live_counts(aws: Emulator) -> None:
    """A table whose template asks for TTL loses its expired items."""
    table = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {
            "TableName": "with-ttl",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
            "TimeToLiveSpecification": {"AttributeName": "ends", "Enabled": True},
        },
    }
    stacks = Stacks(aws)
    assert stacks.settled(stacks.create("ttl", {"Table": table})) == "CREATE_COMPLETE"
    items = aws.client("dynamodb")
    items.put_item(TableName="with-ttl", Item={"id": {"S": "old"}, "ends": {"N": "1"}})
    items.put_item(TableName="with-ttl", Item={"id": {"S": "new"}, "ends": {"N": "99999999999"}})
    aws.control.reap_ttl()
    left = [item["id"]["S"] for item in items.scan(TableName="with-ttl")["Items"]]
    assert left == ["new"]

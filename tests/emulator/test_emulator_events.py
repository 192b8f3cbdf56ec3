"""Stack events reach EventBridge, and expired items reach the table's stream."""

import json
import time
from typing import Any

from local.emulator.process import Emulator

from .conftest import Stacks, make_function, wait_until


def test_stack_status_changes_are_events(aws: Emulator, stacks: Stacks, topic: Any) -> None:
    """Each status of each stack is an event as AWS documents it, unless events are lost."""
    events, sqs = aws.client("events"), aws.client("sqs")
    queue = sqs.create_queue(QueueName="events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    pattern = {
        "source": ["aws.cloudformation"],
        "detail-type": ["CloudFormation Stack Status Change"],
    }
    events.put_rule(Name="all", EventPattern=json.dumps(pattern))
    target = {"Id": "q", "Arn": arn["Attributes"]["QueueArn"]}
    events.put_targets(Rule="all", Targets=[target])

    aws.control.events(on=False)
    stacks.settled(stacks.create("unheard", {"T": topic}))
    aws.control.events(on=True)
    aws.control.fail("No luck", logical_id="T")
    stack = stacks.create("events", {"T": topic}, ClientRequestToken="a-token")
    stacks.settled(stack)
    aws.control.heal()
    stacks.delete(stack)
    events.remove_targets(Rule="all", Ids=["q"])

    received = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    sent = [json.loads(message["Body"]) for message in received]
    assert {(stack,)} == {tuple(event["resources"]) for event in sent}
    assert [event["detail"]["status-details"]["status"] for event in sent] == [
        "CREATE_IN_PROGRESS",
        "CREATE_FAILED",
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
    ]
    assert sent[1]["detail"] == {
        "stack-id": stack,
        "status-details": {
            "status": "CREATE_FAILED",
            "status-reason": "The following resource(s) failed to create: [T]. ",
        },
        "client-request-token": "a-token",
    }


def table_with_stream(aws: Emulator) -> str:
    dynamodb = aws.client("dynamodb")
    made = dynamodb.create_table(
        TableName="leases",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )
    dynamodb.update_time_to_live(
        TableName="leases",
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "gone_at"},
    )
    return str(made["TableDescription"]["LatestStreamArn"])


def test_an_expired_item_is_on_the_stream(aws: Emulator) -> None:
    """A removal by TTL reaches a function with the service as its user; live items stay."""
    aws.client("s3").create_bucket(Bucket="records")
    function = make_function(
        aws,
        "on-stream",
        "import boto3, json\n"
        "def handler(event, context):\n"
        "    for record in event['Records']:\n"
        "        name = record['eventName'] + record['dynamodb']['Keys']['pk']['S']\n"
        "        body = json.dumps(record)\n"
        "        boto3.client('s3').put_object(Bucket='records', Key=name, Body=body)\n",
    )
    aws.client("lambda").create_event_source_mapping(
        EventSourceArn=table_with_stream(aws),
        FunctionName=function,
        StartingPosition="TRIM_HORIZON",
    )
    dynamodb = aws.client("dynamodb")
    for key, seconds in (("past", -10), ("later", 3600)):
        gone_at = {"N": str(int(time.time()) + seconds)}
        dynamodb.put_item(TableName="leases", Item={"pk": {"S": key}, "gone_at": gone_at})
    assert aws.control.reap_ttl() == 1
    assert [item["pk"]["S"] for item in dynamodb.scan(TableName="leases")["Items"]] == ["later"]

    s3 = aws.client("s3")

    def keys() -> list[str]:
        return [item["Key"] for item in s3.list_objects_v2(Bucket="records").get("Contents", [])]

    wait_until(lambda: "REMOVEpast" in keys())
    record = json.load(s3.get_object(Bucket="records", Key="REMOVEpast")["Body"])
    assert record["userIdentity"] == {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert record["dynamodb"]["OldImage"]["pk"] == {"S": "past"}
    inserted = json.load(s3.get_object(Bucket="records", Key="INSERTlater")["Body"])
    assert "userIdentity" not in inserted


def test_expired_items_go_by_themselves(aws: Emulator) -> None:
    """With a short interval the emulator looks for expired items without being told."""
    dynamodb = aws.client("dynamodb")
    dynamodb.create_table(
        TableName="fading",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
    )
    dynamodb.update_time_to_live(
        TableName="fading", TimeToLiveSpecification={"Enabled": True, "AttributeName": "at"}
    )
    dynamodb.put_item(TableName="fading", Item={"pk": {"S": "a"}, "at": {"N": "1"}})
    aws.control.ttl(interval=0.1)
    wait_until(lambda: dynamodb.scan(TableName="fading")["Count"] == 0)

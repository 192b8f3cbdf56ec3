"""What AWS does and MiniStack 1.5.33 does not: each a few calls of boto3.

Each asserts what AWS's document says. Nothing here knows this project, so each can be offered to
MiniStack as it is. `docs/emulator-patches.md` lists them.
"""

from __future__ import annotations

import io
import json
import threading
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.request import Request, urlopen

import boto3
from botocore.exceptions import ClientError

ACCOUNT = "000000000000"
REGION = "us-east-1"
PATIENCE = 60.0  # seconds until what is waited for counts as not coming
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"},
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "states.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        },
    ],
}
ANYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
Json = dict[str, Any]


_making = threading.Lock()  # clients may be used by several threads, and not made by them


@cache
def _made(url: str, service: str, **signed: str) -> Any:
    return boto3.client(service, endpoint_url=url, region_name=REGION, **signed)  # type: ignore[call-overload]


def _client(url: str, service: str, **signed: str) -> Any:
    with _making:
        return _made(url, service, **signed)


@dataclass(frozen=True)
class Aws:
    """An emulator: where it listens, and the key pair of its account's root."""

    url: str
    key_id: str
    secret: str

    def __call__(self, service: str, **signed: str) -> Any:
        """Make a client of a service, with the root's key pair or another's."""
        pair = {"aws_access_key_id": self.key_id, "aws_secret_access_key": self.secret}
        return _client(self.url, service, **{**pair, **signed})

    def role(self, name: str, *statements: Json) -> str:
        """Make a role that may do what the statements say; return its ARN."""
        iam = self("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        document = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
        return f"arn:aws:iam::{ACCOUNT}:role/{name}"

    def in_role(self, service: str, name: str, *statements: Json) -> Any:
        """Make a client of a service with the credentials of such a role."""
        arn = self.role(name, *statements)
        held = self("sts").assume_role(RoleArn=arn, RoleSessionName="any")["Credentials"]
        return self(
            service,
            aws_access_key_id=held["AccessKeyId"],
            aws_secret_access_key=held["SecretAccessKey"],
            aws_session_token=held["SessionToken"],
        )

    def function(self, name: str, body: str) -> str:
        """Make a Python function with this body; return its ARN."""
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as written:
            written.writestr(
                "main.py", f"import boto3\ndef handler(event, context):\n    {body}\n"
            )
        made = self("lambda").create_function(
            FunctionName=name,
            Runtime="python3.11",
            Role=self.role(f"{name}-role", ANYTHING),
            Handler="main.handler",
            Code={"ZipFile": archive.getvalue()},
        )
        return str(made["FunctionArn"])

    def stack(self, name: str, resources: Json, sections: Json | None = None, **asked: Any) -> str:
        """Make a stack; return the status it comes to rest in."""
        self("cloudformation").create_stack(
            StackName=name,
            TemplateBody=json.dumps({"Resources": resources, **(sections or {})}),
            OnFailure="DO_NOTHING",
            **asked,
        )
        return self.settled(name)

    def settled(self, name: str) -> str:
        """Wait until a stack comes to rest; return its status."""

        def status() -> str:
            stack = self("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
            return "" if stack["StackStatus"].endswith("IN_PROGRESS") else stack["StackStatus"]

        return str(until(status))

    def deleted(self, name: str) -> str:
        """Delete a stack; return the status it comes to rest in."""
        cloudformation = self("cloudformation")
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]["StackId"]
        cloudformation.delete_stack(StackName=name)
        return self.settled(stack)

    def machine(self, name: str, timeout: Json) -> tuple[str, str]:
        """Run a machine whose only task waits for its token; return execution and token."""
        url = self("sqs").create_queue(QueueName=name)["QueueUrl"]
        task = {
            "Type": "Task",
            "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
            "Parameters": {"QueueUrl": url, "MessageBody": {"token.$": "$$.Task.Token"}},
            "End": True,
            **timeout,
        }
        steps = self("stepfunctions")
        machine = steps.create_state_machine(
            name=name,
            definition=json.dumps({"StartAt": "Wait", "States": {"Wait": task}}),
            roleArn=self.role(f"{name}-role", ANYTHING),
        )["stateMachineArn"]
        run = steps.start_execution(stateMachineArn=machine, input='{"seconds": 1}')
        [message] = until(lambda: self("sqs").receive_message(QueueUrl=url).get("Messages"))
        return run["executionArn"], json.loads(message["Body"])["token"]

    def ended(self, execution: str) -> str:
        """Wait until an execution ends; return its status."""
        steps = self("stepfunctions")

        def status() -> str:
            status = str(steps.describe_execution(executionArn=execution)["status"])
            return "" if status == "RUNNING" else status

        return str(until(status))


@dataclass(frozen=True)
class Reproduction:
    """One difference: the extension that corrects it, what AWS says where, and the calls."""

    module: str
    document: str
    run: Callable[[Aws], None]


REPRODUCTIONS: list[Reproduction] = []


def reproduces(module: str, document: str) -> Callable[[Callable[[Aws], None]], Any]:
    """Note a difference that an extension of this name corrects."""

    def note(run: Callable[[Aws], None]) -> Callable[[Aws], None]:
        REPRODUCTIONS.append(Reproduction(module, document, run))
        return run

    return note


def until(is_so: Callable[[], Any], within: float = PATIENCE) -> Any:
    """Return what `is_so` answers as soon as it is true."""
    end = time.monotonic() + within
    while not (answer := is_so()):
        assert time.monotonic() < end, "it never came to be"
        time.sleep(0.02)
    return answer


def refusal(call: Callable[[], Any]) -> str:
    """Make a call; return its error's code, empty where there is none."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return ""


TOPIC = {"Type": "AWS::SNS::Topic"}


@reproduces("conditions", "CloudFormation User Guide, Condition functions")
def a_condition_compares_what_functions_make(aws: Aws) -> None:
    """Take Fn::Join in Fn::Equals."""
    same = {"Fn::Equals": [{"Fn::Join": ["-", ["a", "b"]]}, "a-b"]}
    sections = {"Conditions": {"Same": same}}
    topic = {**TOPIC, "Condition": "Same"}
    assert aws.stack("joined", {"T": topic, "Always": TOPIC}, sections) == "CREATE_COMPLETE"
    made = aws("cloudformation").describe_stack_resources(StackName="joined")["StackResources"]
    assert {"T", "Always"} == {each["LogicalResourceId"] for each in made}


@reproduces("buckets", "Amazon S3 User Guide, Deleting a general purpose bucket")
def a_full_bucket_is_not_deleted(aws: Aws) -> None:
    """Refuse to delete a stack whose bucket holds an object."""
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "held"}}
    assert aws.stack("holding", {"B": bucket}) == "CREATE_COMPLETE"
    aws("s3").put_object(Bucket="held", Key="k", Body=b"x")
    assert aws.deleted("holding") == "DELETE_FAILED"


DATABASE = {
    "Engine": "mysql",
    "DBInstanceClass": "db.t4g.micro",
    "AllocatedStorage": 20,
    "MasterUsername": "one",
    "MasterUserPassword": "not-a-secret",
}


@reproduces("databases", "Amazon RDS User Guide, Deleting a DB instance")
def a_protected_database_is_not_deleted(aws: Aws) -> None:
    """Refuse to delete a stack whose database has deletion protection."""
    properties = {**DATABASE, "DBInstanceIdentifier": "kept", "DeletionProtection": True}
    database = {"Type": "AWS::RDS::DBInstance", "Properties": properties}
    assert aws.stack("keeping", {"D": database}) == "CREATE_COMPLETE"
    assert aws.deleted("keeping") == "DELETE_FAILED"


@reproduces("databases", "Amazon RDS User Guide, Stopping an Amazon RDS DB instance temporarily")
def a_stopped_database_is_not_modified(aws: Aws) -> None:
    """Refuse to modify it in another status than available."""
    rds, name = aws("rds"), "resting"
    rds.create_db_instance(**DATABASE, DBInstanceIdentifier=name)

    def status() -> str:
        [found] = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        return str(found["DBInstanceStatus"])

    until(lambda: status() == "available")
    rds.stop_db_instance(DBInstanceIdentifier=name)
    until(lambda: status() == "stopped")
    asked = {"DBInstanceIdentifier": name, "BackupRetentionPeriod": 1}
    assert refusal(lambda: rds.modify_db_instance(**asked)) == "InvalidDBInstanceState"


@reproduces("buckets", "CloudFormation User Guide, Resource tag")
def a_bucket_has_its_stacks_tags(aws: Aws) -> None:
    """Give a stack's tags to its buckets."""
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "labelled"}}
    aws.stack("labelling", {"B": bucket}, Tags=[{"Key": "whose", "Value": "mine"}])
    assert refusal(lambda: aws("s3").get_bucket_tagging(Bucket="labelled")) == ""
    tags = aws("s3").get_bucket_tagging(Bucket="labelled")["TagSet"]
    assert {"Key": "whose", "Value": "mine"} in tags


@reproduces("descriptions", "Amazon EC2 API Reference, CreateSecurityGroup")
def a_description_of_a_group_has_certain_characters(aws: Aws) -> None:
    """Refuse an apostrophe, for example."""
    properties = {"GroupDescription": "Nobody's"}
    group = {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}
    assert aws.stack("described", {"G": group}) == "CREATE_FAILED"


@reproduces("gateway", "API Gateway Developer Guide, x-amazon-apigateway-gateway-responses object")
def an_api_has_its_documents_gateway_responses(aws: Aws) -> None:
    """Read them from the body that the API is made of."""
    template = {"responseTemplates": {"application/json": '{"mine": true}'}}
    body = {
        "swagger": "2.0",
        "info": {"title": "any", "version": "1"},
        "paths": {},
        "x-amazon-apigateway-gateway-responses": {"UNAUTHORIZED": template},
    }
    resource = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "told", "Body": body}}
    assert aws.stack("responding", {"Api": resource}) == "CREATE_COMPLETE"
    [api] = [a for a in aws("apigateway").get_rest_apis()["items"] if a["name"] == "told"]
    response = aws("apigateway").get_gateway_response(
        restApiId=api["id"], responseType="UNAUTHORIZED"
    )
    assert response["responseTemplates"] == template["responseTemplates"]


@reproduces("compression", "API Gateway Developer Guide, Payload compression for REST APIs")
def an_api_compresses_its_answers(aws: Aws) -> None:
    """Compress from the least size on, for who accepts gzip."""
    gateway = aws("apigateway")
    api = gateway.create_rest_api(name="small", minimumCompressionSize=0)
    root = gateway.get_resources(restApiId=api["id"])["items"][0]["id"]
    method = {"restApiId": api["id"], "resourceId": root, "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(**method, type="MOCK", requestTemplates={"any/any": "{}"})
    gateway.put_method_response(**method, statusCode="200")
    gateway.put_integration_response(
        **method, statusCode="200", responseTemplates={"application/json": '{"a": "b"}'}
    )
    gateway.create_deployment(restApiId=api["id"], stageName="any")
    url = f"{aws.url}/restapis/{api['id']}/any/_user_request_/"
    with urlopen(Request(url, headers={"Accept-Encoding": "gzip"})) as answer:  # noqa: S310
        assert answer.headers["content-encoding"] == "gzip"


@reproduces("lambda_errors", "Lambda Developer Guide, Python function errors")
def a_functions_error_is_named(aws: Aws) -> None:
    """Report the class of the exception."""
    aws.function("raiser", "raise KeyError('gone')")
    answer = aws("lambda").invoke(FunctionName="raiser")
    assert json.load(answer["Payload"])["errorType"] == "KeyError"


@reproduces(
    "partial_batches", "Lambda Developer Guide, Configuring partial batch response with DynamoDB"
)
def a_record_that_a_function_reports_comes_again(aws: Aws) -> None:
    """Bring it again before the records that follow it."""
    arn = _table(aws, "lines", StreamSpecification={"StreamEnabled": True, **_NEW})
    _table(aws, "tries")
    function = aws.function(
        "reporter",
        "record = event['Records'][-1]\n"
        "    key = record['dynamodb']['Keys']['id']\n"
        "    tries = boto3.client('dynamodb').update_item(\n"
        "        TableName='tries', Key={'id': key}, ReturnValues='UPDATED_NEW',\n"
        "        UpdateExpression='ADD n :n', ExpressionAttributeValues={':n': {'N': '1'}})\n"
        "    first = key['S'] == 'a' and tries['Attributes']['n']['N'] == '1'\n"
        "    number = record['dynamodb']['SequenceNumber']\n"
        "    return {'batchItemFailures': [{'itemIdentifier': number}] if first else []}",
    )
    aws("lambda").create_event_source_mapping(
        EventSourceArn=arn,
        FunctionName=function,
        StartingPosition="TRIM_HORIZON",
        BatchSize=1,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    for key in ("a", "b"):
        aws("dynamodb").put_item(TableName="lines", Item={"id": {"S": key}})

    def tries() -> Json:
        found = aws("dynamodb").scan(TableName="tries")["Items"]
        counted = {each["id"]["S"]: int(each["n"]["N"]) for each in found}
        return counted if "b" in counted else {}

    assert until(tries) == {"a": 2, "b": 1}


_NEW = {"StreamViewType": "NEW_AND_OLD_IMAGES"}
_KEYED = {
    "BillingMode": "PAY_PER_REQUEST",
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
}


def _table(aws: Aws, name: str, **more: Any) -> str:
    """Make a table; return the ARN of its stream, if it has one."""
    made = aws("dynamodb").create_table(TableName=name, **_KEYED, **more)["TableDescription"]
    return str(made.get("LatestStreamArn", ""))


@reproduces("ttl", "DynamoDB Developer Guide, DynamoDB Streams and Time to Live")
def an_expired_item_leaves_a_record(aws: Aws) -> None:
    """Put a REMOVE on the table's stream."""
    arn = _table(aws, "expiring", StreamSpecification={"StreamEnabled": True, **_NEW})
    tables, streams = aws("dynamodb"), aws("dynamodbstreams")
    tables.update_time_to_live(
        TableName="expiring", TimeToLiveSpecification={"AttributeName": "at", "Enabled": True}
    )
    tables.put_item(TableName="expiring", Item={"id": {"S": "a"}, "at": {"N": "1"}})
    until(lambda: tables.scan(TableName="expiring")["Count"] == 0)
    [shard] = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    at = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )
    records = streams.get_records(ShardIterator=at["ShardIterator"])["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "REMOVE"]


@reproduces("ttl", "CloudFormation Template Reference, AWS::DynamoDB::Table")
def a_templates_time_to_live_counts(aws: Aws) -> None:
    """Read TimeToLiveSpecification."""
    asked = {"TimeToLiveSpecification": {"AttributeName": "at", "Enabled": True}}
    properties = {"TableName": "timed", **_KEYED, **asked}
    aws.stack("timing", {"T": {"Type": "AWS::DynamoDB::Table", "Properties": properties}})
    setting = aws("dynamodb").describe_time_to_live(TableName="timed")["TimeToLiveDescription"]
    assert setting["TimeToLiveStatus"] == "ENABLED"


@reproduces("steps", "Step Functions Developer Guide, Task workflow state, TimeoutSecondsPath")
def a_task_waits_as_long_as_its_input_says(aws: Aws) -> None:
    """End it by TimeoutSecondsPath as by TimeoutSeconds."""
    execution, _ = aws.machine("by-input", {"TimeoutSecondsPath": "$.seconds"})
    later, _ = aws.machine("by-itself", {"TimeoutSeconds": 1})
    assert aws.ended(later) == "FAILED"
    ended = aws("stepfunctions").describe_execution(executionArn=execution)
    assert ended["status"] == "FAILED"


@reproduces("steps", "Step Functions API Reference, SendTaskSuccess")
def a_late_answer_is_told_so(aws: Aws) -> None:
    """Say TaskTimedOut of a token whose task has timed out."""
    execution, token = aws.machine("timed-out", {"TimeoutSeconds": 1})
    aws.ended(execution)
    steps = aws("stepfunctions")
    code = refusal(lambda: steps.send_task_success(taskToken=token, output="{}"))
    assert code == "TaskTimedOut"


@reproduces(
    "call_resources", "Service Authorization Reference, AWS Step Functions, SendTaskSuccess"
)
def a_token_is_answered_with_the_right_on_its_machine(aws: Aws) -> None:
    """Decide the call by the state machine that the token is of."""
    _, token = aws.machine("answered", {"TimeoutSeconds": 60})
    machine = f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:answered"
    may = {"Effect": "Allow", "Action": "states:SendTaskSuccess", "Resource": machine}
    steps = aws.in_role("stepfunctions", "answering", may)
    assert refusal(lambda: steps.send_task_success(taskToken=token, output="{}")) == ""


@reproduces("tagging", "Resource Groups Tagging API Reference, Supported services")
def the_tagging_api_lists_stacks(aws: Aws) -> None:
    """List what is in them too: networks and log groups, for example."""
    resources = {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.9.0.0/16"}},
        "Logs": {"Type": "AWS::Logs::LogGroup"},
    }
    aws.stack("listed", resources, Tags=[{"Key": "listed", "Value": "yes"}])
    found = aws("resourcegroupstaggingapi").get_resources(TagFilters=[{"Key": "listed"}])
    arns = [each["ResourceARN"] for each in found["ResourceTagMappingList"]]
    assert {"cloudformation", "ec2", "logs"} == {arn.split(":")[2] for arn in arns}


@reproduces("condition_keys", "Service Authorization Reference, AWS CloudFormation, RoleArn")
def a_policy_sees_a_stacks_role(aws: Aws) -> None:
    """Judge CreateStack with the key cloudformation:RoleArn."""
    role = aws.role("stacks-role", ANYTHING)
    only = {"StringEquals": {"cloudformation:RoleArn": role}}
    create = {"Effect": "Allow", "Action": "cloudformation:CreateStack", "Condition": only}
    cloudformation = aws.in_role("cloudformation", "creating", {**create, "Resource": "*"})
    body = json.dumps({"Resources": {"T": TOPIC}})

    def made(**asked: str) -> str:
        return refusal(
            lambda: cloudformation.create_stack(StackName="judged", TemplateBody=body, **asked)
        )

    assert made(RoleARN=role) == ""


@reproduces("condition_keys", "Amazon S3 User Guide, Security best practices")
def a_call_is_made_over_tls(aws: Aws) -> None:
    """Take it for a bucket that refuses any other, as every call to AWS can be."""
    aws("s3").create_bucket(Bucket="tls-only")
    refused = {"Effect": "Deny", "Principal": "*", "Action": "s3:*"}
    over = {"Resource": "arn:aws:s3:::tls-only/*"}
    plain = {"Condition": {"Bool": {"aws:SecureTransport": "false"}}}
    document = {"Version": "2012-10-17", "Statement": [{**refused, **over, **plain}]}
    aws("s3").put_bucket_policy(Bucket="tls-only", Policy=json.dumps(document))
    s3 = aws.in_role("s3", "putting", ANYTHING)
    assert refusal(lambda: s3.put_object(Bucket="tls-only", Key="k", Body=b"x")) == ""


@reproduces("call_resources", "Service Authorization Reference, Amazon ECS, DescribeServices")
def a_call_for_a_service_is_decided_by_the_service(aws: Aws) -> None:
    """Decide it by that, and not by its cluster."""
    aws("ecs").create_cluster(clusterName="many")
    service = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/many/one"
    may = {"Effect": "Allow", "Action": "ecs:DescribeServices", "Resource": service}
    ecs = aws.in_role("ecs", "describing", may)
    assert refusal(lambda: ecs.describe_services(cluster="many", services=["one"])) == ""


@reproduces(
    "call_resources", "Service Authorization Reference, AWS CloudFormation, SignalResource"
)
def a_signal_is_decided_by_the_stack(aws: Aws) -> None:
    """Decide it by the stack's id."""
    aws.stack("signalled", {"T": TOPIC})
    stack = aws("cloudformation").describe_stacks(StackName="signalled")["Stacks"][0]
    action = "cloudformation:SignalResource"
    may = {"Effect": "Allow", "Action": action, "Resource": stack["StackId"]}
    cloudformation = aws.in_role("cloudformation", "signalling", may)
    signal = {"LogicalResourceId": "T", "UniqueId": "i-1", "Status": "SUCCESS"}
    code = refusal(lambda: cloudformation.signal_resource(StackName="signalled", **signal))
    assert code != "AccessDenied"


@reproduces("stack_events", "CloudFormation User Guide, Manage events with Amazon EventBridge")
def a_stacks_status_is_an_event(aws: Aws) -> None:
    """Put it on the default bus."""
    queue = aws("sqs").create_queue(QueueName="heard")["QueueUrl"]
    events = aws("events")
    events.put_rule(
        Name="hear", EventPattern=json.dumps({"source": ["aws.cloudformation", "mine"]})
    )
    target = f"arn:aws:sqs:{REGION}:{ACCOUNT}:heard"
    events.put_targets(Rule="hear", Targets=[{"Id": "q", "Arn": target}])
    aws.stack("telling", {"T": TOPIC})
    events.put_events(Entries=[{"Source": "mine", "DetailType": "end", "Detail": "{}"}])
    received: list[Json] = []

    def all_heard() -> bool:
        got = aws("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
        received.extend(json.loads(message["Body"]) for message in got.get("Messages", ()))
        return any(event["source"] == "mine" for event in received)

    until(all_heard)
    kinds = {event["detail-type"] for event in received}
    assert "CloudFormation Stack Status Change" in kinds


@reproduces("stack_events", "CloudFormation User Guide, View stack events")
def what_is_made_beside_a_failure_is_cancelled(aws: Aws) -> None:
    """Make resources that depend on nothing at once; one that fails cancels the others."""
    handle = {"Type": "AWS::CloudFormation::WaitConditionHandle"}
    properties = {"Handle": {"Ref": "Handle"}, "Count": 1}
    first, second = (
        {
            "Type": "AWS::CloudFormation::WaitCondition",
            "Properties": {**properties, "Timeout": seconds},
        }
        for seconds in ("1", "2")
    )
    resources = {"Handle": handle, "First": first, "Second": second}
    assert aws.stack("cancelling", resources) == "CREATE_FAILED"
    events = aws("cloudformation").describe_stack_events(StackName="cancelling")["StackEvents"]
    assert "Resource creation cancelled" in {each.get("ResourceStatusReason") for each in events}


@reproduces("rights", "CloudFormation User Guide, CloudFormation service role")
def a_stacks_role_decides(aws: Aws) -> None:
    """Make nothing in a stack that its role may not make."""
    role = aws.role("may-nothing", {**ANYTHING, "Effect": "Deny"})
    assert aws.stack("helpless", {"T": TOPIC}, RoleARN=role) == "CREATE_FAILED"


@reproduces(
    "images", "Amazon ECS Developer Guide, Retrieving Amazon ECS-optimized Linux AMI metadata"
)
def the_ecs_image_has_a_parameter(aws: Aws) -> None:
    """Return its id by a public parameter."""
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    assert refusal(lambda: aws("ssm").get_parameter(Name=name)) == ""


@reproduces("credentials", "IAM User Guide, AWS Signature Version 4 for API requests")
def a_wrong_signature_is_refused(aws: Aws) -> None:
    """Refuse it for the root's key too."""
    sts = aws("sts", aws_secret_access_key="not-the-secret")
    assert refusal(sts.get_caller_identity) == "SignatureDoesNotMatch"


@reproduces(
    "workers", "Lambda Developer Guide, How Lambda handles errors with asynchronous invocation"
)
def an_event_whose_function_fails_comes_again(aws: Aws) -> None:
    """Invoke a rule's function asynchronously, with tries to follow."""
    _table(aws, "attempts")
    function = aws.function(
        "failing",
        "boto3.client('dynamodb').put_item(TableName='attempts', Item={\n"
        "        'id': {'S': context.aws_request_id + str(__import__('time').time())}})\n"
        "    raise ValueError",
    )
    events = aws("events")
    events.put_rule(Name="try", EventPattern='{"source": ["tried"]}')
    events.put_targets(Rule="try", Targets=[{"Id": "f", "Arn": function}])
    events.put_events(Entries=[{"Source": "tried", "DetailType": "t", "Detail": "{}"}])
    until(lambda: aws("dynamodb").scan(TableName="attempts")["Count"] > 0)
    until(lambda: aws("dynamodb").scan(TableName="attempts")["Count"] > 1, within=8)

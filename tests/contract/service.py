"""The application as it is deployed, in this process, on moto's DynamoDB and Step Functions."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto import mock_aws

from app import app
from chalicelib import wiring
from chalicelib.adapters import aws

from .conftest import REGION, make_table

OWNER = "ann@example.com"
CALLER = {"owner": OWNER, "admin": "no", "expires": "99999999999"}
ROLE = "arn:aws:iam::123456789012:role/any"
LOOP = "arn:aws:states:us-east-1:123456789012:stateMachine:loop"
NOTHING = '{"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}'
ENVIRONMENT = {
    "AWS_REGION": REGION,
    "AWS_DEFAULT_REGION": REGION,
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "DEMO_SERVICE": "stelligent-demo-service",
    "DEMO_TABLE": "demos",
    "DEMO_IDEMPOTENCY_TABLE": "once",
    "DEMO_STATE_MACHINE_ARN": LOOP,
    "DEMO_STACK_ROLE_ARN": ROLE,
    "DEMO_BOUNDARY_ARN": ROLE,
    "DEMO_ROLE_PATH": "/stelligent-demo/",
    # Nothing listens there: the issuer does not answer.
    "DEMO_OIDC_ISSUER": "http://127.0.0.1:9",
    "DEMO_OIDC_AUDIENCE": "client",
}


class Service:
    """The application, called as API Gateway calls its function."""

    def __init__(self) -> None:
        answer = self.call("POST", "/demos", body=json.dumps({"components": ["s3"]}))
        assert 202 == answer["statusCode"], answer
        self.demo_id = json.loads(answer["body"])["demo_id"]

    def call(
        self,
        method: str,
        resource: str,
        path: Mapping[str, str] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        body: str = "",
        headers: Mapping[str, str] | None = None,
        **caller: Any,
    ) -> dict[str, Any]:
        """Answer a request; `caller` may hold another `source_ip` or `identity`."""
        event = {
            "requestContext": {
                "httpMethod": method,
                "resourcePath": resource,
                "path": resource,
                "authorizer": dict(caller.get("identity", CALLER)),
                "identity": {"sourceIp": caller.get("source_ip", "203.0.113.7")},
            },
            "headers": {"content-type": "application/json", **(headers or {})},
            "multiValueQueryStringParameters": {k: [v] for k, v in (query or {}).items()},
            "pathParameters": dict(path or {}),
            "stageVariables": {},
            "body": body,
            "isBase64Encoded": False,
        }
        answer: dict[str, Any] = app(event, None)
        return answer


@contextmanager
def deployed() -> Iterator[Service]:
    """Deploy the application on moto, with one demo of the caller's."""
    cached = (wiring.settings, wiring.use_cases, wiring.idempotency_store, aws.client)
    with pytest.MonkeyPatch.context() as patched, mock_aws():
        for name, value in ENVIRONMENT.items():
            patched.setenv(name, value)
        patched.delenv("AWS_ENDPOINT_URL", raising=False)
        for function in cached:
            function.cache_clear()
        client = boto3.client("dynamodb", region_name=REGION)
        make_table(client)
        client.create_table(
            TableName="once",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        boto3.client("stepfunctions", region_name=REGION).create_state_machine(
            name="loop", definition=NOTHING, roleArn=ROLE
        )
        yield Service()
    for function in cached:
        function.cache_clear()

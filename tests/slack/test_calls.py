"""What `tools/rights/calls.json` lists is what the functions ask of the emulator."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import httpx

from tests.integration.conftest import SCHEDULED
from tests.slack.conftest import Deployed, wait_for
from tools.infrastructure.functions import FUNCTIONS
from tools.rights.function_calls import SEEN, listed

# A transaction is authorised by what it writes (Amazon DynamoDB Developer Guide, "Using IAM with
# DynamoDB transactions").
WRITES = {"dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"}


def test_a_whole_life_makes_the_calls_that_are_listed(deployed: Deployed) -> None:
    """
    Given demos that come up and go, with every repair, an orphan, a lease and Slack, then each
    function asked for what it is listed with, and each thing that it should have shown.
    """
    deployed.emulator.control.reset_calls()
    _whole_life(deployed)
    _orphan(deployed)
    _lease(deployed)
    _slack(deployed)
    made = _made(deployed)
    everything = {(call.function, call.action) for call in listed()}
    to_be_seen = {(call.function, call.action) for call in listed() if call.heading == SEEN}
    assert [] == sorted(made - everything)
    assert [] == sorted(to_be_seen - made)


def _made(deployed: Deployed) -> set[tuple[str, str]]:
    """Return the functions' calls so far, by the function's name in Chalice."""
    names = {function.logical_id: function.name for function in FUNCTIONS}
    made: set[tuple[str, str]] = set()
    for call in deployed.emulator.control.calls():
        function = re.fullmatch(r".+-([A-Za-z]+)-[0-9A-Fa-f]+", call.caller)
        if function is not None and function[1] in names:
            action = f"{call.service}:{call.action}"
            actions = WRITES if action == "dynamodb:TransactWriteItems" else {action}
            made |= {(names[function[1]], action) for action in actions}
    return made


def _whole_life(deployed: Deployed) -> None:
    """Make a demo of everything, and stand every repair in the way of its teardown."""
    aws = deployed.emulator
    # A loop is parked, and resumed by an event, only where a stack takes longer than its Plan.
    aws.control.set_pace(0.5)
    demo_id = _ask(deployed, "all")
    ready = _until(deployed, demo_id, "ready")
    aws.control.set_pace(0)
    _call(deployed, "GET", "/demos")
    _call(deployed, "GET", f"/demos/{demo_id}/components/s3/events")
    _call(deployed, "POST", f"/demos/{demo_id}/shares", {})
    _call(deployed, "PATCH", f"/demos/{demo_id}/lease", {"extend_hours": 1})
    s3 = aws.client("s3")
    bucket = ready["outputs"]["s3"]["BucketName"]
    s3.put_object(Bucket=bucket, Key="a", Body=b"x")
    s3.create_multipart_upload(Bucket=bucket, Key="big")
    subnet = ready["outputs"]["vpc"]["PublicSubnetIds"].split(",")[0]
    aws.client("ec2").create_network_interface(SubnetId=subnet)
    for component, kind, reason, times in (
        ("vpc", "AWS::EC2::Subnet", "DependencyViolation", 4),
        ("rds", "AWS::RDS::DBInstance", "DeletionProtection is enabled", 1),
        ("asg", "AWS::ElasticLoadBalancingV2::LoadBalancer", "deletion protection is enabled", 1),
    ):
        aws.control.fail(reason, on="delete", component=component, resource_type=kind, times=times)
    _call(deployed, "DELETE", f"/demos/{demo_id}")
    assert "deleted" == _until(deployed, demo_id, "deleted", "quarantined")["phase"]


def _orphan(deployed: Deployed) -> None:
    """Delete a demo's record and lease by hand, and let its stack be searched for."""
    demo_id = _ask(deployed, "s3")
    _until(deployed, demo_id, "ready")
    for kind in ("DEMO", "LEASE"):
        _delete_item(deployed, demo_id, kind)
    for _ in range(2):
        _invoke(deployed, "Orphans")
    _until(deployed, demo_id, "deleted")


def _lease(deployed: Deployed) -> None:
    """Let the sweep look, and end a demo by its lease's removal."""
    _invoke(deployed, "Sweep")
    demo_id = _ask(deployed, "s3")
    _until(deployed, demo_id, "ready")
    _delete_item(deployed, demo_id, "LEASE")
    _until(deployed, demo_id, "deleted")


def _slack(deployed: Deployed) -> None:
    """Ask for a demo in Slack, list it, and delete it there."""
    deployed.workspace.command('create s3 name="Calls" for 2h')
    deployed.status_message("Calls", ": Ready")
    (demo,) = [d for d in deployed.demos() if d["name"] == "Calls"]
    deployed.workspace.command("list")
    wait_for(lambda: [a for a in deployed.received()["answers"] if "Calls" in str(a)], "a list")
    deployed.workspace.press("demo_delete", demo["demo_id"])
    deployed.status_message("Calls", ": Removed")


def _call(deployed: Deployed, method: str, path: str, body: Any = None, **headers: str) -> Any:
    answer = httpx.request(
        method,
        deployed.up.api_url + path,
        json=body,
        headers={"Authorization": f"Bearer {deployed.up.token}", **headers},
        timeout=60,
        trust_env=False,
    )
    assert answer.is_success, answer.text
    return answer.json()


def _ask(deployed: Deployed, components: str) -> str:
    wanted = components if components == "all" else [components]
    key = {"Idempotency-Key": uuid.uuid4().hex}
    made = _call(deployed, "POST", "/demos", {"components": wanted}, **key)
    return str(made["demo_id"])


def _until(deployed: Deployed, demo_id: str, *phases: str) -> Any:
    def look() -> Any:
        demo = _call(deployed, "GET", f"/demos/{demo_id}")
        return demo if demo["phase"] in phases else None

    return wait_for(look, f"{demo_id} {phases}")


def _delete_item(deployed: Deployed, demo_id: str, kind: str) -> None:
    dynamodb = deployed.emulator.client("dynamodb")
    tables = dynamodb.list_tables()["TableNames"]
    table = next(name for name in tables if "Idempotency" not in name)
    key = {"pk": {"S": f"DEMO#{demo_id}"}, "sk": {"S": kind}}
    dynamodb.delete_item(TableName=table, Key=key)


def _invoke(deployed: Deployed, function: str) -> None:
    lambdas = deployed.emulator.client("lambda")
    pages = lambdas.get_paginator("list_functions").paginate()
    names = [f["FunctionName"] for page in pages for f in page["Functions"]]
    name = next(n for n in names if f"-{function}-" in n)
    answer = lambdas.invoke(FunctionName=name, Payload=json.dumps(SCHEDULED).encode())
    assert "FunctionError" not in answer, answer["Payload"].read()

"""Pools through HTTP: filled by the sweep, given to whoever asks, gone when deleted."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .conftest import Api, Running, wait_for

HOME = "198.51.100.0/24"
MEMBERS = int(os.environ.get("POOL_MEMBERS", "2"))
REQUESTS = int(os.environ.get("POOL_REQUESTS", "6"))


def filled(deployed: Running, admin: Api, name: str, **pool: Any) -> list[str]:
    """Set a pool, let the sweep fill it, and return its members when all are ready."""
    most = pool["ready"] + 3
    body = {"components": ["s3"], "max_unready": 10, "max_total": most, **pool}
    answer = admin.call("PUT", f"/pools/{name}", body)
    assert 200 == answer.status_code, answer.text
    deployed.invoke("Sweep")

    def ready() -> list[str] | None:
        found = admin.call("GET", f"/pools/{name}").json()
        ids = [m["demo_id"] for m in found["members"] if m["phase"] == "ready"]
        return ids if len(ids) == pool["ready"] else None

    return list(wait_for(ready, f"{pool['ready']} members of {name} are ready"))


def emptied(deployed: Running, admin: Api, name: str) -> None:
    """Delete a pool, and see that nothing of it stays."""
    members = [m["demo_id"] for m in admin.call("GET", f"/pools/{name}").json()["members"]]
    assert 202 == admin.call("DELETE", f"/pools/{name}").status_code
    deployed.invoke("Sweep")
    for member in members:
        admin.until(member, "deleted")
    deployed.invoke("Sweep")
    assert 404 == admin.call("GET", f"/pools/{name}").status_code


def named(deployed: Running, member: str) -> set[str] | None:
    """Return whom the tags of a demo's stacks name, once that is not their pool any more."""
    stacks = deployed.aws.client("cloudformation").describe_stacks()["Stacks"]
    owners = {
        tag["Value"]
        for stack in stacks
        if f"-{member}-" in stack["StackName"]
        for tag in stack["Tags"]
        if tag["Key"] == "stelligent-demo:owner"
    }
    return None if any(owner.startswith("pool:") for owner in owners) else owners


def test_a_pools_demo_becomes_the_askers_and_is_completed(deployed: Running) -> None:
    """
    Given a pool of a network and a bucket, when somebody asks for a database as well, then that
    demo is theirs, its network stays, its groups let in whom they name, and the rest is added.
    """
    deployed.remember()
    admin, person = deployed.admin(), deployed.person()
    (member,) = filled(deployed, admin, "base", components=["vpc", "sg", "s3"], ready=1)
    assert 404 == person.call("GET", f"/demos/{member}").status_code
    network = admin.demo(member)["outputs"]["vpc"]["VpcId"]
    demo_id = person.request("rds", "s3", allowed_cidr=[HOME], name="Acme")
    assert member == demo_id
    assert {person.owner} == wait_for(lambda: named(deployed, member), "tags name the new owner")
    ready = person.until(demo_id, "ready")
    assert ("base", "Acme", [HOME]) == (ready["from_pool"], ready["name"], ready["allowed_cidr"])
    assert network == ready["outputs"]["vpc"]["VpcId"]
    assert "rds" in ready["outputs"]
    groups = deployed.aws.client("ec2").describe_security_groups()["SecurityGroups"]
    ranges = {
        block["CidrIp"]
        for group in groups
        if group["VpcId"] == network
        for rule in group["IpPermissions"]
        for block in rule.get("IpRanges", ())
    }
    assert HOME in ranges
    assert "127.0.0.1/32" not in ranges
    assert 202 == person.call("DELETE", f"/demos/{demo_id}").status_code
    person.until(demo_id, "deleted")
    emptied(deployed, admin, "base")
    assert [] == deployed.left_behind()


def test_members_are_given_away_once(deployed: Running) -> None:
    """However many ask at once, each member has one owner, and the others get new ones."""
    admin = deployed.admin()
    members = filled(deployed, admin, "crowd", ready=MEMBERS)
    people = [deployed.person() for _ in range(REQUESTS)]
    with ThreadPoolExecutor(REQUESTS) as at_once:
        asked = list(at_once.map(lambda person: person.request("s3"), people))
    assert REQUESTS == len(set(asked))
    given = [demo_id for demo_id in asked if demo_id in members]
    assert sorted(members) == sorted(given)
    known = admin.call("GET", "/pools/crowd").json()["status"]
    assert (MEMBERS, REQUESTS - MEMBERS) == (known["claimed"], known["missed"])
    for person, demo_id in zip(people, asked, strict=True):
        assert person.owner == person.demo(demo_id)["owner"]
        person.delete(demo_id)
    for person, demo_id in zip(people, asked, strict=True):
        person.until(demo_id, "deleted")
    emptied(deployed, admin, "crowd")


def test_pools_are_for_admins(deployed: Running) -> None:
    """For anybody else there are none; and what an admin gets wrong is named."""
    person, admin = deployed.person(), deployed.admin()
    body = {"components": ["s3"], "ready": 1}
    refused = [
        person.call("GET", "/pools"),
        person.call("GET", "/pools/base"),
        person.call("PUT", "/pools/base", body),
        person.call("DELETE", "/pools/base"),
        admin.call("DELETE", "/pools/nothing"),
    ]
    assert [404] * 5 == [answer.status_code for answer in refused]
    wrong = admin.call("PUT", "/pools/base", {"components": ["esc"], "ready": 1, "max_total": 0})
    assert 422 == wrong.status_code
    fields = {error["field"] for error in wrong.json()["errors"]}
    assert {"components.0", "max_total"} == fields


def test_a_pool_that_the_account_cannot_hold_is_refused(deployed: Running) -> None:
    """An account has five networks a region, by the API's own right to read that."""
    body = {"components": ["vpc"], "ready": 5, "max_total": 6}
    refused = deployed.admin().call("PUT", "/pools/wide", body)
    assert 422 == refused.status_code
    (error,) = refused.json()["errors"]
    assert "max_total" == error["field"]
    assert "'VPCs per Region'" in error["message"]

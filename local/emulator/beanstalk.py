"""Elastic Beanstalk, recorded: its CloudFormation types and the calls that list them.

MiniStack has no Elastic Beanstalk. An application, version or environment made by a
stack is written down, checked against the others and the bundle in S3, and answers with
an endpoint under `.invalid`, a top-level domain that never resolves (RFC 2606): nothing
runs behind it. `DescribeApplications`, `DescribeApplicationVersions`,
`DescribeEnvironments` and `ListAvailableSolutionStacks` answer through any AWS SDK.
"""

import time
from collections.abc import Iterable
from typing import Any
from urllib.parse import parse_qs

from local.emulator.handlers import arn, let_stacks_tag
from local.patching import pinned

_Json = dict[str, Any]
_Made = tuple[str, dict[str, str]]
"""A resource's physical id, and its attributes."""

_SERVICE = "elasticbeanstalk"
_STATE = "stelligent_beanstalk"
_NAMESPACE = "http://elasticbeanstalk.amazonaws.com/docs/2010-12-01/"
ENDPOINT_SUFFIX = ".elasticbeanstalk-recorded-not-emulated.invalid"

SOLUTION_STACKS = (
    "64bit Amazon Linux 2023 v4.9.3 running Docker",
    "64bit Amazon Linux 2023 v4.13.5 running Docker",
    "64bit Amazon Linux 2023 v4.5.3 running ECS",
    "64bit Amazon Linux 2 v4.9.4 running Docker",
)
"""Platforms that new environments may have; retired versions are not among them, as on AWS."""

_records: Any = None  # (kind, name) -> what Describe… answers, by account and region

_LISTS = {
    "DescribeApplications": ("application", "Applications"),
    "DescribeApplicationVersions": ("version", "ApplicationVersions"),
    "DescribeEnvironments": ("environment", "Environments"),
}


def install() -> None:
    """Register the three types and make their records."""
    global _records  # noqa: PLW0603 - the one store of this module, as MiniStack's have
    _records = pinned("ministack.core.responses.AccountRegionScopedDict")()
    let_stacks_tag("AWS::ElasticBeanstalk::Application", "AWS::ElasticBeanstalk::Environment")
    handlers = pinned("ministack.services.cloudformation.provisioners._RESOURCE_HANDLERS")
    for kind, create, delete in (
        ("Application", _create_application, _delete_application),
        ("ApplicationVersion", _create_version, _delete("version")),
        ("Environment", _create_environment, _delete("environment")),
    ):
        handlers[f"AWS::ElasticBeanstalk::{kind}"] = {"create": create, "delete": delete}


def records() -> Any:
    """Return the store, for listings of everything."""
    return _records


def save() -> None:
    """Keep the records over a restart."""
    pinned("ministack.core.persistence.save_state")(_STATE, {"records": _records})


def load() -> None:
    """Read back what `save` wrote."""
    kept = pinned("ministack.core.persistence.load_state")(_STATE)
    if kept:
        _records.update(kept["records"])


def _of_kind(kind: str) -> list[_Json]:
    return [record for (k, _), record in _records.items() if k == kind]


def _put(kind: str, name: str, record: _Json) -> None:
    if (kind, name) in _records:
        raise ValueError(f"{kind.title()} {name} already exists.")
    _records[kind, name] = {"DateCreated": int(time.time()), **record}


def _needed_application(properties: _Json) -> str:
    name = str(properties.get("ApplicationName", ""))
    if ("application", name) not in _records:
        raise ValueError(f"No Application named '{name}' found.")
    return name


def _create_application(logical_id: str, properties: _Json, stack_name: str) -> _Made:
    name = str(properties.get("ApplicationName") or f"{stack_name}-{logical_id}")
    record = {
        "ApplicationName": name,
        "ApplicationArn": arn(_SERVICE, f"application/{name}"),
        "Description": properties.get("Description", ""),
        "_tags": properties.get("Tags", []),
    }
    _put("application", name, record)
    return name, {}


def _create_version(logical_id: str, properties: _Json, stack_name: str) -> _Made:
    application = _needed_application(properties)
    source = properties.get("SourceBundle") or {}
    bucket, key = source.get("S3Bucket", ""), source.get("S3Key", "")
    held = pinned("ministack.services.s3._buckets").get(bucket) or {}
    if key not in (held.get("objects") or {}):
        raise ValueError(
            f"Unable to download from S3 location (Bucket: {bucket}  Key: {key}). "
            "Reason: Not Found"
        )
    label = f"{stack_name}-{logical_id}".lower()
    record = {
        "ApplicationName": application,
        "VersionLabel": label,
        "ApplicationVersionArn": arn(_SERVICE, f"applicationversion/{application}/{label}"),
        "_source": f"{bucket}/{key}",
    }
    _put("version", label, record)
    return label, {}


def _create_environment(logical_id: str, properties: _Json, stack_name: str) -> _Made:
    application = _needed_application(properties)
    label = properties.get("VersionLabel", "")
    if label and ("version", label) not in _records:
        raise ValueError(f"No Application Version named '{label}' found.")
    platform = properties.get("SolutionStackName", SOLUTION_STACKS[0])
    if platform not in SOLUTION_STACKS:
        raise ValueError(f"No Solution Stack named '{platform}' found.")
    name = str(properties.get("EnvironmentName") or f"{stack_name[-20:]}-{logical_id}"[:40])
    endpoint = (properties.get("CNAMEPrefix") or name).lower() + ENDPOINT_SUFFIX
    record = {
        "ApplicationName": application,
        "EnvironmentName": name,
        "EnvironmentArn": arn(_SERVICE, f"environment/{application}/{name}"),
        "VersionLabel": label,
        "SolutionStackName": platform,
        "Status": "Ready",
        "Health": "Grey",
        "EndpointURL": endpoint,
        "CNAME": endpoint,
        "_tags": properties.get("Tags", []),
    }
    _put("environment", name, record)
    return name, {"EndpointURL": endpoint}


def _delete(kind: str) -> Any:
    def delete(physical_id: str, _properties: _Json) -> None:
        _records.pop((kind, physical_id), None)

    return delete


def _delete_application(physical_id: str, _properties: _Json) -> None:
    environments = _of_kind("environment")
    if any(environment["ApplicationName"] == physical_id for environment in environments):
        raise ValueError(
            f"Unable to delete application {physical_id} because it has a running environment."
        )
    _records.pop(("application", physical_id), None)


def answer(body: bytes, refused: Any) -> Any:
    """Answer one call of the Elastic Beanstalk query protocol: status, headers and XML.

    `refused` is why its signature is not good, as MiniStack's `AuthError`; None if it is.
    """
    refuse = pinned("ministack.core.responses.error_response_xml")
    if refused:
        return refuse(refused.code, refused.message, 403, _NAMESPACE)
    action = parse_qs(body.decode()).get("Action", [""])[0]
    if action == "ListAvailableSolutionStacks":
        return _answer(action, "SolutionStacks", SOLUTION_STACKS)
    if action not in _LISTS:
        return refuse("InvalidAction", f"{action} is not recorded here", 400, _NAMESPACE)
    kind, member = _LISTS[action]
    return _answer(action, member, map(_shown, _of_kind(kind)))


def _answer(action: str, member: str, items: Iterable[Any]) -> Any:
    result = {f"{action}Result": {member: {"member": list(items)}}}
    return pinned("ministack.core.responses.xml_response")(f"{action}Response", _NAMESPACE, result)


def _shown(record: _Json) -> _Json:
    made = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record["DateCreated"]))
    known = {key: value for key, value in record.items() if not key.startswith("_")}
    return {**known, "DateCreated": made}


def tagged() -> Any:
    """Every recorded thing that has tags, as the tagging API's collectors yield them."""
    for kind, key in (("application", "ApplicationArn"), ("environment", "EnvironmentArn")):
        for record in _of_kind(kind):
            yield record[key], record["_tags"]

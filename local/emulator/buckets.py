"""Buckets in stacks as AWS has them: a full one stays, a deleted one stays away, tags reach it."""

import uuid
from typing import Any

from local.emulator.handlers import around_handler, let_stacks_tag
from local.patching import pinned

_TYPE = "AWS::S3::Bucket"


def install() -> None:
    """Put the refusal before MiniStack's deletion, and the bucket among the tagged types."""
    let_stacks_tag(_TYPE)
    around_handler(_TYPE, "delete", _delete_if_empty)
    around_handler(_TYPE, "create", _with_tags)
    around_handler(_TYPE, "update", _with_tags)


def _delete_if_empty(delete: Any, physical_id: str, properties: dict[str, Any]) -> None:
    _refuse_when_full(physical_id)
    delete(physical_id, properties)
    # MiniStack leaves its folder, out of which a restart would make the bucket again.
    pinned("ministack.services.s3._delete_persisted_bucket")(physical_id)


def _with_tags(handle: Any, *args: Any) -> Any:
    """Let a bucket have the tags of its template and stack, which MiniStack drops."""
    properties = next(arg for arg in reversed(args) if isinstance(arg, dict))
    name, attributes = handle(*args)
    tags = {tag["Key"]: tag["Value"] for tag in properties.get("Tags") or []}
    pinned("ministack.services.s3._bucket_tags")[name] = tags
    return name, attributes


def _refuse_when_full(name: str) -> None:
    bucket = pinned("ministack.services.s3._buckets").get(name)
    has_versions = pinned("ministack.services.s3._bucket_has_versions")(name)
    if bucket is None or not (bucket["objects"] or has_versions):
        return
    versions = " You must delete all versions in the bucket." if has_versions else ""
    raise ValueError(
        f'Resource handler returned message: "The bucket you tried to delete is not empty.'
        f'{versions} (Service: S3, Status Code: 409, Request ID: {uuid.uuid4().hex[:16].upper()})"'
        f" (RequestToken: {uuid.uuid4()}, HandlerErrorCode: GeneralServiceException)"
    )

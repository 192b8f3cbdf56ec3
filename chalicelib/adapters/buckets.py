"""S3 behind the Buckets port."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, Final

from botocore.exceptions import ClientError

from chalicelib.adapters.aws import code_of, error_for, translated
from chalicelib.core.naming import PREFIX

BATCH: Final = 10
"""Pages of a thousand versions removed at a time: some seconds, far inside a Lambda's time."""


class S3:
    """The buckets of one region."""

    def __init__(self, client: Any, *, service: str, batch: int = BATCH) -> None:
        self._client = client
        self._service = service
        self._batch = batch

    @translated
    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Store an object."""
        self._client.put_object(Bucket=bucket, Key=key, Body=body, ContentType="application/zip")

    @translated
    def empty(self, bucket: str) -> bool:
        """Delete a batch of versions, delete markers and uploads; True when all gone."""
        try:
            return self._abort_uploads(bucket) and self._delete_versions(bucket)
        except ClientError as error:
            if code_of(error) == "NoSuchBucket":
                return True
            raise

    def _delete_versions(self, bucket: str) -> bool:
        pages = self._client.get_paginator("list_object_versions").paginate(Bucket=bucket)
        for page in islice(pages, self._batch):
            found = page.get("Versions", []) + page.get("DeleteMarkers", [])
            if found:
                self._delete(bucket, found)
            if not page["IsTruncated"]:
                return True
        return False

    def _delete(self, bucket: str, found: list[Mapping[str, Any]]) -> None:
        objects = [{"Key": o["Key"], "VersionId": o["VersionId"]} for o in found]
        answer = self._client.delete_objects(
            Bucket=bucket, Delete={"Objects": objects, "Quiet": True}
        )
        if errors := answer.get("Errors"):
            first = errors[0]
            why = f"{bucket}/{first['Key']}: {first['Code']} {first.get('Message', '')}"
            raise error_for(first["Code"], why)

    def _abort_uploads(self, bucket: str) -> bool:
        pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=bucket)
        for page in islice(pages, self._batch):
            for upload in page.get("Uploads", []):
                self._client.abort_multipart_upload(
                    Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                )
            if not page["IsTruncated"]:
                return True
        return False

    @translated
    def remove(self, bucket: str) -> None:
        """Delete an empty bucket; one that does not exist is no error."""
        try:
            self._client.delete_bucket(Bucket=bucket)
        except ClientError as error:
            if code_of(error) != "NoSuchBucket":
                raise

    @translated
    def ours(self) -> Mapping[str, Mapping[str, str]]:
        """Return every bucket that carries this service's tags: its name to its tags."""
        found = {}
        pages = self._client.get_paginator("list_buckets").paginate(
            Prefix=f"{PREFIX}-", BucketRegion=self._client.meta.region_name
        )
        for page in pages:
            for bucket in page["Buckets"]:
                tags = self._tags(bucket["Name"])
                if tags.get(f"{PREFIX}:service") == self._service:
                    found[bucket["Name"]] = tags
        return found

    def _tags(self, bucket: str) -> Mapping[str, str]:
        try:
            answer = self._client.get_bucket_tagging(Bucket=bucket)
        except ClientError as error:
            if code_of(error) in ("NoSuchTagSet", "NoSuchBucket"):
                return {}
            raise
        return {t["Key"]: t["Value"] for t in answer["TagSet"]}

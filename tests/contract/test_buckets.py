"""S3 and its fake: emptied of everything, in batches, and found by tag."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from chalicelib.adapters.buckets import S3
from chalicelib.services.ports.targets import Buckets
from testkit.fakes.buckets import MemoryBuckets

from .conftest import REGION

SERVICE = "stelligent-demo-service"
OURS = {"stelligent-demo:service": SERVICE, "stelligent-demo:demo-id": "demo0001"}
NAME = "stelligent-demo-demo0001-1"
Make = Callable[[str, dict[str, str]], None]


class Account:
    """An implementation with the two things tests do behind its back."""

    def __init__(self, buckets: Buckets, make: Make, upload: Callable[[str], None]) -> None:
        self.buckets = buckets
        self.make = make
        self.upload = upload


@pytest.fixture(params=["memory", "moto"])
def account(request: pytest.FixtureRequest) -> Account:
    if request.param == "memory":
        fake = MemoryBuckets(service=SERVICE)
        return Account(fake, fake.make, lambda name: fake.made[name].uploads.append("big"))
    request.getfixturevalue("aws")
    client = boto3.client("s3", region_name=REGION)

    def upload(name: str) -> None:
        client.create_multipart_upload(Bucket=name, Key="big")

    return Account(S3(client, service=SERVICE), _maker(client), upload)


def _maker(client: Any) -> Make:
    def make(name: str, tags: dict[str, str]) -> None:
        client.create_bucket(Bucket=name)
        client.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        tag_set = [{"Key": k, "Value": v} for k, v in tags.items()]
        client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_set})

    return make


def emptied(buckets: Buckets, name: str) -> int:
    """Empty a bucket and return how many batches it took."""
    batches = 1
    while not buckets.empty(name):
        batches += 1
        assert batches < 20
    return batches


def test_versions_and_uploads_are_removed(account: Account) -> None:
    """Each version of each key and each unfinished upload goes, so that the bucket can."""
    account.make(NAME, OURS)
    for body in (b"1", b"2", b"3"):
        account.buckets.put(NAME, "stelligent-demo.zip", body)
    account.upload(NAME)
    emptied(account.buckets, NAME)
    account.buckets.remove(NAME)
    assert {} == account.buckets.ours()


def test_a_bucket_that_is_not_there_is_empty(account: Account) -> None:
    """Emptying and removing may come twice."""
    assert account.buckets.empty(NAME)
    account.buckets.remove(NAME)


def test_ours_are_known_by_their_tags(account: Account) -> None:
    """A bucket named like ours without our tags is not ours."""
    account.make(NAME, OURS)
    account.make("stelligent-demo-theirs000-1", {"team": "theirs"})
    assert [NAME] == list(account.buckets.ours())
    assert "demo0001" == account.buckets.ours()[NAME]["stelligent-demo:demo-id"]


def test_delete_markers_go_too(aws: None) -> None:
    """An object deleted in a versioned bucket leaves a marker that holds the bucket."""
    client = boto3.client("s3", region_name=REGION)
    _maker(client)(NAME, OURS)
    buckets = S3(client, service=SERVICE)
    buckets.put(NAME, "key", b"1")
    client.delete_object(Bucket=NAME, Key="key")
    emptied(buckets, NAME)
    buckets.remove(NAME)
    assert [] == client.list_buckets()["Buckets"]


def test_a_full_bucket_takes_more_than_one_batch() -> None:
    """A batch is bounded, and says whether another is needed."""
    fake = MemoryBuckets(service=SERVICE, batch=2)
    fake.make(NAME, OURS)
    for _ in range(5):
        fake.put(NAME, "key", b"1")
    assert 3 == emptied(fake, NAME)


def test_a_bucket_of_thousands_takes_more_than_one_batch(aws: None) -> None:
    """Pages past the batch are left for the next one."""
    client = boto3.client("s3", region_name=REGION)
    _maker(client)(NAME, OURS)
    buckets = S3(client, service=SERVICE, batch=1)
    for number in range(1_001):
        client.put_object(Bucket=NAME, Key=f"key{number}", Body=b"")
    assert 1 < emptied(buckets, NAME)

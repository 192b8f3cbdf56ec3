"""S3, in memory: buckets with the versions and unfinished uploads that keep them from going."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from chalicelib.core.errors import Rejected
from chalicelib.core.naming import PREFIX


@dataclass(slots=True)
class MemoryBucket:
    """One versioned bucket; every write of a key adds a version."""

    tags: Mapping[str, str]
    versions: list[tuple[str, bytes]] = field(default_factory=list)
    uploads: list[str] = field(default_factory=list)


class MemoryBuckets:
    """The buckets of a region; a bite is so many versions or uploads."""

    def __init__(self, *, service: str, batch: int = 2) -> None:
        self.made: dict[str, MemoryBucket] = {}
        self._service = service
        self._batch = batch

    def make(self, name: str, tags: Mapping[str, str]) -> None:
        """Make a bucket, as a stack does."""
        self.made.setdefault(name, MemoryBucket(dict(tags)))

    def holds(self, name: str) -> bool:
        """Return whether anything keeps a bucket from going."""
        bucket = self.made.get(name)
        return bucket is not None and bool(bucket.versions or bucket.uploads)

    def put(self, bucket: str, key: str, body: bytes) -> None:
        """Store an object; raise Rejected where there is no bucket."""
        if bucket not in self.made:
            raise Rejected(f"NoSuchBucket: {bucket}")
        self.made[bucket].versions.append((key, body))

    def empty(self, bucket: str) -> bool:
        """Remove a bite of uploads, then of versions; True when all are gone."""
        found = self.made.get(bucket)
        if found is not None:
            bitten = min(self._batch, len(found.uploads))
            del found.uploads[:bitten]
            del found.versions[: self._batch - bitten]
        return not self.holds(bucket)

    def remove(self, bucket: str) -> None:
        """Delete an empty bucket; one that does not exist is no error."""
        if self.holds(bucket):
            raise Rejected(f"BucketNotEmpty: {bucket}")
        self.made.pop(bucket, None)

    def ours(self) -> Mapping[str, Mapping[str, str]]:
        """Return every bucket that carries this service's tags."""
        key = f"{PREFIX}:service"
        return {n: b.tags for n, b in self.made.items() if b.tags.get(key) == self._service}

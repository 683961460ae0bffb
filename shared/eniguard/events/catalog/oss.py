"""OSS calls that take objects away (names: OSS 2019-05-17, SDK 1.0.6).

The public samples of OSS events have no request parameters: the bucket stands among the resources that the
event refers to (docs/sources.md, Events). The spellings of a parameter are assumed.
"""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import BUCKET

_REFERRED = "ACS::OSS::Bucket"
_BUCKET = ("bucket", "bucketName", "BucketName")
_TARGETS = tuple(Where(name, BUCKET) for name in (*_BUCKET, _REFERRED))


def _bucket_call(name: str) -> Api:
    named = {**dict.fromkeys(_BUCKET, Shape.TEXT), _REFERRED: Shape.TEXTS}
    return Api("oss", name, True, named, _TARGETS, assumed=True)


APIS: tuple[Api, ...] = (_bucket_call("DeleteBucket"), _bucket_call("PutBucketLifecycle"))

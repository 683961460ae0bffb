"""Wire in and out of OSS: the bucket of the host as a parameter."""

from __future__ import annotations

from fakealiyun.oss.exceptions import bucket_already_exists, no_such_bucket
from fakealiyun.services import Call, Fields, Handler


def put_bucket(call: Call) -> Fields:
    """PutBucket."""
    name, buckets = call.parameters.required("bucket"), call.region.oss.buckets
    if name in buckets:
        raise bucket_already_exists(name)
    buckets[name] = None
    return {}


def delete_bucket(call: Call) -> Fields:
    """DeleteBucket."""
    del call.region.oss.buckets[_bucket(call)]
    return {}


def put_bucket_lifecycle(call: Call) -> Fields:
    """PutBucketLifecycle: other rules in place of those that are there."""
    call.region.oss.buckets[_bucket(call)] = call.parameters.required("body")
    return {}


def _bucket(call: Call) -> str:
    name = call.parameters.required("bucket")
    if name not in call.region.oss.buckets:
        raise no_such_bucket(name)
    return name


HANDLERS: dict[str, Handler] = {
    "PutBucket": put_bucket,
    "DeleteBucket": delete_bucket,
    "PutBucketLifecycle": put_bucket_lifecycle,
}

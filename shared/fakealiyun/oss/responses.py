"""Wire in and out of buckets."""

from __future__ import annotations

from fakealiyun.oss.exceptions import bucket_already_exists, bucket_not_empty, no_such_bucket
from fakealiyun.oss.models import Bucket
from fakealiyun.services import Call, Fields, Handler


def put_bucket(call: Call) -> Fields:
    """PutBucket."""
    name, buckets = call.parameters.required("bucket"), call.region.oss.buckets
    if name in buckets:
        raise bucket_already_exists(name)
    buckets[name] = Bucket()
    return {}


def delete_bucket(call: Call) -> Fields:
    """DeleteBucket, once it is empty."""
    name = call.parameters.required("bucket")
    if find_bucket(call).objects:
        raise bucket_not_empty(name)
    del call.region.oss.buckets[name]
    return {}


def put_bucket_lifecycle(call: Call) -> Fields:
    """PutBucketLifecycle: other rules in place of those that are there."""
    find_bucket(call).lifecycle = call.parameters.required("body")
    return {}


def find_bucket(call: Call) -> Bucket:
    """The bucket that a call names.

    Raises
    ------
    ApiError
        ``NoSuchBucket``.
    """
    name = call.parameters.required("bucket")
    found = call.region.oss.buckets.get(name)
    if found is None:
        raise no_such_bucket(name)
    return found


HANDLERS: dict[str, Handler] = {
    "PutBucket": put_bucket,
    "DeleteBucket": delete_bucket,
    "PutBucketLifecycle": put_bucket_lifecycle,
}

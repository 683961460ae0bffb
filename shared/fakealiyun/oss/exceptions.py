"""The error answers of OSS (its list of common error codes)."""

from __future__ import annotations

from fakealiyun.errors import ApiError


def no_such_bucket(name: str) -> ApiError:
    """No such bucket."""
    return ApiError("NoSuchBucket", 404, f"The specified bucket does not exist: {name}")


def bucket_already_exists(name: str) -> ApiError:
    """A bucket of that name exists."""
    return ApiError("BucketAlreadyExists", 409, f"The requested bucket name is not available: {name}")

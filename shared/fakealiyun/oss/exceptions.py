"""The error answers of OSS (its list of common error codes)."""

from __future__ import annotations

from fakealiyun.errors import ApiError


def no_such_bucket(name: str) -> ApiError:
    """No such bucket."""
    return ApiError("NoSuchBucket", 404, f"The specified bucket does not exist: {name}")


def bucket_already_exists(name: str) -> ApiError:
    """A bucket of that name exists."""
    return ApiError("BucketAlreadyExists", 409, f"The requested bucket name is not available: {name}")


def bucket_not_empty(name: str) -> ApiError:
    """A bucket that has objects cannot be deleted."""
    return ApiError("BucketNotEmpty", 409, f"The bucket has objects. Please delete them first: {name}")


def no_such_key(key: str) -> ApiError:
    """No such object."""
    return ApiError("NoSuchKey", 404, f"The specified key does not exist: {key}")


def precondition_failed(condition: str) -> ApiError:
    """A condition of the request does not hold."""
    return ApiError("PreconditionFailed", 412, f"A precondition did not hold: {condition}")


def invalid_digest() -> ApiError:
    """A body that is not what its Content-MD5 says."""
    return ApiError("InvalidDigest", 400, "The Content-MD5 you specified did not match what we received.")


def invalid_argument(message: str) -> ApiError:
    """A parameter that cannot be."""
    return ApiError("InvalidArgument", 400, message)

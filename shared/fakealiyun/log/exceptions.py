"""The error answers of Simple Log Service (its list of common error codes)."""

from __future__ import annotations

from fakealiyun.errors import ApiError


def project_not_exist(name: str) -> ApiError:
    """No such project."""
    return ApiError("ProjectNotExist", 404, f"The Project does not exist : {name}")


def project_already_exist(name: str) -> ApiError:
    """A project of that name exists."""
    return ApiError("ProjectAlreadyExist", 400, f"Project {name} already exist")


def logstore_not_exist(name: str) -> ApiError:
    """No such logstore."""
    return ApiError("LogStoreNotExist", 404, f"logstore {name} does not exist")


def logstore_already_exist(name: str) -> ApiError:
    """A logstore of that name exists."""
    return ApiError("LogStoreAlreadyExist", 400, f"logstore {name} already exists")


def shard_not_exist(shard: str) -> ApiError:
    """No such shard."""
    return ApiError("ShardNotExist", 404, f"shard {shard} does not exist")


def invalid_cursor(cursor: str) -> ApiError:
    """A cursor that is none of its shard."""
    return ApiError("InvalidCursor", 400, f"this cursor is invalid : {cursor}")


def body_invalid(message: str) -> ApiError:
    """A body that is not what it says."""
    return ApiError("PostBodyInvalid", 400, message)


def parameter_invalid(message: str) -> ApiError:
    """A parameter that cannot be."""
    return ApiError("ParameterInvalid", 400, message)

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


def parameter_invalid(message: str) -> ApiError:
    """A parameter that cannot be."""
    return ApiError("ParameterInvalid", 400, message)

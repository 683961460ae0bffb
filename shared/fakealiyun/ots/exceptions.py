"""The error answers of Tablestore (its list of error codes)."""

from __future__ import annotations

from fakealiyun.errors import ApiError


def not_exist(name: str) -> ApiError:
    """No such instance or table."""
    return ApiError("OTSObjectNotExist", 404, f"Requested {name} does not exist.")


def already_exist(name: str) -> ApiError:
    """An instance or table of that name exists."""
    return ApiError("OTSObjectAlreadyExist", 409, f"Requested {name} already exists.")

"""The error answers of Function Compute.

``FunctionNotFound`` with 404 is what its tools expect (docs/sources.md, API); the others are named alike.
"""

from __future__ import annotations

from fakealiyun.errors import ApiError


def not_found(what: str, name: str) -> ApiError:
    """Something that is named does not exist; ``what`` as in ``Function``."""
    return ApiError(f"{what}NotFound", 404, f"{what.lower()} '{name}' does not exist")


def already_exists(what: str, name: str) -> ApiError:
    """Something of that name exists; ``what`` as in ``Function``."""
    return ApiError(f"{what}AlreadyExists", 409, f"{what.lower()} '{name}' already exists")


def service_not_empty(name: str) -> ApiError:
    """A service that has functions cannot be deleted."""
    return ApiError("ServiceNotEmpty", 409, f"service '{name}' has functions")

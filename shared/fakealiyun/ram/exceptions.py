"""The error answers of RAM, ResourceManager and STS.

Codes and statuses are those of the public error lists of RAM ("Error messages") and ResourceManager
("Service error codes"); what they leave open comes from the assumptions.
"""

from __future__ import annotations

from fakealiyun.errors import ApiError


def not_exist(what: str, name: str) -> ApiError:
    """Something that is named does not exist; ``what`` as in ``Role`` or ``Policy.Version``."""
    return ApiError(f"EntityNotExist.{what}", 404, f"The {_words(what)} {name} does not exist.")


def already_exists(what: str, name: str) -> ApiError:
    """Something of that name exists, or is attached already; ``what`` as in ``Role`` or ``Role.Policy``."""
    return ApiError(f"EntityAlreadyExists.{what}", 409, f"The {_words(what)} {name} already exists.")


def delete_conflict(what: str, name: str) -> ApiError:
    """Something else has to be deleted or detached first; ``what`` as in ``Role.Policy``."""
    return ApiError(f"DeleteConflict.{what}", 409, f"{name} cannot be deleted: {_words(what)}.")


def limit_exceeded(what: str, most: int) -> ApiError:
    """There are as many as there may be; ``what`` as in ``Policy.Version``."""
    return ApiError(f"LimitExceeded.{what}", 409, f"There may be at most {most} of {_words(what)}.")


def invalid(parameter: str, problem: str = "") -> ApiError:
    """A parameter has a value that the API does not take; ``problem`` as in ``Length``."""
    code = f"InvalidParameter.{parameter}.{problem}" if problem else f"InvalidParameter.{parameter}"
    return ApiError(code, 400, f'The parameter "{parameter}" is not valid.')


def malformed(parameter: str) -> ApiError:
    """A policy is no policy."""
    return ApiError("MalformedPolicyDocument", 400, f'The parameter "{parameter}" is not a policy document.')


def no_permission(message: str) -> ApiError:
    """The caller may not do this, whatever its policies say."""
    return ApiError("NoPermission", 403, message)


def _words(what: str) -> str:
    return what.replace(".", " ").lower()

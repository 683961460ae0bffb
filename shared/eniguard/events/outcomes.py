"""What an error code says about a call: refused, denied, failed, or only a dry run.

The codes come from the published error tables of the ECS calls, from Alibaba Cloud's own alert queries
(docs/sources.md, Events) and from the codes that client tools retry (docs/sources.md, API).
"""

from __future__ import annotations

from functools import lru_cache
from typing import Literal

#: ``refused``: the platform said no to what was asked; ``denied``: the caller lacks the permission;
#: ``failed``: throttled or a server error, so the platform did not judge it; ``dry_run``: nothing was done.
Outcome = Literal["ok", "refused", "denied", "failed", "dry_run"]

#: Why a call did not go through, one level finer than the outcome.
Cause = Literal["permission", "throttling", "server", "not_found", "wrong_status", "other"]

DRY_RUN = "DryRunOperation"
ENI_MANAGED = "InvalidOperation.EniServiceManaged"
GROUP_MANAGED = "InvalidOperation.ResourceManagedByCloudProduct"

#: Documented spelling mistakes ("Forbbiden", "Forbedden") are real codes.
_PERMISSION = (
    "nopermission",
    "forbidden",
    "forbbiden",
    "forbedden",
    "accessforbidden",
    "invalidaccesskeyid",
    "invalidsecuritytoken",
    "signaturedoesnotmatch",
    "invalidauthorization",
    "notauthorized",
    "unauthorized",
    "imsforbidden",
    "implicitdeny",
    "explicitdeny",
)
_THROTTLING = ("throttling", "rejected.throttling", "flowcontrol", "toomanyrequests")
_SERVER = (
    "internalerror",
    "serviceunavailable",
    "servicetemporarilyunavailable",
    "systembusy",
    "internalfailure",
)
_CONFLICT = ("operation.conflict", "operationconflict", "lasttokenprocessing", "idempotentfailed")
_NOT_FOUND = ("notfound", "notexist", "notexists")
_WRONG_STATUS = (
    "incorrectstatus",
    "incorrecteipstatus",
    "incorrectinstancestatus",
    "incorrectvswitchstatus",
    "invalidbindingstatus",
    "invalidenistate",
    "invalidecsstate",
    "incorrect_status",
)


@lru_cache(maxsize=4096)
def outcome_of(error_code: str | None) -> Outcome:
    """The outcome an error code stands for; no code means ``ok``."""
    if error_code is None:
        return "ok"
    if error_code == DRY_RUN:
        return "dry_run"
    cause = cause_of(error_code)
    if cause == "permission":
        return "denied"
    return "failed" if cause in ("throttling", "server") else "refused"


@lru_cache(maxsize=4096)
def cause_of(error_code: str) -> Cause:
    """The cause behind an error code; codes nobody listed are ``other``."""
    code = error_code.lower()
    if _starts(code, _THROTTLING):
        return "throttling"
    if _starts(code, _SERVER) or _starts(code, _CONFLICT):
        return "server"
    last = code.rsplit(".", 1)[-1]
    if last in _NOT_FOUND or code.endswith(_NOT_FOUND):
        return "not_found"
    if _starts(code, _PERMISSION) and code != "forbidden.regionid":
        return "permission"
    if any(part in _WRONG_STATUS for part in code.split(".")):
        return "wrong_status"
    return "other"


def _starts(code: str, prefixes: tuple[str, ...]) -> bool:
    return any(code == prefix or code.startswith(f"{prefix}.") for prefix in prefixes)

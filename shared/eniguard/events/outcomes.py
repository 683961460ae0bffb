"""What an error code says about a call: refused, denied, failed, or only a dry run.

The codes come from the published error tables of the ECS calls and of the VPC calls on managed ENIs, from
Alibaba Cloud's own alert queries (docs/sources.md, Events) and from the codes that client tools retry
(docs/sources.md, API).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

#: ``refused``: the platform said no to what was asked; ``denied``: the caller lacks the permission;
#: ``failed``: throttled or a server error, so the platform did not judge it; ``dry_run``: nothing was done.
Outcome = Literal["ok", "refused", "denied", "failed", "dry_run"]

#: Why a call did not go through, one level finer than the outcome; without valid credentials, it is denied.
Cause = Literal["permission", "credentials", "throttling", "server", "not_found", "wrong_status", "other"]

DRY_RUN = "DryRunOperation"
ENI_MANAGED = "InvalidOperation.EniServiceManaged"
GROUP_MANAGED = "InvalidOperation.ResourceManagedByCloudProduct"


def _first(*words: str) -> re.Pattern[str]:
    """Matches a code that begins with one of the words, whatever follows after a dot."""
    return re.compile(rf"^(?:{'|'.join(words)})(?:$|\.)")


def _part(*words: str) -> re.Pattern[str]:
    """Matches a code of which one of the words is a part between dots.

    ``OperationFailed.SystemBusy`` and ``Rejected.Throttling`` say in their last part what ``SystemBusy`` and
    ``Throttling.User`` say in their first.
    """
    return re.compile(rf"(?:^|\.)(?:{'|'.join(words)})(?:$|\.)")


#: Each cause by its words, all in lower case; the first that matches a code is its cause.
_CAUSES: tuple[tuple[Cause, re.Pattern[str]], ...] = (
    ("throttling", _part("throttling[^.]*", "flowcontrol", "toomanyrequests", "requestlimitexceeded")),
    (
        "server",
        _part(
            "internal(?:server)?(?:error|failure)",
            "unknownerror",
            "service(?:temporarily)?unavailable",
            "(?:system|server|service)busy",
            "(?:request|service|operation)timeout",
            # VPC could not read the account, the order or the resource: most have the status 500.
            r"operationfailed\.(?:query|sync|salevalidate)[^.]*",
            "resourcequeryerror",
            # Another request is at work on the same; a moment later the same call goes through.
            r"operation\.?conflict",
            "taskconflict",
            "concurrentoperation",
            "[^.]*processing",
            "idempotentfailed",
        ),
    ),
    # Before what was not found: a key that does not exist proves nobody.
    (
        "credentials",
        _first("invalidaccesskeyid", "invalidsecuritytoken", "signaturedoesnotmatch", "invalidauthorization"),
    ),
    (
        "permission",
        _first(
            "nopermission",
            # Two codes say instead that there is no such region, or that it is not served.
            r"forbidden(?!\.region(?:id|notfound)$)",
            # Documented spelling mistakes are real codes.
            "forbbiden",
            "forbedden",
            "accessforbidden",
            "notauthorized",
            "unauthorized",
            "imsforbidden",
            "implicitdeny",
            "explicitdeny",
        ),
    ),
    ("not_found", _part("[^.]*(?:notfound|no[nt]exists?)")),
    # ``IncorrectEipStatus`` and ``InvalidStatus.NotAllow`` name the status, others what a resource just does.
    (
        "wrong_status",
        _part(
            "(?:incorrect|invalid)[^.]*(?:status|state)", "[^.]*(?:middlestatus|unstable|migrating|creating)"
        ),
    ),
)


@lru_cache(maxsize=4096)
def outcome_of(error_code: str | None) -> Outcome:
    """The outcome an error code stands for; no code means ``ok``."""
    if error_code is None:
        return "ok"
    if error_code == DRY_RUN:
        return "dry_run"
    cause = cause_of(error_code)
    if cause in ("permission", "credentials"):
        return "denied"
    return "failed" if cause in ("throttling", "server") else "refused"


@lru_cache(maxsize=4096)
def cause_of(error_code: str) -> Cause:
    """The cause behind an error code; codes nobody listed are ``other``."""
    code = error_code.lower()
    return next((cause for cause, words in _CAUSES if words.search(code)), "other")

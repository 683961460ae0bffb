"""Where a bucket answers, and what its error answers mean."""

from __future__ import annotations

import re

from eniguard.cloud.answers import Refusal
from eniguard.cloud.credentials import Credentials
from eniguard.cloud.data_reads import refused
from eniguard.cloud.transport import HttpAnswer
from eniguard.errors import CloudError, Denied, NotFound, Throttled, Transport

_SAID = re.compile(r"<(Code|Message|RequestId)>([^<]*)</")


def bucket_url(region: str, bucket: str, *, address: str | None, internal: bool) -> str:
    """The address of a bucket, with a slash at its end; arguments as for `eniguard.cloud.objects`."""
    if address:
        return f"{address}/{bucket}/"
    inner = "-internal" if internal else ""
    return f"https://{bucket}.oss-{region}{inner}.aliyuncs.com/"


def object_refusal(answer: HttpAnswer, action: str, credentials: Credentials) -> Refusal:
    """The error answer of OSS (its list of common error codes)."""
    said: dict[str, str] = dict(_SAID.findall(answer.body.decode("utf-8", "replace")))
    code = said.get("Code")
    kind = _kind(answer.status, code or "")
    error = refused(
        kind,
        "oss",
        action,
        status=answer.status,
        code=code,
        message="the object was replaced since" if answer.status == 412 else said.get("Message"),
        request_id=said.get("RequestId") or answer.headers.get("x-oss-request-id"),
        hidden=credentials.hidden,
    )
    return Refusal(error, code == "SecurityTokenExpired", kind is Throttled or answer.status >= 500)


def _kind(status: int, code: str) -> type[CloudError]:
    if status == 429 or code.endswith(("LimitExceeded", "TooManyRequests")):
        return Throttled
    if status in (401, 403):
        return Denied
    if status == 404:
        return NotFound
    return Transport if status >= 500 and not code else CloudError

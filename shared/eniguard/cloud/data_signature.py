"""Signature version 4 of the services that hold data: SLS4-HMAC-SHA256 and OSS4-HMAC-SHA256.

Both are made in one way and differ in which headers they cover; property tests hold them to what the official
SDKs make. Version 4 is what OSS has for new accounts and buckets (docs/sources.md, API).
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Mapping, Sequence
from urllib.parse import quote

from eniguard.cloud.credentials import Credentials
from eniguard.cloud.signature import canonical_query, digest

#: What OSS takes as the digest of a body that is not signed, as GetObject has none.
_UNSIGNED = "UNSIGNED-PAYLOAD"


def log_headers(
    credentials: Credentials,
    *,
    region: str,
    method: str,
    path: str,
    query: Mapping[str, str],
    headers: Mapping[str, str],
    now: float,
) -> dict[str, str]:
    """The headers of a request without a body to the log service, its signature among them.

    Parameters
    ----------
    path, query, headers
        The request; ``host`` has to be among the headers, whose names are in lower case.
    now
        Seconds since 1970 (UTC).
    """
    found = {**headers, "x-log-date": _moment(now), "x-log-content-sha256": digest(b"")}
    if credentials.security_token:
        found["x-acs-security-token"] = credentials.security_token
    names = sorted(
        name for name in found if name in ("host", "content-type") or name.startswith(("x-log-", "x-acs-"))
    )
    request = (method, path, canonical_query(query), _lines(found, names), ";".join(names), digest(b""))
    scope, mark = _signed(
        credentials, "\n".join(request), kind="sls", region=region, moment=found["x-log-date"]
    )
    found["authorization"] = (
        f"SLS4-HMAC-SHA256 Credential={credentials.access_key_id}/{scope},Signature={mark}"
    )
    return found


def object_headers(
    credentials: Credentials,
    *,
    region: str,
    method: str,
    bucket: str,
    key: str,
    headers: Mapping[str, str],
    now: float,
    query: Mapping[str, str] = {},
) -> dict[str, str]:
    """The headers of a request for an object, its signature among them; as for `log_headers`.

    An empty ``key`` is the bucket itself.
    """
    found = {**headers, "x-oss-date": _moment(now), "x-oss-content-sha256": _UNSIGNED}
    if credentials.security_token:
        found["x-oss-security-token"] = credentials.security_token
    names = sorted(
        name for name in found if name in ("content-type", "content-md5") or name.startswith("x-oss-")
    )
    path = quote(f"/{bucket}/{key}", safe="/~")
    request = (method, path, canonical_query(query), _lines(found, names), "", _UNSIGNED)
    scope, mark = _signed(
        credentials, "\n".join(request), kind="oss", region=region, moment=found["x-oss-date"]
    )
    found["authorization"] = (
        f"OSS4-HMAC-SHA256 Credential={credentials.access_key_id}/{scope},Signature={mark}"
    )
    return found


def _lines(headers: Mapping[str, str], names: Sequence[str]) -> str:
    return "".join(f"{name}:{headers[name].strip()}\n" for name in names)


def _signed(
    credentials: Credentials, request: str, *, kind: str, region: str, moment: str
) -> tuple[str, str]:
    """The scope of a signature, and the signature."""
    parts = (moment[:8], region, kind, "aliyun_v4_request")
    scope = "/".join(parts)
    text = "\n".join((f"{kind.upper()}4-HMAC-SHA256", moment, scope, digest(request.encode())))
    key = f"aliyun_v4{credentials.access_key_secret}".encode()
    for part in (*parts, text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return scope, key.hex()


def _moment(now: float) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now))

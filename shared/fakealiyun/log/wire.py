"""Requests and answers of the log service: project in the host, logstore in the path, a signature of its own.

Signatures are those of the official SDKs: ``LOG key:…`` with HMAC-SHA1 or HMAC-SHA256, and SLS4-HMAC-SHA256.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from fakealiyun.errors import ApiError, NotImplementedByTheFake
from fakealiyun.identities import Keys
from fakealiyun.wire.answers import Answer
from fakealiyun.wire.parameters import Parameters, flatten
from fakealiyun.wire.paths import Route, routed
from fakealiyun.wire.request import ApiRequest, HttpRequest
from fakealiyun.wire.signature import check_token

_HOST = re.compile(
    r"(?:(?P<project>[a-z0-9][a-z0-9-]+)\.)?(?P<region>[a-z]+-[a-z0-9-]+?)(?:-intranet|-share|-vpc)?"
    r"\.(?:log|sls)\.(?:aliyuncs\.com|localhost)\Z"
)
_LOGSTORE = "/logstores/(?P<logstore>[^/]+)"
_SHARD = f"{_LOGSTORE}/shards/(?P<shard>[0-9]+)"
_ROUTES = (
    Route("GET", _SHARD, "PullLogs", ("type", "log")),
    Route("GET", _SHARD, "GetCursor", ("type", "cursor")),
    Route("GET", _SHARD, "GetCursorTime", ("type", "cursor_time")),
    Route("GET", f"{_LOGSTORE}/shards", "ListShards"),
    Route("POST", f"{_LOGSTORE}/shards/lb", "PutLogs"),
    Route("POST", "/logstores", "CreateLogStore"),
    Route("GET", _LOGSTORE, "GetLogStore"),
    Route("PUT", _LOGSTORE, "UpdateLogStore"),
    Route("DELETE", _LOGSTORE, "DeleteLogStore"),
    Route("GET", "/logstores", "ListLogStores"),
    Route("POST", "/", "CreateProject"),
    Route("GET", "/", "GetProject"),
    Route("DELETE", "/", "DeleteProject"),
)
_V1 = re.compile(r"LOG (?P<key>[^:]+):(?P<signature>.+)\Z")
_V4 = re.compile(
    r"SLS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/"
    r"(?P<scope>(?P<day>\d{8})/(?P<region>[^/]+)/sls/aliyun_v4_request),"
    r"\s*Signature=(?P<signature>[0-9a-f]{64})\Z"
)
#: How the refusals of every service are called here (Simple Log Service, error codes).
_CODES = {
    "InvalidAccessKeyId.NotFound": ("Unauthorized", 401),
    "MissingAccessKeyId": ("Unauthorized", 401),
    "Forbidden.RAM": ("Unauthorized", 401),
    "SignatureDoesNotMatch": ("SignatureNotMatch", 401),
    "MissingSecurityToken": ("Unauthorized", 401),
    "InvalidSecurityToken.MismatchWithAccessKey": ("Unauthorized", 401),
    "InvalidSecurityToken.Expired": ("Unauthorized", 401),
    "MissingParameter": ("ParameterInvalid", 400),
    "InvalidParameter": ("ParameterInvalid", 400),
}


class LogPaths:
    """The form of the log service."""

    def speaks(self, http: HttpRequest) -> bool:
        """Every request of it names the version of its API in this header."""
        return "x-log-apiversion" in http.headers

    def read(self, http: HttpRequest) -> ApiRequest:
        """The call by method, path and the query ``type``."""
        url = urlsplit(http.url)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        found = routed(_ROUTES, http.method, url.path or "/", query)
        if found is None:
            raise NotImplementedByTheFake(f"log: {http.method} {url.path}")
        action, named = found
        host = _HOST.match(url.hostname or "")
        project = (host["project"] if host else (url.hostname or "").partition(".")[0]) or None
        values = {**query, **_body(http), **{key: unquote(value) for key, value in named.items()}}
        authorization = http.headers.get("authorization", "")
        signed = _V1.match(authorization) or _V4.match(authorization)
        if signed is None:
            raise ApiError("MissingAccessKeyId", 401, "The request is not signed.")
        return ApiRequest(
            product="log",
            version="2020-12-30",
            action=action,
            region=host["region"] if host else None,
            parameters=Parameters({**values, **({"project": project} if project else {})}),
            access_key_id=signed["key"],
            token=http.headers.get("x-acs-security-token"),
            host=url.hostname or "",
            user_agent=http.headers.get("user-agent", ""),
            source_ip="203.0.113.10",
            http=http,
        )

    def check(self, request: ApiRequest, keys: Keys) -> None:
        """Either signature, over the body as well."""
        authorization = request.http.headers["authorization"]
        v4 = _V4.match(authorization)
        v1 = _V1.match(authorization)
        expected = _expected_v4(request.http, keys, v4) if v4 else _expected_v1(request.http, keys)
        sent = (v4 or v1 or {"signature": ""})["signature"]
        if not any(hmac.compare_digest(one, sent) for one in expected):
            raise ApiError("SignatureDoesNotMatch", 401, "signature does not match")
        check_token(request, keys)

    def success(self, request_id: str, result: Mapping[str, Any] | Answer) -> Answer:
        """JSON without the request id, which stands in a header."""
        answer = (
            result
            if isinstance(result, Answer)
            else Answer(200, json.dumps(result).encode(), {"Content-Type": "application/json"})
        )
        return Answer(answer.status, answer.body, {**answer.headers, "x-log-requestid": request_id})

    def failure(self, request_id: str, http: HttpRequest, host: str, error: ApiError) -> Answer:
        """Code and message as the log service names them."""
        code, status = _CODES.get(error.code, (error.code, error.status))
        body = json.dumps({"errorCode": code, "errorMessage": error.message}).encode()
        return Answer(status, body, {"Content-Type": "application/json", "x-log-requestid": request_id})


def _body(http: HttpRequest) -> dict[str, str]:
    """The flat fields of a JSON body; log groups are read where they are taken."""
    if not http.body or "json" not in http.headers.get("content-type", ""):
        return {}
    try:
        sent = json.loads(http.body)
    except ValueError:
        raise ApiError("PostBodyInvalid", 400, "The body is not JSON.") from None
    return flatten(sent) if isinstance(sent, dict) else {}


def _expected_v1(http: HttpRequest, keys: Keys) -> list[str]:
    """What the signature may be; ``x-log-date`` is signed by some clients and set after signing by others."""
    headers = http.headers
    if http.body and headers.get("content-md5", "").upper() != hashlib.md5(http.body).hexdigest().upper():
        return []
    digest = hashlib.sha1 if headers.get("x-log-signaturemethod") == "hmac-sha1" else hashlib.sha256
    url = urlsplit(http.url)
    query = "&".join(f"{key}={value}" for key, value in sorted(parse_qsl(url.query, keep_blank_values=True)))
    resource = f"{unquote(url.path) or '/'}{'?' if query else ''}{query}"
    named = sorted(name for name in headers if name.startswith(("x-log-", "x-acs-")))
    texts = [
        _text_v1(http, names, resource) for names in (named, [one for one in named if one != "x-log-date"])
    ]
    secret = keys.access_key_secret.encode()
    return [base64.b64encode(hmac.new(secret, text.encode(), digest).digest()).decode() for text in texts]


def _text_v1(http: HttpRequest, names: Iterable[str], resource: str) -> str:
    headers = http.headers
    first = (headers.get(name, "") for name in ("content-md5", "content-type", "date"))
    return "\n".join((http.method, *first, *(f"{name}:{headers[name]}" for name in names), resource))


def _expected_v4(http: HttpRequest, keys: Keys, signed: re.Match[str]) -> list[str]:
    headers = http.headers
    if headers.get("x-log-content-sha256") != hashlib.sha256(http.body).hexdigest():
        return []
    url = urlsplit(http.url)
    pairs = sorted(parse_qsl(url.query, keep_blank_values=True))
    query = "&".join(f"{key}={quote(value, safe='~')}" if value else key for key, value in pairs)
    names = sorted(
        name for name in headers if name in ("host", "content-type") or name.startswith(("x-log-", "x-acs-"))
    )
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
    digest = headers["x-log-content-sha256"]
    canonical = "\n".join((http.method, unquote(url.path) or "/", query, lines, ";".join(names), digest))
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(("SLS4-HMAC-SHA256", headers.get("x-log-date", ""), signed["scope"], hashed))
    key = f"aliyun_v4{keys.access_key_secret}".encode()
    for part in (signed["day"], signed["region"], "sls", "aliyun_v4_request", text):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return [key.hex()]

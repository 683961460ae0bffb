"""Requests and answers of OSS: bucket in the host, object in the path, XML back.

The signatures are those of the official SDKs: ``OSS key:…`` (version 1) and OSS4-HMAC-SHA256 (version 4),
both in a header. A host that names no bucket has it first in the path, as of an endpoint that is an address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlsplit
from xml.etree.ElementTree import Element, SubElement, tostring

from fakealiyun.errors import ApiError, NotImplementedByTheFake
from fakealiyun.identities import Keys
from fakealiyun.wire.answers import Answer
from fakealiyun.wire.parameters import Parameters
from fakealiyun.wire.request import ApiRequest, HttpRequest
from fakealiyun.wire.signature import check_token

_HOST = re.compile(
    r"(?:(?P<bucket>[a-z0-9][a-z0-9-]+)\.)?oss-(?P<region>[a-z0-9-]+?)(?:-internal)?\.(?:aliyuncs\.com|localhost)\Z"
)
_V1 = re.compile(r"OSS (?P<key>[^:]+):(?P<signature>.+)\Z")
_V4 = re.compile(
    r"OSS4-HMAC-SHA256 Credential=(?P<key>[^/]+)/"
    r"(?P<scope>(?P<day>\d{8})/(?P<region>[^/]+)/oss/aliyun_v4_request),"
    r"(?:\s*AdditionalHeaders=(?P<before>[^,]*),)?\s*Signature=(?P<signature>[0-9a-f]{64})"
    r"(?:,\s*AdditionalHeaders=(?P<after>.*))?\Z"
)
#: Parameters that change what a call is; version 1 signs them (its SDKs).
_SIGNED = frozenset(
    [
        "acl",
        "lifecycle",
        "location",
        "versions",
        "versioning",
        "versionId",
        "uploads",
        "uploadId",
        "partNumber",
        "tagging",
        "objectMeta",
        "symlink",
        "continuation-token",
        "encryption",
        "policy",
        "cors",
        "logging",
        "website",
        "referer",
        "bucketInfo",
        "stat",
        "restore",
        "append",
        "position",
        "security-token",
        "delete",
    ]
)
_OBJECT = {"GET": "GetObject", "PUT": "PutObject", "HEAD": "HeadObject", "DELETE": "DeleteObject"}
_BUCKET = {"PUT": "PutBucket", "DELETE": "DeleteBucket"}
#: Parameters of objects that are no calls of their own.
_PLAIN = frozenset({"security-token"})
#: How the refusals of every service are called here.
_CODES = {
    "InvalidAccessKeyId.NotFound": ("InvalidAccessKeyId", 403),
    "MissingAccessKeyId": ("AccessDenied", 403),
    "Forbidden.RAM": ("AccessDenied", 403),
    "SignatureDoesNotMatch": ("SignatureDoesNotMatch", 403),
    "MissingSecurityToken": ("InvalidAccessKeyId", 403),
    "InvalidSecurityToken.MismatchWithAccessKey": ("InvalidSecurityToken", 403),
    "InvalidSecurityToken.Expired": ("SecurityTokenExpired", 403),
    "MissingParameter": ("InvalidArgument", 400),
}


class ObjectPaths:
    """The form of OSS."""

    def speaks(self, http: HttpRequest) -> bool:
        """A request to a host of OSS, or one that is signed like it."""
        signed = http.headers.get("authorization", "").startswith(("OSS ", "OSS4-"))
        return signed or _HOST.match(urlsplit(http.url).hostname or "") is not None

    def read(self, http: HttpRequest) -> ApiRequest:
        """The call by method, by whether there is an object, and by the query."""
        url = urlsplit(http.url)
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        bucket, key, region = _place(http)
        authorization = http.headers.get("authorization", "")
        signed = _V1.match(authorization) or _V4.match(authorization)
        if signed is None:
            raise ApiError("MissingAccessKeyId", 403, "The request is not signed in its headers.")
        body = "" if key else http.body.decode("utf-8", "replace")
        named = {"bucket": bucket, "key": key, "body": body}
        return ApiRequest(
            product="oss",
            version="2019-05-17",
            action=_action(http.method, key, query),
            region=region or (signed.groupdict().get("region") or None),
            parameters=Parameters({**query, **{name: value for name, value in named.items() if value}}),
            access_key_id=signed["key"],
            token=http.headers.get("x-oss-security-token") or http.headers.get("security-token"),
            host=url.hostname or "",
            user_agent=http.headers.get("user-agent", ""),
            source_ip="203.0.113.10",
            http=http,
        )

    def check(self, request: ApiRequest, keys: Keys) -> None:
        """Either signature."""
        authorization = request.http.headers["authorization"]
        v4, v1 = _V4.match(authorization), _V1.match(authorization)
        expected = _expected_v4(request.http, keys, v4) if v4 else _expected_v1(request.http, keys)
        sent = (v4 or v1 or {"signature": ""})["signature"]
        if not hmac.compare_digest(expected, sent):
            raise ApiError("SignatureDoesNotMatch", 403, "The request signature does not match.")
        check_token(request, keys)

    def success(self, request_id: str, result: Mapping[str, Any] | Answer) -> Answer:
        """The answer itself, with the request id in a header."""
        answer = result if isinstance(result, Answer) else Answer(200, b"")
        return Answer(answer.status, answer.body, {**answer.headers, "x-oss-request-id": request_id})

    def failure(self, request_id: str, http: HttpRequest, host: str, error: ApiError) -> Answer:
        """Code and message as XML; to HEAD in a header, in base64."""
        code, status = _CODES.get(error.code, (error.code, error.status))
        shown = {"Code": code, "Message": error.message, "RequestId": request_id, "HostId": host}
        root = Element("Error")
        for name, text in shown.items():
            SubElement(root, name).text = text
        body = tostring(root, encoding="utf-8", xml_declaration=True)
        headers = {"Content-Type": "application/xml", "x-oss-request-id": request_id}
        if http.method == "HEAD":
            return Answer(status, b"", {**headers, "x-oss-err": base64.b64encode(body).decode()})
        return Answer(status, body, headers)


def _place(http: HttpRequest) -> tuple[str, str, str | None]:
    """Bucket, object and region; empty where there is none."""
    url = urlsplit(http.url)
    host, path = _HOST.match(url.hostname or ""), unquote(url.path).removeprefix("/")
    if host is not None and host["bucket"]:
        return host["bucket"], path, host["region"]
    bucket, _, key = path.partition("/")
    return bucket, key, host["region"] if host else None


def _action(method: str, key: str, query: Mapping[str, str]) -> str:
    own = [name for name in query if name in _SIGNED - _PLAIN - {"continuation-token"}]
    if key and method in _OBJECT and not own:
        return _OBJECT[method]
    if not key and own == ["lifecycle"] and method == "PUT":
        return "PutBucketLifecycle"
    if not key and not own and method == "GET" and query.get("list-type") == "2":
        return "ListObjectsV2"
    if not key and not own and method in _BUCKET:
        return _BUCKET[method]
    raise NotImplementedByTheFake(f"oss: {method} of {'an object' if key else 'a bucket'} {sorted(query)}")


def _expected_v1(http: HttpRequest, keys: Keys) -> str:
    headers, (bucket, key, _) = http.headers, _place(http)
    query = parse_qsl(urlsplit(http.url).query, keep_blank_values=True)
    signed = sorted((name, value) for name, value in query if name in _SIGNED)
    rest = "&".join(f"{name}={value}" if value else name for name, value in signed)
    resource = (f"/{bucket}/{key}" if bucket else "/") + (f"?{rest}" if rest else "")
    named = sorted(name for name in headers if name.startswith("x-oss-"))
    date = headers.get("x-oss-date") or headers.get("date", "")
    first = (http.method, headers.get("content-md5", ""), headers.get("content-type", ""), date)
    text = "\n".join((*first, *(f"{name}:{headers[name]}" for name in named), resource))
    signature = hmac.new(keys.access_key_secret.encode(), text.encode(), hashlib.sha1)
    return base64.b64encode(signature.digest()).decode()


def _expected_v4(http: HttpRequest, keys: Keys, signed: re.Match[str]) -> str:
    headers, (bucket, key, _) = http.headers, _place(http)
    more = sorted(name for name in (signed["before"] or signed["after"] or "").split(";") if name)
    query = sorted(
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in parse_qsl(urlsplit(http.url).query, keep_blank_values=True)
    )
    names = sorted(
        name
        for name in headers
        if name.startswith("x-oss-") or name in ("content-type", "content-md5") or name in more
    )
    canonical = "\n".join(
        (
            http.method,
            quote(f"/{bucket}/{key}" if bucket else "/", safe="/-_.~"),
            "&".join(f"{name}={value}" if value else name for name, value in query),
            "".join(f"{name}:{headers[name].strip()}\n" for name in names),
            ";".join(more),
            headers.get("x-oss-content-sha256", ""),
        )
    )
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(("OSS4-HMAC-SHA256", headers.get("x-oss-date", ""), signed["scope"], hashed))
    secret = f"aliyun_v4{keys.access_key_secret}".encode()
    for part in (signed["day"], signed["region"], "oss", "aliyun_v4_request", text):
        secret = hmac.new(secret, part.encode(), hashlib.sha256).digest()
    return secret.hex()

"""Signatures checked the way the cloud does: ACS3-HMAC-SHA256, and HMAC-SHA1 of the RPC form."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import parse_qsl, quote, urlsplit

from fakealiyun.errors import ApiError
from fakealiyun.wire.request import HttpRequest

_PARTS = re.compile(r"ACS3-HMAC-SHA256 Credential=[^,]+,\s*SignedHeaders=(?P<names>[^,]+),\s*Signature=(?P<hex>[0-9a-f]+)")
_MISMATCH = "Specified signature does not match our calculation."


def check(http: HttpRequest, secret: str) -> None:
    """Accept a request whose signature is right.

    Raises
    ------
    ApiError
        ``SignatureDoesNotMatch``: it is not, or the request carries none.
    """
    authorization = http.headers.get("authorization", "")
    matches = _acs3(http, secret, authorization) if authorization else _rpc(http, secret)
    if not matches:
        raise ApiError("SignatureDoesNotMatch", 400, _MISMATCH)


def _acs3(http: HttpRequest, secret: str, authorization: str) -> bool:
    parts = _PARTS.match(authorization)
    if parts is None:
        return False
    names = parts["names"].split(";")
    url = urlsplit(http.url)
    headers = "".join(f"{name}:{http.headers.get(name, '').strip()}\n" for name in names)
    hashed_body = hashlib.sha256(http.body).hexdigest()
    canonical = "\n".join(
        (http.method, url.path or "/", _canonical_query(url.query), headers, ";".join(names), hashed_body)
    )
    to_sign = f"ACS3-HMAC-SHA256\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    expected = hmac.new(secret.encode(), to_sign.encode(), hashlib.sha256).hexdigest()
    return hmac.compare_digest(expected, parts["hex"])


def _rpc(http: HttpRequest, secret: str) -> bool:
    query = urlsplit(http.url).query
    sent = dict(parse_qsl(query, keep_blank_values=True))
    if "form-urlencoded" in http.headers.get("content-type", ""):
        sent.update(parse_qsl(http.body.decode("utf-8", "replace"), keep_blank_values=True))
    signature = sent.pop("Signature", "")
    pairs = "&".join(f"{_escaped(key)}={_escaped(sent[key])}" for key in sorted(sent))
    to_sign = f"{http.method}&{_escaped('/')}&{_escaped(pairs)}"
    digest = hmac.new(f"{secret}&".encode(), to_sign.encode(), hashlib.sha1).digest()
    return hmac.compare_digest(base64.b64encode(digest).decode(), signature)


def _canonical_query(query: str) -> str:
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return "&".join(f"{_escaped(key)}={_escaped(value)}" for key, value in pairs)


def _escaped(text: str) -> str:
    return quote(text, safe="-_.~")

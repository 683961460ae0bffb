"""Signatures checked the way the cloud does: ACS3-HMAC-SHA256, and HMAC-SHA1 of the RPC form."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from urllib.parse import parse_qsl, quote, urlsplit

from fakealiyun.errors import ApiError
from fakealiyun.identities import Keys
from fakealiyun.wire.request import ApiRequest, HttpRequest, sent_parameters

_PARTS = re.compile(
    r"ACS3-HMAC-SHA256 Credential=[^,]+,\s*SignedHeaders=(?P<names>[^,]+),\s*Signature=(?P<hex>[0-9a-f]+)\Z"
)


def check(request: ApiRequest, keys: Keys) -> None:
    """Accept a request that was signed with these keys.

    Raises
    ------
    ApiError
        ``SignatureDoesNotMatch``, ``IncompleteSignature`` (there is none, or it covers too little), or
        ``MissingSecurityToken`` and ``InvalidSecurityToken.MismatchWithAccessKey`` for temporary keys.
    """
    http = request.http
    authorization = http.headers.get("authorization")
    signature, candidates = _rpc(http) if authorization is None else _acs3(http, authorization)
    if authorization is None:
        expected = [_sha1(keys.access_key_secret, text) for text in candidates]
    else:
        expected = [_sha256(keys.access_key_secret, text) for text in candidates]
    if not any(hmac.compare_digest(one, signature) for one in expected):
        raise ApiError(
            "SignatureDoesNotMatch",
            400,
            f"Specified signature does not match our calculation. server string to sign is:{candidates[0]}",
        )
    check_token(request, keys)


def check_token(request: ApiRequest, keys: Keys) -> None:
    """Accept the token of temporary keys.

    Raises
    ------
    ApiError
        ``MissingSecurityToken`` or ``InvalidSecurityToken.MismatchWithAccessKey``.
    """
    if keys.token is not None and request.token is None:
        raise ApiError("MissingSecurityToken", 400, "SecurityToken is mandatory for this action.")
    if request.token != keys.token:
        raise ApiError(
            "InvalidSecurityToken.MismatchWithAccessKey",
            400,
            "The SecurityToken does not belong to this AccessKeyId.",
        )


def _acs3(http: HttpRequest, authorization: str) -> tuple[str, list[str]]:
    """The signature of an ACS3 request, and the texts of which one has to be signed."""
    parts = _PARTS.match(authorization)
    if parts is None:
        raise _incomplete("The Authorization header is not of the form ACS3-HMAC-SHA256.")
    names = parts["names"].split(";")
    unsigned = sorted(
        {name for name in http.headers if name == "host" or name.startswith("x-acs-")} - {*names}
    )
    if unsigned:
        raise _incomplete(f"These headers have to be signed: {', '.join(unsigned)}.")
    url = urlsplit(http.url)
    headers = "".join(f"{name}:{http.headers.get(name, '').strip()}\n" for name in names)
    rest = (_canonical_query(url.query), headers, ";".join(names), hashlib.sha256(http.body).hexdigest())
    return parts["hex"], [
        f"ACS3-HMAC-SHA256\n{hashlib.sha256(chr(10).join((http.method, path, *rest)).encode()).hexdigest()}"
        for path in _paths(url.path)
    ]


def _rpc(http: HttpRequest) -> tuple[str, list[str]]:
    """The signature of an RPC request, and the text that has to be signed."""
    sent = sent_parameters(http)
    signature = sent.pop("Signature", None)
    if signature is None:
        raise _incomplete("The request carries no signature.")
    pairs = "&".join(f"{_escaped(key)}={_escaped(sent[key])}" for key in sorted(sent))
    return signature, [f"{http.method}&{_escaped('/')}&{_escaped(pairs)}"]


def _paths(path: str) -> list[str]:
    """The path as it came, and without product and region in front, as all APIs lie at the root."""
    return [path or "/", "/"]


def _incomplete(why: str) -> ApiError:
    return ApiError(
        "IncompleteSignature", 400, f"The request signature does not conform to the standards. {why}"
    )


def _sha1(secret: str, text: str) -> str:
    return base64.b64encode(hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()).decode()


def _sha256(secret: str, text: str) -> str:
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def _canonical_query(query: str) -> str:
    pairs = sorted(parse_qsl(query, keep_blank_values=True))
    return "&".join(f"{_escaped(key)}={_escaped(value)}" for key, value in pairs)


def _escaped(text: str) -> str:
    return quote(text, safe="-_.~")

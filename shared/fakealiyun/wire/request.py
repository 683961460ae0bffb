"""One API call out of one HTTP request, in either of the two forms that clients send."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from fakealiyun.errors import ApiError
from fakealiyun.wire.parameters import Parameters

#: Parameters of the RPC form that are no parameters of the API.
_RPC_FRAME = frozenset(
    {
        "Action",
        "Version",
        "Format",
        "Timestamp",
        "SignatureNonce",
        "SignatureMethod",
        "SignatureVersion",
        "SignatureType",
        "AccessKeyId",
        "SecurityToken",
        "Signature",
    }
)
#: ``ecs.cn-hangzhou.aliyuncs.com``, ``ecs-cn-hangzhou.aliyuncs.com`` and ``vpc.aliyuncs.com`` (openapi.md
#: 1.1);
#: ``sts-vpc.cn-hangzhou.aliyuncs.com`` from inside of a VPC; the same below ``localhost`` for a server.
_HOST = re.compile(
    r"(?P<product>[a-z][a-z0-9]*)(?:-vpc)?(?:[.-](?P<region>[a-z]+-[a-z0-9-]+?))?\.(?:aliyuncs\.com|localhost)\Z"
)
_CREDENTIAL = re.compile(r"Credential=(?P<key>[^,]+)")


@dataclass(frozen=True)
class HttpRequest:
    """What arrived: header names in lower case."""

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class ApiRequest:
    """One API call.

    ``product`` comes from the host or the first part of the path and is ``None`` when neither tells; the
    version then decides. ``region`` is the ``RegionId`` of the call, else the host's.
    """

    product: str | None
    version: str
    action: str
    region: str | None
    parameters: Parameters
    access_key_id: str
    token: str | None
    host: str
    user_agent: str
    source_ip: str
    http: HttpRequest


def read(http: HttpRequest, *, source_ip: str = "203.0.113.10") -> ApiRequest:
    """The API call behind an HTTP request.

    The action and the version are read from the headers first (ACS3), then from the parameters (RPC).

    Raises
    ------
    ApiError
        The request has no action, no version or no access key.
    """
    parts = urlsplit(http.url)
    sent = sent_parameters(http)
    product, region = _place(parts.hostname or "", parts.path)
    action = http.headers.get("x-acs-action") or sent.get("Action")
    version = http.headers.get("x-acs-version") or sent.get("Version")
    if not action:
        raise ApiError("MissingAction", 400, "The request names no API: x-acs-action or Action is missing.")
    if not version:
        raise ApiError(
            "MissingVersion", 400, "The request names no version: x-acs-version or Version is missing."
        )
    values = {key: value for key, value in sent.items() if key not in _RPC_FRAME}
    return ApiRequest(
        product=product,
        version=version,
        action=action,
        region=values.get("RegionId") or region,
        parameters=Parameters(values),
        access_key_id=_access_key(http.headers, sent),
        token=http.headers.get("x-acs-security-token") or sent.get("SecurityToken"),
        host=parts.hostname or "",
        user_agent=http.headers.get("user-agent", ""),
        source_ip=source_ip,
        http=http,
    )


def sent_parameters(http: HttpRequest) -> dict[str, str]:
    """Everything in the query and, for a form, in the body."""
    sent = dict(parse_qsl(urlsplit(http.url).query, keep_blank_values=True))
    if "form-urlencoded" in http.headers.get("content-type", ""):
        sent.update(parse_qsl(http.body.decode("utf-8", "replace"), keep_blank_values=True))
    return sent


def _place(host: str, path: str) -> tuple[str | None, str | None]:
    """Product and region by the host; behind a server of another name by the first parts of the path."""
    found = _HOST.match(host)
    if found is not None:
        return found["product"], found["region"]
    steps = [step for step in path.split("/") if step]
    return (steps[0] if steps else None), (steps[1] if len(steps) > 1 else None)


def _access_key(headers: Mapping[str, str], sent: Mapping[str, str]) -> str:
    authorization = headers.get("authorization", "")
    found = _CREDENTIAL.search(authorization)
    key = found["key"] if found is not None else sent.get("AccessKeyId")
    if not key:
        raise ApiError("MissingAccessKeyId", 400, "The request is not signed: it names no access key.")
    return key

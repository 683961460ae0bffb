"""Requests of Function Compute: the function in the path, everything else as JSON (its official SDK)."""

from __future__ import annotations

import dataclasses
import json
import re
from urllib.parse import unquote, urlsplit

from fakealiyun.errors import ApiError
from fakealiyun.wire.dialects import Rpc
from fakealiyun.wire.parameters import Parameters, flatten
from fakealiyun.wire.request import ApiRequest, HttpRequest, read

_VERSION = "2023-03-30"
_PATH = re.compile(
    rf"/{_VERSION}/functions/(?P<functionName>[^/]+)(?:/triggers/(?P<triggerName>[^/]+))?(?:/[a-z-]+)?\Z"
)
#: ``1234567890123456.cn-hangzhou.fc.aliyuncs.com``, beside ``fcv3.cn-hangzhou.aliyuncs.com``.
_HOST = re.compile(r"\d+\.(?P<region>[a-z0-9-]+?)(?:-internal)?\.fc\.aliyuncs\.com\Z")


class FcPaths(Rpc):
    """Signed and answered as everywhere, but with names in the path and a JSON body."""

    def speaks(self, http: HttpRequest) -> bool:
        """A request of the version that has functions without services."""
        return http.headers.get("x-acs-version") == _VERSION

    def read(self, http: HttpRequest) -> ApiRequest:
        """The call with the names of its path and the flat fields of its body as parameters."""
        request = read(http)
        url = urlsplit(http.url)
        named = _PATH.search(url.path)
        values = {
            **request.parameters.values,
            **_body(http),
            **({key: unquote(value) for key, value in named.groupdict().items() if value} if named else {}),
        }
        host = _HOST.match(url.hostname or "")
        return dataclasses.replace(
            request,
            product="fc",
            region=host["region"] if host else request.region,
            parameters=Parameters(values),
        )


def _body(http: HttpRequest) -> dict[str, str]:
    if not http.body:
        return {}
    try:
        sent = json.loads(http.body)
    except ValueError:
        raise ApiError("InvalidArgument", 400, "The body is not JSON.") from None
    return flatten(sent) if isinstance(sent, dict) else {}

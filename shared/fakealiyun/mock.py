"""The fake in the test process: HTTP of the official SDKs is answered by a `Cloud`, nothing leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests
import responses

from fakealiyun.cloud import Cloud, Dropped
from fakealiyun.wire.request import HttpRequest

_HOSTS = re.compile(r"^https?://[a-z0-9.-]+\.aliyuncs\.com(:\d+)?/")


@contextmanager
def fake_aliyun(region: str = "cn-hangzhou", **options: Any) -> Iterator[Cloud]:
    """A fake cloud that answers every call made with ``requests`` inside the block.

    Parameters
    ----------
    region, options
        As for `Cloud`.

    Examples
    --------
    >>> with fake_aliyun() as cloud:
    ...     keys = cloud.account("alice")
    """
    cloud = Cloud(region, **options)
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        for method in (responses.GET, responses.POST):
            mock.add_callback(method, _HOSTS, callback=lambda request: _answered(cloud, request))
        yield cloud


def _answered(cloud: Cloud, request: requests.PreparedRequest) -> Any:
    headers = {str(name).lower(): _text(value) for name, value in request.headers.items()}
    body = request.body or b""
    data = body.encode() if isinstance(body, str) else bytes(body)
    try:
        answer = cloud.handle(HttpRequest(request.method or "POST", request.url or "", headers, data))
    except Dropped as dropped:
        if dropped.kind == "timeout":
            return requests.exceptions.ReadTimeout("A fault was asked for: no answer in time.")
        return requests.exceptions.ConnectionError("A fault was asked for: the connection was reset.")
    return answer.status, dict(answer.headers), answer.body


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)

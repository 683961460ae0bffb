"""The fake in the test process: HTTP of the official SDKs is answered by a `Cloud`, nothing leaves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from typing import Any

import requests
import responses

from fakealiyun.cloud import Cloud, Dropped
from fakealiyun.wire.request import HttpRequest

_METHODS = (responses.GET, responses.POST, responses.PUT, responses.HEAD, responses.DELETE)
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
        for method in _METHODS:
            mock.add_callback(method, _HOSTS, callback=lambda request: _answered(cloud, request))
        yield cloud


def _answered(cloud: Cloud, request: requests.PreparedRequest) -> Any:
    headers = {str(name).lower(): _text(value) for name, value in request.headers.items()}
    try:
        answer = cloud.handle(
            HttpRequest(request.method or "POST", request.url or "", headers, _body(request.body)),
            patience=_patience(request),
        )
    except Dropped as dropped:
        if dropped.kind == "reset":
            return requests.exceptions.ConnectionError("A fault was asked for: the connection was reset.")
        return requests.exceptions.ReadTimeout("A fault was asked for: no answer in time.")
    # As every server does; the SDK of OSS reads it of each error.
    date = format_datetime(cloud.clock.now(), usegmt=True)
    return answer.status, {"Date": date, **answer.headers}, answer.body


def _body(sent: Any) -> bytes:
    """What is sent: bytes, a text, a file or parts one after the other."""
    if sent is None or isinstance(sent, (bytes, bytearray)):
        return bytes(sent or b"")
    if isinstance(sent, str):
        return sent.encode()
    if hasattr(sent, "read"):
        return bytes(sent.read())
    return b"".join(sent)


def _patience(request: requests.PreparedRequest) -> float | None:
    """The seconds that the client waits for an answer; ``responses`` keeps what it was called with."""
    timeout = getattr(request, "req_kwargs", {}).get("timeout")
    seconds = timeout[1] if isinstance(timeout, tuple) else timeout
    return seconds if isinstance(seconds, (int, float)) else None


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)

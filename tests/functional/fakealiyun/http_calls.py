"""API calls over HTTP without an SDK."""

from __future__ import annotations

from typing import Any

import requests

from fakealiyun.server import FakeServer


def sent(
    server: FakeServer, action: str, *, path: str = "/", key: str | None = None, **options: Any
) -> requests.Response:
    headers = {
        "x-acs-action": action,
        "x-acs-version": "2016-04-28" if action == "DescribeVpcs" else "2014-05-26",
        "authorization": "ACS3-HMAC-SHA256 Credential="
        f"{key or server.cloud.account().access_key_id},SignedHeaders=host,Signature=00",
        **options.pop("headers", {}),
    }
    return requests.post(f"{server.address}{path}", headers=headers, **{"timeout": 5, **options})

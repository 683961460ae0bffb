"""Answers in the form of the cloud."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fakealiyun.errors import ApiError


@dataclass(frozen=True)
class Answer:
    """One HTTP answer."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_json(self) -> bool:
        """Whether its body is JSON."""
        return "json" in self.headers.get("Content-Type", "")


def success(request_id: str, fields: Mapping[str, Any]) -> Answer:
    """A JSON answer with its request id."""
    return _json(200, {"RequestId": request_id, **fields}, request_id)


def failure(request_id: str, host: str, error: ApiError) -> Answer:
    """The error body that clients make their exceptions of."""
    body = {
        "RequestId": request_id,
        "HostId": host,
        "Code": error.code,
        "Message": error.message,
        "Recommend": f"https://api.aliyun.com/troubleshoot?q={error.code}",
    }
    answer = _json(error.status, body, request_id)
    if error.retry_after is None:
        return answer
    return Answer(answer.status, answer.body, {**answer.headers, "x-acs-retry-after": str(error.retry_after)})


def _json(status: int, body: Mapping[str, Any], request_id: str) -> Answer:
    headers = {"Content-Type": "application/json;charset=utf-8", "x-acs-request-id": request_id}
    return Answer(status, json.dumps(body, separators=(",", ":")).encode(), headers)

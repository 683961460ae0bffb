"""Feishu and Lark: custom bots of a group (docs/sources.md, Chats)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any

from fakealiyun.chats.robots import Post, Refusal, Robot, in_json, is_text
from fakealiyun.wire.answers import Answer

LIMITS = ((5, 1.0), (100, 60.0))
_MOST_BYTES = 20 << 10
#: The time of the signature may differ by an hour from that of Feishu.
_WINDOW = 3600.0


def take(robot: Robot, post: Post) -> Answer:
    """Take a message.

    Raises
    ------
    Refusal
        With a ``code``; the status is 400 where the request itself is wrong, else 200.
    """
    body = post.body
    if post.http.method != "POST" or post.content_type != "application/json" or body is None:
        raise _refusal(9499, "Bad Request", 400)
    if len(post.http.body) > _MOST_BYTES or not _fits(body):
        raise _refusal(9499, "Bad Request", 400)
    if robot.sources and post.source not in robot.sources:
        raise _refusal(19022, "Ip Not Allowed")
    if robot.secret is not None and not _signed(robot.secret, body, post.now):
        raise _refusal(19021, "sign match fail or timestamp is not within one hour from current time")
    text = json.dumps(body.get("content", body.get("card")), ensure_ascii=False)
    if robot.keywords and not any(word in text for word in robot.keywords):
        raise _refusal(19024, "Key Words Not Found")
    if robot.pace.take(post.now):
        raise _refusal(11232, "frequency limited psm[lark.oapi.app_platform_runtime]appID[1500]")
    done = {"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "success"}
    return in_json(done)


def unknown() -> Answer:
    """The answer to an address with another id."""
    return _refusal(19001, "param invalid: incoming webhook access token invalid", 400).answer


def _signed(secret: str, body: dict[str, Any], now: float) -> bool:
    timestamp = str(body.get("timestamp", ""))
    if not timestamp.isdecimal() or abs(int(timestamp) - now) > _WINDOW:
        return False
    mac = hmac.new(f"{timestamp}\n{secret}".encode(), b"", hashlib.sha256)
    return hmac.compare_digest(base64.b64encode(mac.digest()).decode(), str(body.get("sign", "")))


def _fits(body: dict[str, Any]) -> bool:
    match body:
        case {"msg_type": "text", "content": {"text": text}}:
            return is_text(text)
        case {"msg_type": "post", "content": {"post": dict(languages)}}:
            return bool(languages)
        # The second version of cards has its elements in a body.
        case {"msg_type": "interactive", "card": {"schema": "2.0", "body": {"elements": list(elements)}}}:
            return _are_elements(elements)
        case {"msg_type": "interactive", "card": {"elements": list(elements)}}:
            return _are_elements(elements)
    return False


def _are_elements(elements: list[Any]) -> bool:
    return bool(elements) and all(isinstance(one, dict) and is_text(one.get("tag")) for one in elements)


def _refusal(code: int, message: str, status: int = 200) -> Refusal:
    return Refusal(in_json({"code": code, "data": {}, "msg": message}, status))

"""DingTalk: custom robots of a group (docs/sources.md, Chats)."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

from fakealiyun.chats.robots import Post, Refusal, Robot, in_json, is_text
from fakealiyun.wire.answers import Answer

LIMITS, BLOCKED = ((20, 60.0),), 600.0
_MOST_BYTES = 20_000
#: The time of the signature may differ by an hour from that of DingTalk.
_WINDOW = 3600.0
_MORE = ", more: [https://ding-doc.dingtalk.com/doc#/serverapi2/qf2nxq]"


def take(robot: Robot, post: Post) -> Answer:
    """Take a message.

    Raises
    ------
    Refusal
        With status 200 and an ``errcode``.
    """
    if post.http.method != "POST":
        raise _refusal(43002, "request method must be POST")
    if post.content_type != "application/json":
        raise _refusal(43004, "header Content-Type must be application/json")
    body = post.body
    if body is None:
        raise _refusal(40035, "缺少参数 json")
    _check_shape(body)
    _check_safety(robot, post, body)
    if len(post.http.body) > _MOST_BYTES:
        raise _refusal(460101, f"message too long, exceed {_MOST_BYTES} bytes")
    if robot.pace.take(post.now):
        raise _refusal(130101, "send too fast, exceed 20 times per minute")
    return in_json({"errcode": 0, "errmsg": "ok"})


def unknown() -> Answer:
    """The answer to an address with another token."""
    return _refusal(300005, "token is not exist").answer


def _check_safety(robot: Robot, post: Post, body: dict[str, Any]) -> None:
    if robot.sources and post.source not in robot.sources:
        raise _refusal(310000, f"ip {post.source} not in whitelist{_MORE}")
    if robot.secret is not None:
        _check_signature(robot.secret, post)
    if robot.keywords and not any(word in text for word in robot.keywords for text in _texts(body)):
        raise _refusal(310000, f"keywords not in content{_MORE}")


def _check_signature(secret: str, post: Post) -> None:
    timestamp = post.query.get("timestamp", "")
    if not timestamp.isdecimal() or abs(int(timestamp) / 1000 - post.now) > _WINDOW:
        raise _refusal(310000, f"invalid timestamp{_MORE}")
    mac = hmac.new(secret.encode(), f"{timestamp}\n{secret}".encode(), hashlib.sha256)
    if not hmac.compare_digest(base64.b64encode(mac.digest()).decode(), post.query.get("sign", "")):
        raise _refusal(310000, f"sign not match{_MORE}")


def _check_shape(body: dict[str, Any]) -> None:
    kind = body.get("msgtype")
    part = body.get(kind) if isinstance(kind, str) else None
    if not isinstance(part, dict):
        raise _refusal(40035, "缺少参数 msgtype")
    match kind:
        case "text":
            fits = is_text(part.get("content"))
        case "markdown":
            fits = is_text(part.get("title")) and is_text(part.get("text"))
        case "actionCard":
            fits = is_text(part.get("title")) and is_text(part.get("text")) and _has_buttons(part)
        case _:
            raise _refusal(400105, "unsupported msgtype")
    if not fits or not _at_fits(body.get("at", {})):
        raise _refusal(40035, f"缺少参数 {kind}")


def _has_buttons(card: dict[str, Any]) -> bool:
    """Either one for the whole card, or a list of them."""
    if "btns" not in card:
        return is_text(card.get("singleTitle")) and is_text(card.get("singleURL"))
    buttons = card["btns"]
    return (
        isinstance(buttons, list)
        and bool(buttons)
        and all(
            isinstance(one, dict) and is_text(one.get("title")) and is_text(one.get("actionURL"))
            for one in buttons
        )
        and card.get("btnOrientation", "0") in ("0", "1")
    )


def _at_fits(at: Any) -> bool:
    if not isinstance(at, dict):
        return False
    lists = [at.get(name, []) for name in ("atMobiles", "atUserIds")]
    return isinstance(at.get("isAtAll", False), bool) and all(
        isinstance(some, list) and all(isinstance(one, str) for one in some) for some in lists
    )


def _texts(body: dict[str, Any]) -> list[str]:
    return [text for text in body[body["msgtype"]].values() if isinstance(text, str)]


def _refusal(code: int, message: str) -> Refusal:
    return Refusal(in_json({"errcode": code, "errmsg": message}))

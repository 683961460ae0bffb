"""WeCom: robots of a group (docs/sources.md, Chats)."""

from __future__ import annotations

from typing import Any

from fakealiyun.chats.robots import Post, Refusal, Robot, in_json, is_text
from fakealiyun.wire.answers import Answer

LIMITS = ((20, 60.0),)
#: Bytes of the content, by type of message.
_MOST_BYTES = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}


def take(robot: Robot, post: Post) -> Answer:
    """Take a message.

    Raises
    ------
    Refusal
        With status 200 and an ``errcode``.
    """
    if post.http.method != "POST":
        raise _refusal(post, 43002, "require POST method")
    body = post.body
    if body is None:
        raise _refusal(post, 47001, "data format error")
    if robot.sources and post.source not in robot.sources:
        raise _refusal(post, 60020, "not allow to access from your ip")
    kind, content = _content(body)
    if kind is None:
        raise _refusal(post, 40008, "invalid message type")
    if not is_text(content):
        raise _refusal(post, 44004, "content size out of limit: empty content")
    most = _MOST_BYTES[kind]
    if len(str(content).encode()) > most:
        raise _refusal(post, 40058, f"{kind}.content exceed max length {most}. invalid Request Parameter")
    if robot.pace.take(post.now):
        raise _refusal(post, 45009, "api freq out of limit")
    return in_json({"errcode": 0, "errmsg": "ok"})


def unknown(post: Post) -> Answer:
    """The answer to an address with another key."""
    return _refusal(post, 93000, "invalid webhook url").answer


def _content(body: dict[str, Any]) -> tuple[str | None, Any]:
    kind = body.get("msgtype")
    if kind not in _MOST_BYTES:
        return None, None
    part = body.get(kind)
    return kind, part.get("content") if isinstance(part, dict) else None


def _refusal(post: Post, code: int, message: str) -> Refusal:
    hint = f"hint: [{int(post.now * 1000)}], from ip: {post.source}"
    more = f"more info at https://open.work.weixin.qq.com/devtool/query?e={code}"
    return Refusal(in_json({"errcode": code, "errmsg": f"{message}, {hint}, {more}"}))

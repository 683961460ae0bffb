"""Slack: incoming webhooks (docs/sources.md, Chats)."""

from __future__ import annotations

import json
import math
from typing import Any

from fakealiyun.chats.rich_text import is_rich_text
from fakealiyun.chats.robots import Post, Refusal, Robot, in_text, is_text
from fakealiyun.wire.answers import Answer

#: One a second, with short bursts; how short is not said.
LIMITS = ((5, 5.0),)
_MOST_BLOCKS = 50
_SECTION, _FIELDS, _FIELD = 3000, 10, 2000
_HEADER = 150
_CONTEXT, _ACTIONS = 10, 25
_BUTTON, _LINK = 75, 3000
#: Characters of all blocks. Slack does not say what it counts: here it is their JSON, which is the most.
_ALL_BLOCKS = 12_000


def take(robot: Robot, post: Post) -> Answer:
    """Take a message.

    Raises
    ------
    Refusal
        With a status and a word.
    """
    body = post.body
    if post.http.method != "POST" or body is None:
        raise Refusal(in_text("invalid_payload", 400))
    blocks = body.get("blocks")
    if blocks is None and not is_text(body.get("text")):
        raise Refusal(in_text("no_text", 400))
    if blocks is not None and not _are_blocks(blocks):
        raise Refusal(in_text("invalid_blocks", 400))
    if len(json.dumps(blocks, ensure_ascii=False, separators=(",", ":"))) > _ALL_BLOCKS:
        raise Refusal(in_text("msg_blocks_too_long", 400))
    wait = robot.pace.take(post.now)
    if wait:
        raise Refusal(in_text("rate_limited", 429, Retry_After=str(math.ceil(wait))))
    return in_text("ok")


def unknown() -> Answer:
    """The answer to an address with another token."""
    return in_text("no_service", 404)


def _are_blocks(blocks: Any) -> bool:
    return isinstance(blocks, list) and 0 < len(blocks) <= _MOST_BLOCKS and all(map(_is_block, blocks))


def _is_block(block: Any) -> bool:
    match block:
        case {"type": "divider"}:
            return True
        case {"type": "header", "text": {"type": "plain_text"} as text}:
            return _is_text(text, _HEADER)
        case {"type": "section", **rest}:
            return _is_section(rest)
        case {"type": "context", "elements": list(elements)}:
            return 0 < len(elements) <= _CONTEXT and all(_is_text(one, _SECTION) for one in elements)
        case {"type": "rich_text", "elements": list(elements)}:
            return is_rich_text(elements)
        case {"type": "actions", "elements": list(elements)}:
            return 0 < len(elements) <= _ACTIONS and all(map(_is_button, elements))
    return False


def _is_section(section: dict[Any, Any]) -> bool:
    text, fields = section.get("text"), section.get("fields")
    if text is None and fields is None:
        return False
    if text is not None and not _is_text(text, _SECTION):
        return False
    return fields is None or (
        isinstance(fields, list)
        and 0 < len(fields) <= _FIELDS
        and all(_is_text(one, _FIELD) for one in fields)
    )


def _is_button(element: Any) -> bool:
    match element:
        case {"type": "button", "text": {"type": "plain_text"} as text}:
            return _is_text(text, _BUTTON) and len(str(element.get("url", ""))) <= _LINK
    return False


def _is_text(text: Any, most: int) -> bool:
    match text:
        case {"type": "plain_text" | "mrkdwn", "text": str(words)}:
            return 0 < len(words) <= most
    return False

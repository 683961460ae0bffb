"""Microsoft Teams: webhooks of Workflows, and the connectors before them (docs/sources.md, Chats).

A workflow answers 202 before it posts the card; what then fails, its caller never hears. The fake says at
once what it would not show. A connector answers 200 whatever happens, and says in a text what did.
"""

from __future__ import annotations

import math
from typing import Any

from fakealiyun.chats.robots import Post, Refusal, Robot, in_json, in_text, is_text
from fakealiyun.wire.answers import Answer

LIMITS = ((4, 1.0),)
_MOST_BYTES = 28 << 10
_CARD = "application/vnd.microsoft.card.adaptive"
#: The newest version of cards that Teams shows.
_VERSIONS = tuple(f"1.{minor}" for minor in range(6))


def take(robot: Robot, post: Post) -> Answer:
    """Take a message for a workflow.

    Raises
    ------
    Refusal
        With a status and an error in JSON.
    """
    body = post.body
    if post.http.method != "POST" or post.content_type != "application/json" or body is None:
        raise _refusal(400, "InvalidRequestContent", "The request content is not valid JSON.")
    if not _fits(body):
        raise _refusal(400, "TriggerInputSchemaMismatch", "The input does not match the schema.")
    if len(post.http.body) > _MOST_BYTES:
        raise _refusal(413, "RequestEntityTooLarge", "The message is larger than 28 KB.")
    wait = robot.pace.take(post.now)
    if wait:
        raise _refusal(429, "TooManyRequests", "Rate limit is exceeded.", Retry_After=str(math.ceil(wait)))
    return Answer(202, b"")


def take_by_connector(robot: Robot, post: Post) -> Answer:
    """Take a message for a connector.

    Raises
    ------
    Refusal
        With a text, and status 200 for what Teams behind it refused.
    """
    body = post.body
    if post.http.method != "POST" or body is None or not (_fits(body) or is_text(body.get("text"))):
        raise Refusal(in_text("Bad payload received by generic incoming webhook.", 400))
    if len(post.http.body) > _MOST_BYTES:
        raise _told(413)
    if robot.pace.take(post.now):
        raise _told(429)
    return in_text("1")


def unknown() -> Answer:
    """The answer to an address with another signature."""
    return _refusal(401, "AuthorizationFailed", "The authentication credentials are not valid.").answer


def unknown_connector() -> Answer:
    """The answer to an address that is no connector's."""
    return in_text("Invalid webhook URL", 404)


def _fits(body: dict[str, Any]) -> bool:
    match body:
        case {"type": "message", "attachments": [*attachments]} if attachments:
            return all(map(_is_card, attachments))
    return False


def _is_card(attachment: Any) -> bool:
    match attachment:
        case {"contentType": str(kind), "content": {"type": "AdaptiveCard", "body": list(elements)} as card}:
            return (
                kind == _CARD
                and card.get("version") in _VERSIONS
                and bool(elements)
                and all(map(_is_element, elements))
            )
    return False


def _is_element(element: Any) -> bool:
    match element:
        case {"type": "TextBlock", **rest}:
            return is_text(rest.get("text"))
        case {"type": str(kind)}:
            return bool(kind)
    return False


def _told(status: int) -> Refusal:
    context = "ContextId tcid=0,server=msgapi-example,cv=example.0.."
    return Refusal(
        in_text(
            "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error "
            f"{status} with {context}"
        )
    )


def _refusal(status: int, code: str, message: str, **headers: str) -> Refusal:
    return Refusal(in_json({"error": {"code": code, "message": message}}, status, **headers))

"""A receiver of one's own: takes CloudEvents signed as Standard Webhooks are, and nothing else.

Standard Webhooks 1.0 (standardwebhooks.com), "Webhook metadata" and "Verifying webhook authenticity".
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import datetime
from typing import Any

from fakealiyun.chats.robots import Post, Refusal, Robot, in_json, is_text
from fakealiyun.wire.answers import Answer

#: A signature is good for five minutes, so that what somebody overheard cannot be sent again later.
_WINDOW = 300.0
#: What a secret begins with that is a key in Base64.
KEY_PREFIX = "whsec_"


def take(robot: Robot, post: Post) -> Answer:
    """Take an event.

    Raises
    ------
    Refusal
        401 for a wrong signature, 415 and 400 for what is no CloudEvent.
    """
    if robot.secret is not None:
        _check_signature(robot.secret, post)
    # CloudEvents 1.0.2, HTTP protocol binding, 3.2 (structured mode).
    if post.http.method != "POST" or post.content_type != "application/cloudevents+json":
        raise _refusal(415, "The body has the type application/cloudevents+json.")
    problem = _problem(post.body)
    if problem:
        raise _refusal(400, problem)
    wait = robot.pace.take(post.now)
    if wait:
        raise _refusal(429, "Too many events.")
    return Answer(204, b"")


def unknown() -> Answer:
    """The answer to another path."""
    return _refusal(404, "There is no such receiver.").answer


def _check_signature(secret: str, post: Post) -> None:
    headers = post.http.headers
    identity, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not is_text(identity):
        raise _refusal(401, "webhook-id is missing.")
    if not timestamp.isdecimal() or abs(int(timestamp) - post.now) > _WINDOW:
        raise _refusal(401, "webhook-timestamp is missing, or not of the last five minutes.")
    signed = f"{identity}.{timestamp}.".encode() + post.http.body
    right = "v1," + base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest()).decode()
    # While a key is changed there are several, with spaces between.
    given = headers.get("webhook-signature", "").encode("utf-8", "surrogateescape").split()
    if not any(hmac.compare_digest(right.encode(), one) for one in given):
        raise _refusal(401, "webhook-signature does not match.")


def _key(secret: str) -> bytes:
    """The key: in Base64 behind its prefix; any other secret is the key itself, as some receivers have it."""
    if not secret.startswith(KEY_PREFIX):
        return secret.encode()
    return base64.b64decode(secret[len(KEY_PREFIX) :], validate=True)


def check_secret(secret: str) -> None:
    """Look at a secret before any message comes.

    Raises
    ------
    ValueError
        It has the prefix of a key and is none.
    """
    try:
        _key(secret)
    except binascii.Error:
        raise ValueError(f"What follows {KEY_PREFIX} in a secret is Base64.") from None


def _problem(event: dict[str, Any] | None) -> str:
    """What is wrong with an event (CloudEvents 1.0.2, 3.1 and JSON format, 2)."""
    if event is None:
        return "The body is no JSON object."
    if event.get("specversion") != "1.0":
        return "specversion is not 1.0."
    missing = [name for name in ("id", "source", "type") if not is_text(event.get(name))]
    if missing:
        return f"{', '.join(missing)} is missing."
    names = event.keys() - {"data_base64"}
    wrong = [
        name for name in sorted(names) if not (name.isascii() and name.isalnum() and name == name.lower())
    ]
    if wrong:
        return f"{', '.join(wrong)} is no name of an attribute."
    if "time" in event and not _is_time(event["time"]):
        return "time is no time of RFC 3339."
    return "" if event.keys() & {"data", "data_base64"} else "data is missing."


def _is_time(value: Any) -> bool:
    try:
        return datetime.fromisoformat(str(value).replace("Z", "+00:00")).tzinfo is not None
    except ValueError:
        return False


def _refusal(status: int, message: str) -> Refusal:
    return Refusal(in_json({"error": message}, status))

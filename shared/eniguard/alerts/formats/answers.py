"""What the answers of all chats share: the status of HTTP, a code in a body, and how long to wait.

An answer may repeat the address, which is a secret. Of what it says only numbers and words that are known
beforehand are ever told.
"""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from msgspec import DecodeError, Struct
from msgspec.json import decode

from eniguard.alerts.formats.base import Answer, Response, Verdict

#: Longer bodies are not read; those of the chats are a few hundred bytes.
LONGEST_BODY = 64 * 1024
#: A wait that is asked for is never taken to be longer, in seconds: a day.
LONGEST_WAIT = 86_400.0

SENT = Answer("sent")


class Meaning(Struct, frozen=True):
    """What a code says, and what to do."""

    verdict: Verdict
    problem: str
    again_after: float | None = None


def of_status(response: Response, chat: str) -> Answer | None:
    """What the status of HTTP says; ``None`` where it is a success and the body has the word."""
    status = response.status
    if 200 <= status < 300:
        return None
    said = f"{chat} answered with HTTP {status}"
    wait = wait_asked(response.headers)
    if status == 429:
        return Answer("throttled", f"{said}: it was sent too much in too short a time.", wait)
    if 300 <= status < 400:
        return Answer(
            "unavailable", f"{said}, a redirect, which is never followed: give the sink its final url."
        )
    if status in (401, 403, 407):
        return Answer(
            "unavailable",
            f"{said}: it lets us not in. Check the sink's url and secret, and who may send to it.",
        )
    if status in (404, 405, 410):
        return Answer("unavailable", f"{said}: nothing takes messages there. Give the sink a new url.")
    if status in (408, 425) or status >= 500:
        return Answer("unavailable", f"{said}: it has trouble of its own; it is tried again.", wait)
    if status == 413:
        return Answer("refused", f"{said}: the message is too long for it.")
    return Answer(
        "refused",
        f"{said}: it does not take this message. Please report it, with what `alerts preview` shows.",
    )


def of_code(code: int | None, known: Mapping[int, Meaning], response: Response, chat: str) -> Answer:
    """What a code in the body says, where 0 is a success and ``None`` is a body that is not the chat's."""
    if code is None:
        return strange(chat)
    if code == 0:
        return SENT
    meaning = known.get(code)
    if meaning is None:
        return Answer(
            "refused", f"{chat} does not take this message (code {code}). See its documentation on that code."
        )
    wait = wait_asked(response.headers)
    return Answer(
        meaning.verdict,
        f"{chat}: {meaning.problem} (code {code}).",
        meaning.again_after if wait is None else wait,
    )


def strange(chat: str) -> Answer:
    """That a success came with a body that is not of the chat: a proxy or a sign-in page, most likely."""
    return Answer(
        "unavailable",
        f"What answered is not {chat}: check the sink's url, and that no proxy stands in between.",
    )


def body_of(response: Response) -> dict[str, Any]:
    """The object that the body holds; an empty one where it holds none."""
    if len(response.body) > LONGEST_BODY:
        return {}
    try:
        body = decode(response.body)
    # msgspec raises the second on nesting that is too deep.
    except (DecodeError, RecursionError):
        return {}
    return body if isinstance(body, dict) else {}


def text_of(response: Response) -> str:
    """The beginning of the body as text, to look for known words in; never to be shown."""
    return response.body[:LONGEST_BODY].decode("utf-8", "replace")


def number(value: object) -> int | None:
    """A code, if it is one."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**12:
        return value
    return None


def wait_asked(headers: Mapping[str, str]) -> float | None:
    """Seconds that ``Retry-After`` asks to wait, as a number or as a date; ``None`` where it says neither.

    A date is counted from the ``Date`` of the same answer: a clock that is wrong does not matter.
    """
    asked = headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdecimal():
        return min(float(asked[:9]), LONGEST_WAIT)
    until, now = _date(asked), _date(headers.get("date", ""))
    if until is None or now is None:
        return None
    return min(max(until - now, 0.0), LONGEST_WAIT)


def _date(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None

"""What functions of built-in runtimes answer, as HTTP triggers send it (docs/sources.md, HTTP triggers)."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from eniguard.emulator.http_events import HEADERS_LIMIT
from eniguard.emulator.serving import Reply

#: What Function Compute says itself; all that begins with x-fc- neither is a function's to say. How a body is
#: transferred is for the server to say: clients would look for chunks that are not there.
_NOT_THEIRS = frozenset(
    {"connection", "content-length", "date", "keep-alive", "server", "transfer-encoding", "upgrade"}
)
#: RFC 9110, 5.6.2 and 5.5: a name, and what a value does not have.
_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_VALUES = re.compile(r"[^\t -~\x80-\xff]")
_ORIGIN = "access-control-allow-origin"


class BadAnswer(Exception):
    """An answer that no response can be made of; the message says nothing of what it holds."""


class _Answer(Struct, frozen=True, rename="camel"):
    status_code: Annotated[int, Meta(ge=200, le=599)]
    headers: dict[str, str] = {}
    body: str = ""
    is_base64_encoded: bool = False


def reply_of(answer: bytes, origin: str | None = None) -> Reply:
    """The response that a function's answer says.

    Parameters
    ----------
    answer
        What the function returned: an object with ``statusCode``; anything else is the body itself.
    origin
        What the request said of where it comes from.

    Raises
    ------
    BadAnswer
        It is an object with ``statusCode`` that does not hold.
    """
    try:
        found = msgspec.json.decode(answer)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _cross_origin(Reply(HTTPStatus.OK, {"Content-Type": "text/plain"}, answer), origin)
    if not isinstance(found, dict) or "statusCode" not in found:
        return _cross_origin(Reply(HTTPStatus.OK, {"Content-Type": "application/json"}, answer), origin)
    return _cross_origin(_read(found), origin)


def _read(found: dict[str, Any]) -> Reply:
    try:
        read = msgspec.convert(found, _Answer)
        body = b64decode(read.body, validate=True) if read.is_base64_encoded else read.body.encode()
    except msgspec.ValidationError as error:
        raise BadAnswer(str(error)) from None
    except (binascii.Error, ValueError):
        raise BadAnswer("`body` is not what `isBase64Encoded` says") from None
    if sum(len(name) + len(value) for name, value in read.headers.items()) > HEADERS_LIMIT:
        raise BadAnswer(f"`headers` have more than {HEADERS_LIMIT} bytes")
    for name, value in read.headers.items():
        if not _NAME.fullmatch(name) or _NOT_IN_VALUES.search(value):
            raise BadAnswer("a name or value in `headers` is none of HTTP")
    return Reply(read.status_code, {k: v for k, v in read.headers.items() if _theirs(k)}, body)


def _theirs(name: str) -> bool:
    return name.lower() not in _NOT_THEIRS and not name.lower().startswith("x-fc-")


def _cross_origin(reply: Reply, origin: str | None) -> Reply:
    """Function Compute lets any site read answers that do not say who may."""
    if origin is None or any(name.lower() == _ORIGIN for name in reply.headers):
        return reply
    allowed = {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true"}
    return Reply(reply.status, {**reply.headers, **allowed}, reply.body)

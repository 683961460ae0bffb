"""What an HTTP trigger hands to a function of a built-in runtime, and what it takes back.

Function Compute 3.0, "Use an HTTP trigger to invoke a function" (docs/sources.md, Function Compute): the
event is JSON with `version` "v1", `rawPath`, `headers`, `queryParameters`, `body`, `isBase64Encoded` and
`requestContext`; the answer is an object with `statusCode`, `headers`, `body` and `isBase64Encoded`. A header
stands for one value in both, so that an answer sets one cookie at most.
"""

from __future__ import annotations

import binascii
from base64 import b64decode
from http.cookies import CookieError, SimpleCookie
from typing import Any, Literal
from urllib.parse import parse_qsl

import msgspec
from msgspec import Struct

from eniguard.errors import InputError

#: The longest body of a form that is looked at: the longest one that the page makes has some 2 KB.
_LONGEST_FORM = 16_384
_MOST_FIELDS = 8


class _Http(Struct, frozen=True):
    method: str
    path: str
    source_ip: str = msgspec.field(default="", name="sourceIp")


class _Context(Struct, frozen=True):
    http: _Http


class _Event(Struct, frozen=True, rename="camel"):
    version: Literal["v1"]
    raw_path: str
    request_context: _Context
    headers: dict[str, str] = {}
    query_parameters: dict[str, str] = {}
    body: str = ""
    is_base64_encoded: bool = False


_read_event = msgspec.json.Decoder(_Event).decode


class Request(Struct, frozen=True):
    """A request to the page: names of ``headers`` are in lower case, ``path`` is decoded."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    form: dict[str, str]
    source_ip: str

    def cookie(self, name: str) -> str:
        """The value of a cookie; empty when there is none."""
        found: SimpleCookie = SimpleCookie()
        try:
            found.load(self.headers.get("cookie", ""))
        except CookieError:
            return ""
        return found[name].value if name in found else ""


class Answer(Struct, frozen=True):
    """An answer of the page."""

    status: int
    headers: dict[str, str]
    body: str = ""

    def as_taken(self) -> dict[str, Any]:
        """As the trigger takes it."""
        return {
            "statusCode": self.status,
            "headers": self.headers,
            "body": self.body,
            "isBase64Encoded": False,
        }


def read_request(event: bytes) -> Request:
    """The request in an event of an HTTP trigger.

    Raises
    ------
    InputError
        It is none: the function was called in another way.
    """
    try:
        read = _read_event(event)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InputError(
            f"is no event of an HTTP trigger ({error}): open the page by its link", path="<request>"
        ) from None
    headers = {name.lower(): value for name, value in read.headers.items()}
    http = read.request_context.http
    return Request(
        method=http.method.upper(),
        path=http.path,
        query=dict(read.query_parameters),
        headers=headers,
        form=_form(read, headers.get("content-type", "")),
        source_ip=http.source_ip,
    )


def _form(event: _Event, content_type: str) -> dict[str, str]:
    """The fields of a form; empty for what is none."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded" or len(event.body) > _LONGEST_FORM:
        return {}
    try:
        body = b64decode(event.body, validate=True).decode() if event.is_base64_encoded else event.body
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return {}
    fields = dict(pairs)
    # A field given twice says nothing that can be relied on.
    return fields if len(fields) == len(pairs) else {}

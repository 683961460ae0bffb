"""Requests to HTTP triggers as functions of built-in runtimes get them (docs/sources.md, HTTP triggers)."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from eniguard.emulator.serving import Refused

#: The most that all names and values of headers have, and a path with its parameters, in bytes.
HEADERS_LIMIT = 8 * 1024
_PATH_LIMIT = 4 * 1024
#: What a client cannot hand to a function in this way; all that begins with X-Fc- neither. How a body was
#: transferred is nothing that Go's net/http keeps among the headers: a function has it whole.
_NOT_HANDED_ON = frozenset({"Connection", "Keep-Alive", "Transfer-Encoding"})
#: Types of bodies that are text; which ones are is not documented.
_TEXTS = frozenset(f"application/{kind}" for kind in ("json", "xml", "javascript", "x-www-form-urlencoded"))


def event_of(
    environ: Mapping[str, Any], body: bytes, *, request_id: str, account_id: str, now: float
) -> bytes:
    """The event of a request.

    Parameters
    ----------
    environ
        The request, as WSGI has it.
    body
        Its body.
    request_id, account_id
        Of the call.
    now
        Seconds since 1970 (UTC).

    Raises
    ------
    Refused
        Its headers or its path are too large.
    """
    headers = dict(_headers(environ))
    _check("headers", sum(len(name) + len(value) for name, value in headers.items()), HEADERS_LIMIT)
    address = _address(environ)
    _check("path", len(address), _PATH_LIMIT)
    path, query = _parts(address)
    text = _text(body, headers.get("Content-Type", ""))
    domain = headers.get("Host", "")
    event = {
        "version": "v1",
        "rawPath": path,
        "headers": {name: value for name, value in headers.items() if _handed_on(name)},
        "queryParameters": _joined(query),
        "body": base64.b64encode(body).decode("ascii") if text is None else text,
        "isBase64Encoded": text is None,
        "requestContext": {
            "accountId": account_id,
            "domainName": domain,
            "domainPrefix": domain.partition(".")[0],
            "http": {
                "method": environ["REQUEST_METHOD"],
                "path": unquote(path),
                "protocol": environ["SERVER_PROTOCOL"],
                "sourceIp": environ["REMOTE_ADDR"],
                "userAgent": headers.get("User-Agent", ""),
            },
            "requestId": request_id,
            "time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(now)),
            "timeEpoch": str(int(now * 1000)),
        },
    }
    return json.dumps(event).encode()


def _headers(environ: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names as Go's net/http writes them, which Function Compute reads with: ``Accept-Encoding``."""
    for name, value in environ.items():
        if name.startswith("HTTP_"):
            yield _canonical(name.removeprefix("HTTP_")), str(value)
        elif name in ("CONTENT_TYPE", "CONTENT_LENGTH") and value:
            yield _canonical(name), str(value)


def _canonical(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("_"))


def _handed_on(name: str) -> bool:
    return name not in _NOT_HANDED_ON and not name.startswith("X-Fc-")


def _address(environ: Mapping[str, Any]) -> str:
    """The address as it was sent; bytes beyond ASCII, which some clients do not encode, are encoded."""
    # werkzeug writes what it read as Latin-1 in UTF-8, and that as Latin-1.
    sent = str(environ["REQUEST_URI"]).encode("latin-1").decode()
    return "".join(one if one.isascii() else f"%{ord(one):02X}" for one in sent)


def _parts(address: str) -> tuple[str, str]:
    """The path as it was sent, and the parameters."""
    path, _, query = address.partition("?")
    # Whoever takes the server for a proxy sends the whole address.
    return (path if path.startswith("/") else urlsplit(path).path or "/"), query


def _joined(query: str) -> dict[str, str]:
    """Parameters, decoded; what is given more than once is one text, with commas."""
    found: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _text(body: bytes, content_type: str) -> str | None:
    """The body, if it is text."""
    kind = content_type.partition(";")[0].strip().lower()
    if not body:
        return ""
    if kind and kind not in _TEXTS and not kind.startswith("text/") and not kind.endswith(("+json", "+xml")):
        return None
    try:
        return body.decode()
    except UnicodeDecodeError:
        return None


def _check(part: str, size: int, limit: int) -> None:
    if size > limit:
        message = f"size of {part} exceeds maximum allowed size ({size} of {limit} bytes)"
        raise Refused(HTTPStatus.BAD_REQUEST, "InvalidArgument", message)

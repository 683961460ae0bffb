"""One HTTP request over `requests`, within the seconds that are left."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    import requests

#: Seconds to connect, and of silence while reading: the defaults of the official SDK (docs/sources.md, API).
CONNECT, READ = 5.0, 10.0
#: No answer of a look-up comes near: a page has at most 1,000 items. One that is larger is not read on.
_MOST_BYTES = 64 << 20
_CHUNK = 1 << 16


class NoAnswer(Exception):
    """No whole answer came; the text says why, and holds nothing of the request."""


class HttpAnswer(Struct, frozen=True):
    """An answer as it came; names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def new_session() -> requests.Session:
    """A session that keeps its connections; the first one imports `requests`."""
    import requests

    return requests.Session()


def send(
    session: requests.Session,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    seconds: float | None,
    clock: Callable[[], float],
) -> HttpAnswer:
    """Send one request and read its answer.

    Parameters
    ----------
    seconds
        What is left until the deadline; ``None`` for no deadline.

    Raises
    ------
    NoAnswer
        Connection, time-out, a cut body, one that is too large, or the deadline.
    """
    import requests

    until = None if seconds is None else clock() + seconds
    timeout = (CONNECT, READ) if seconds is None else (min(CONNECT, seconds), min(READ, seconds))
    try:
        with session.request(
            method,
            url,
            headers=dict(headers),
            data=body,
            timeout=timeout,
            stream=True,
            allow_redirects=False,
            auth=_signed,
        ) as response:
            data = _read(response, until, clock)
            found = {name.lower(): value for name, value in response.headers.items()}
            return HttpAnswer(response.status_code, found, data)
    except requests.RequestException as error:
        # Its text names the whole URL; the kind of error is enough.
        raise NoAnswer(_why(error)) from None


def _read(response: requests.Response, until: float | None, clock: Callable[[], float]) -> bytes:
    """The whole body; a server that sends it in drips is left at the deadline."""
    data = bytearray()
    for chunk in response.iter_content(_CHUNK):
        data += chunk
        if len(data) > _MOST_BYTES:
            raise NoAnswer(f"the answer has more than {_MOST_BYTES >> 20} MB")
        if until is not None and clock() > until:
            raise NoAnswer("the answer was not complete at the deadline")
    return bytes(data)


def _signed(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keep the Authorization header: without an ``auth``, requests takes the one of a .netrc instead."""
    return request


def _why(error: requests.RequestException) -> str:
    import requests

    if isinstance(error, requests.Timeout):
        return "no answer in time"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the answer was cut"
    return f"the connection failed ({type(error).__name__})"

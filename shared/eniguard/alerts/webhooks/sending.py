"""Posting a message to a webhook."""

from __future__ import annotations

import re
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from http.client import HTTPException, HTTPMessage

import certifi

from eniguard.alerts.formats.base import Outgoing, Response
from eniguard.alerts.webhooks.connection import Allowance, Connection, context
from eniguard.alerts.webhooks.not_done import NotDone
from eniguard.alerts.webhooks.resolving import Resolve, allowed_addresses, system_addresses
from eniguard.alerts.webhooks.targets import Target, host_name, target_of
from eniguard.errors import DeliveryError
from eniguard.version import VERSION

#: What is read of a body: answers of chats have a few hundred bytes.
MOST_BODY = 64 << 10
#: What is received in all before an answer is left: the body, and twice as much of headers and framing.
_MOST_BYTES = 3 * MOST_BODY
#: Addresses of a host that are tried.
_MOST_ADDRESSES = 4
#: What the transport says itself. It asks for an answer that is not packed, and unpacks none: a few bytes of
#: one may be gigabytes.
_OWN_HEADERS = frozenset(
    (
        "accept-encoding",
        "connection",
        "content-length",
        "expect",
        "host",
        "te",
        "transfer-encoding",
        "upgrade",
    )
)
_HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+\Z")
_HEADER_VALUE = re.compile(r"[\t -~]*\Z")


class Webhooks:
    """Posts messages to webhooks, over https only, and only to where they may go.

    Each message has a connection and a look-up of its own: chats take one a second, and an answer of a name
    server is not trusted for longer than it takes to connect. Redirects are answers. Proxies of the
    environment are not used.

    Parameters
    ----------
    internal_hosts
        Names of hosts that may have private addresses, and any port.
    authorities
        Certificates of authorities in PEM form, beside the public ones.
    resolve
        The addresses of a host, in the order in which they are tried.
    clock
        Seconds of a clock that nobody sets.
    """

    def __init__(
        self,
        internal_hosts: Iterable[str] = (),
        authorities: str | None = None,
        resolve: Resolve = system_addresses,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._internal_hosts = frozenset(map(host_name, internal_hosts))
        self._resolve = resolve
        self._clock = clock
        self._tls = context(certifi.where(), authorities)

    def post(self, outgoing: Outgoing, *, within: float) -> Response:
        """Send a request and read its answer, whatever its status.

        Parameters
        ----------
        outgoing
            The request. Nothing of it but the host is told to anybody.
        within
            Seconds for all of it: the look-up, connecting, TLS, sending, and the answer.

        Raises
        ------
        DeliveryError
            No answer came; says what happened and what to do. Its ``in_doubt`` tells whether the message may
            have arrived all the same.
        """
        target = None
        try:
            target = target_of(outgoing.url, self._internal_hosts)
            return self._exchanged(target, outgoing, Allowance(within, _MOST_BYTES, self._clock))
        except NotDone as error:
            problem, in_doubt = str(error), error.asked
        # Raised here, so that it carries neither the first error nor what that had at hand.
        raise DeliveryError(problem if target is None else f"{target.host} {problem}", in_doubt=in_doubt)

    def _exchanged(self, target: Target, outgoing: Outgoing, allowance: Allowance) -> Response:
        headers = _headers(outgoing.headers)
        try:
            addresses = allowed_addresses(target, self._resolve, allowance.seconds())
            connection = self._reached(target, addresses[:_MOST_ADDRESSES], allowance)
        except TimeoutError:
            raise NotDone(_LATE) from None
        try:
            return _answered(connection, target, outgoing.body, headers)
        finally:
            connection.close()

    def _reached(self, target: Target, addresses: tuple[str, ...], allowance: Allowance) -> Connection:
        """A connection to the first address that takes one; each has its share of the time."""
        problem = ""
        for left, address in zip(range(len(addresses), 0, -1), addresses, strict=True):
            connection = Connection(target, address, self._tls, allowance)
            try:
                connection.reach(allowance.seconds() / left)
            except OSError as error:
                connection.close()
                problem = "no answer in time" if isinstance(error, TimeoutError) else _words(error)
            else:
                return connection
        raise NotDone(
            f"cannot be reached: {problem}. Look whether the function may reach it (its VPC, a NAT gateway)."
        )


_LATE = "did not answer in time. If it keeps doing so, look at the host and at what lies between."


def _answered(connection: Connection, target: Target, body: bytes, headers: Mapping[str, str]) -> Response:
    asked = False
    try:
        connection.connect()
        asked = True
        connection.request("POST", target.path, body, dict(headers))
        response = connection.getresponse()
        data = response.read(MOST_BODY)
        # What is left of a body whose length is known.
        if response.length and len(data) < MOST_BODY:
            raise NotDone("sent half an answer. If it keeps doing so, look at the host.", asked=True)
        return Response(response.status, _named(response.msg), data)
    except ssl.SSLCertVerificationError as error:
        problem = (
            f"showed a certificate that is not trusted: {error.verify_message or error.reason}. Nothing was "
            "sent. If the host is one of your own, name the file of its authority in alerts.ca_file of "
            "guard.yml."
        )
    except TimeoutError:
        problem = _LATE
    except OSError as error:
        reason = error.reason if isinstance(error, ssl.SSLError) else _words(error)
        if asked:
            problem = f"broke the connection off ({reason}). If it keeps doing so, look at the host."
        else:
            problem = f"could not agree on TLS ({reason}). It has to speak TLS 1.2 or newer at that port."
    except HTTPException as error:
        # Its text quotes what it stumbled over.
        problem = (
            f"did not answer in HTTP ({type(error).__name__}). Look whether the sink's url is a webhook."
        )
    raise NotDone(problem, asked=asked)


def _headers(given: Mapping[str, str]) -> dict[str, str]:
    for name, value in given.items():
        if not _HEADER_NAME.match(name) or not _HEADER_VALUE.match(value) or name.lower() in _OWN_HEADERS:
            raise NotDone("was sent nothing: the request has a header that cannot be sent. This is a defect.")
    named = {name.lower() for name in given}
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": f"eniguard/{VERSION}",
    }
    return {
        **{name: value for name, value in headers.items() if name.lower() not in named},
        **given,
        "Connection": "close",
    }


def _named(message: HTTPMessage) -> dict[str, str]:
    named: dict[str, str] = {}
    for name, value in message.items():
        lower = name.lower()
        named[lower] = f"{named[lower]}, {value}" if lower in named else value
    return named


def _words(error: OSError) -> str:
    """What the system says of it; other texts may quote the request."""
    return (error.strerror or "the connection ended").lower()

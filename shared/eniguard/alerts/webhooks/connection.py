"""One connection over TLS to one address, and all that happens on it within a time.

Over `http.client`. `urllib3` was looked at: its pools write the path of every request to the log, its waiting
begins anew with each byte that arrives, and its contexts write the keys of TLS to where an environment
variable says. What it has on top (pools, proxies, redirects, decoding) is what must not happen here.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from http.client import HTTPConnection
from typing import Any

from eniguard.alerts.webhooks.not_done import NotDone
from eniguard.alerts.webhooks.targets import Target


class Allowance:
    """The seconds and the bytes that are left for one exchange.

    Parameters
    ----------
    within
        Seconds.
    most_bytes
        What may be received in all, beyond which an answer is not read on.
    clock
        Seconds of a clock that nobody sets.
    """

    def __init__(self, within: float, most_bytes: int, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._until = clock() + within
        self._bytes = most_bytes

    def seconds(self) -> float:
        """What is left.

        Raises
        ------
        TimeoutError
            Nothing.
        """
        left = self._until - self._clock()
        if left <= 0:
            raise TimeoutError
        return left

    def received(self, count: int) -> None:
        """Count bytes that arrived.

        Raises
        ------
        NotDone
            Too many.
        """
        self._bytes -= count
        if self._bytes < 0:
            raise NotDone("sent an answer that does not end", asked=True)


class _TimedSocket(ssl.SSLSocket):
    """A socket whose every wait ends when the time of the whole exchange does.

    A time-out of a socket begins anew with each call, and a server that sends a byte now and then never meets
    it; here it is what is left of the whole.
    """

    allowance: Allowance

    def recv_into(self, buffer: Any, nbytes: int | None = None, flags: int = 0) -> int:
        self.settimeout(self.allowance.seconds())
        count = super().recv_into(buffer, nbytes, flags)
        self.allowance.received(count)
        return count

    def send(self, data: Any, flags: int = 0) -> int:
        self.settimeout(self.allowance.seconds())
        return super().send(data, flags)


def context(public: str, own: str | None = None) -> ssl.SSLContext:
    """A context that checks names and certificates.

    It is made by hand: that of `ssl.create_default_context` writes the keys of TLS to the file that
    ``SSLKEYLOGFILE`` names, and trusts what ``SSL_CERT_FILE`` does.

    Parameters
    ----------
    public
        A file with certificates of authorities.
    own
        Such certificates in PEM form.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.sslsocket_class = _TimedSocket
    made.load_verify_locations(public)
    if own is not None:
        made.load_verify_locations(cadata=own)
    return made


class Connection(HTTPConnection):
    """A connection to exactly one address, which shows a certificate for the host that was asked for."""

    default_port = 443
    # Else one that somebody sets on the class for all would print requests.
    debuglevel = 0

    def __init__(self, target: Target, address: str, tls: ssl.SSLContext, allowance: Allowance) -> None:
        super().__init__(target.host, target.port)
        self._address = address
        self._tls = tls
        self._allowance = allowance

    def reach(self, seconds: float) -> None:
        """Connect, without TLS yet.

        Raises
        ------
        OSError
            There is nobody, or no answer within the seconds.
        """
        self.sock = socket.socket(
            socket.AF_INET6 if ":" in self._address else socket.AF_INET, socket.SOCK_STREAM
        )
        self.sock.settimeout(seconds)
        self.sock.connect((self._address, self.port))
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connect(self) -> None:
        """Agree on TLS on the connection that `reach` made."""
        wrapped = self._tls.wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
        assert isinstance(wrapped, _TimedSocket)
        wrapped.allowance = self._allowance
        self.sock = wrapped
        # The time-out of a handshake is one for all of it.
        wrapped.settimeout(self._allowance.seconds())
        wrapped.do_handshake()

"""The address of a webhook, read strictly: what another reader could take for something else is refused."""

from __future__ import annotations

import re
from collections.abc import Collection
from urllib.parse import urlsplit

from msgspec import Struct

from eniguard.alerts.webhooks.addresses import is_address
from eniguard.alerts.webhooks.not_done import NotDone

#: Where webhooks of the internet listen. On any other port lies something that is none, and a guard that
#: posts there is a port scanner for whoever writes the address; hosts of one's own listen where they like.
_PUBLIC_PORTS = frozenset((443, 8443))
#: RFC 1123, 2.1, and RFC 1035, 2.3.4; underscores stand in names of hosts in the field.
_NAME = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\Z"
)
#: 127.1, 0x7f000001 and 2130706433 are addresses to some readers: the last part of no name is a number
#: (WHATWG URL, 3.5).
_ENDS_IN_A_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\Z")
#: All that stands in an address (RFC 3986, 2); no backslash, no space, nothing invisible.
_WRITTEN = re.compile(r"[!-\[\]-~]+\Z")


class Target(Struct, frozen=True):
    """Where a request goes. The host may be told; the path, which tells the rest, is a secret."""

    host: str
    port: int
    path: str
    internal: bool

    def __repr__(self) -> str:
        return f"Target({self.host!r})"


def target_of(url: str, internal_hosts: Collection[str]) -> Target:
    """Where the address of a webhook leads.

    Parameters
    ----------
    internal_hosts
        Names as `host_name` writes them.

    Raises
    ------
    NotDone
        It is none that anything is sent to. The text holds nothing of it but the host.
    """
    host, port, path, problem = _parts(url)
    if problem:
        raise NotDone(f"The address of a sink {problem} Correct the secret that its url refers to.")
    internal = host in internal_hosts
    if not internal and port not in _PUBLIC_PORTS:
        raise NotDone(
            f"The address of a sink at {host} names a port that webhooks do not listen on: it is 443 or "
            "8443. If the host is one of your own, name it in alerts.internal_hosts of guard.yml."
        )
    return Target(host, port, path, internal)


def host_name(name: str) -> str:
    """The name or address of a host, as it is compared: in lower case, without brackets and the last dot."""
    return name.strip().lower().removeprefix("[").removesuffix("]").removesuffix(".")


def _parts(url: str) -> tuple[str, int, str, str]:
    """Host, port and path; and what is wrong, in words that hold nothing of the address."""
    nothing = ("", 0, "")
    if not _WRITTEN.match(url):
        return (*nothing, "is empty or holds characters that no address has.")
    try:
        parts = urlsplit(url)
        host, port = host_name(parts.hostname or ""), parts.port
    except ValueError:
        # Its text quotes the address.
        return (*nothing, "cannot be read: it has the form https://HOST/PATH.")
    if parts.scheme != "https":
        return (*nothing, "does not begin with https://, and nothing is sent unencrypted.")
    if "@" in parts.netloc:
        return (*nothing, "holds a user or a password in front of the host.")
    if not is_address(host) and (not _NAME.match(host) or _ENDS_IN_A_NUMBER.match(host)):
        return (*nothing, "names no host: it has the form https://HOST/PATH, a host in its ASCII form.")
    path = parts.path or "/"
    return host, 443 if port is None else port, f"{path}?{parts.query}" if parts.query else path, ""

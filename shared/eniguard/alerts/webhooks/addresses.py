"""Which addresses a message may be sent to: public ones, and private ones of hosts that the user names.

``ipaddress.is_global`` alone does not do: it takes 6to4 and multicast addresses for global, does not look
into an address that carries another, and its tables differ between versions of Python.
"""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address

# IANA, Special-Purpose Address Registries for IPv4 and IPv6; docs/sources.md, Webhooks.
_SPECIAL = tuple(
    (ip_network(block), kind)
    for block, kind in (
        ("0.0.0.0/8", "this network"),
        ("10.0.0.0/8", "private"),
        # Of the cloud itself: 100.100.100.200 hands out the credentials of the function's role.
        ("100.64.0.0/10", "shared by the cloud, whose metadata service lies there"),
        ("127.0.0.0/8", "this machine"),
        ("169.254.0.0/16", "link-local, where metadata services lie"),
        ("172.16.0.0/12", "private"),
        ("192.0.0.0/24", "reserved for protocols"),
        ("192.0.2.0/24", "for documentation"),
        ("192.31.196.0/24", "reserved for protocols"),
        ("192.52.193.0/24", "reserved for protocols"),
        ("192.88.99.0/24", "a relay of 6to4"),
        ("192.168.0.0/16", "private"),
        ("192.175.48.0/24", "reserved for protocols"),
        ("198.18.0.0/15", "for measurements"),
        ("198.51.100.0/24", "for documentation"),
        ("203.0.113.0/24", "for documentation"),
        ("224.0.0.0/4", "multicast"),
        ("240.0.0.0/4", "reserved"),
        ("::/128", "unspecified"),
        ("::1/128", "this machine"),
        ("64:ff9b:1::/48", "translated to IPv4 locally"),
        ("2001::/23", "reserved for protocols, Teredo among them"),
        ("2001:db8::/32", "for documentation"),
        ("2002::/16", "a tunnel of 6to4"),
        ("2620:4f:8000::/48", "reserved for protocols"),
        ("3fff::/20", "for documentation"),
        ("fc00::/7", "private"),
        ("fe80::/10", "link-local"),
        ("fec0::/10", "site-local"),
        ("ff00::/8", "multicast"),
    )
)
#: All that is assigned to hosts on the internet today (IANA, IPv6 Address Space).
_PUBLIC_IPV6 = ip_network("2000::/3")
#: IPv4 as an IPv6 address, and behind the translator of an IPv6 network: they count as the address in them.
_CARRYING = (ip_network("::ffff:0:0/96"), ip_network("64:ff9b::/96"))
#: What hosts of one's own may have beside public addresses. 100.64.0.0/10 is not among them: no VPC can have
#: it (alibabacloud.com/help/en/vpc/user-guide/create-and-manage-a-vpc).
_INTERNAL = tuple(
    ip_network(block)
    for block in ("10.0.0.0/8", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "::1/128", "fc00::/7")
)


def refused(address: str, *, internal: bool = False) -> str | None:
    """Why nothing is sent to an address; ``None`` where it may be.

    Parameters
    ----------
    address
        As a resolver gives it, a scope (``%eth0``) included.
    internal
        Whether the user named the host as one of their own.

    Examples
    --------
    >>> refused("8.8.8.8")
    >>> refused("10.1.2.3")
    'private'
    >>> refused("::ffff:100.100.100.200", internal=True)
    'shared by the cloud, whose metadata service lies there'
    """
    try:
        found = ip_address(address)
    except ValueError:
        return "no address"
    if isinstance(found, IPv6Address) and found.scope_id is not None:
        return "bound to one network card"
    carried = _carried(found)
    if carried is not None:
        return _special(carried)
    if internal and any(_within(found, block) for block in _INTERNAL):
        return None
    return _special(found)


def is_address(host: str) -> bool:
    """Whether a host is given by its address."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _special(address: Address) -> str | None:
    for block, kind in _SPECIAL:
        if _within(address, block):
            return kind
    if address.version == 6 and not _within(address, _PUBLIC_IPV6):
        return "not assigned to any host"
    # Whatever a newer version of Python knows on top.
    return None if address.is_global else "not public"


def _carried(address: Address) -> IPv4Address | None:
    if not any(_within(address, block) for block in _CARRYING):
        return None
    return IPv4Address(int(address) & 0xFFFFFFFF)


def _within(address: Address, block: IPv4Network | IPv6Network) -> bool:
    return address.version == block.version and address in block

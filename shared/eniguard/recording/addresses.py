"""Addresses and blocks under other numbers that lie to each other as the originals do.

Each bit of an address is flipped or not by what stands before it and the secret (Xu, Fan, Ammar, Moon:
"Prefix-Preserving IP Address Anonymization", ICNP 2002): two addresses share as many leading bits afterwards
as before. Blocks stay blocks of their size, and contain and overlap what they did. Ranges with a meaning of
their own (private, link-local, documentation, everybody …) are mapped onto themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_network

from eniguard.facts.blocks import BITS, address, block

#: Ranges that stay themselves (IANA special-purpose address registries); of IPv6, also those that the
#: addresses of the Internet come from.
_KEPT = (
    "0.0.0.0/8",
    "0.0.0.0/32",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "127.0.0.1/32",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
    "255.255.255.255/32",
    "::/128",
    "::1/128",
    "::ffff:0:0/96",
    "64:ff9b::/96",
    "2000::/3",
    "2001:db8::/32",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
)
#: Port ranges stand in the same fields as blocks.
_PORTS = re.compile(r"[-0-9/]*")
_SPACED = re.compile(r"(\s*)(.*?)(\s*)", re.DOTALL)
#: Addresses kept once computed: an IPv6 address takes 128 hashes.
_MOST = 65_536


def _ways() -> frozenset[tuple[int, int, int]]:
    """The places at which a bit must not be flipped: the family, how many bits go before, and those bits."""
    found = set()
    for text in _KEPT:
        kept = ip_network(text)
        number = int(kept.network_address) >> (kept.max_prefixlen - kept.prefixlen)
        for depth in range(kept.prefixlen):
            found.add((kept.version, depth, number >> (kept.prefixlen - depth)))
    return frozenset(found)


_WAYS = _ways()


class Addresses:
    """Gives addresses and blocks their other numbers.

    Parameters
    ----------
    bit
        A keyed function of a text, of which the last bit is used.
    other
        Gives the pseudonym of a text that is no address.
    """

    def __init__(self, bit: Callable[[str], int], other: Callable[[str], str]) -> None:
        self._bit = bit
        self._other = other
        self._mapped = lru_cache(maxsize=_MOST)(self._map)

    def text(self, text: str) -> str:
        """The text with each address or block in it replaced; several stand with commas between."""
        return ",".join(map(self._spaced, text.split(",")))

    def _spaced(self, text: str) -> str:
        """Spaces stay: with them, some parameters cannot be read."""
        found = _SPACED.fullmatch(text)
        before, middle, after = ("", text, "") if found is None else found.groups()
        return f"{before}{self._one(middle)}{after}"

    def _one(self, text: str) -> str:
        family = 6 if ":" in text else 4
        number = address(text, family)
        if number is not None:
            return _shown(self._mapped(number, family), family)
        head, _, _ = text.partition("/")
        found, number = block(text, family), address(head, family)
        if found is None or number is None:
            return text if _PORTS.fullmatch(text) else self._other(text)
        host = (1 << (BITS[family] - found.length)) - 1
        mapped = self._mapped(number, family)
        # What has host bits set has some afterwards.
        below = 0 if found.aligned else (mapped & host) or 1
        return f"{_shown(mapped & ~host | below, family)}/{found.length}"

    def _map(self, number: int, family: int) -> int:
        bits = BITS[family]
        found = 0
        for depth in range(bits):
            before = number >> (bits - depth)
            flip = (family, depth, before) not in _WAYS and self._bit(f"{family}/{depth}/{before}") & 1
            found = found << 1 | (number >> (bits - 1 - depth) & 1) ^ flip
        return found


def _shown(number: int, family: int) -> str:
    return str(IPv4Address(number) if family == 4 else IPv6Address(number))

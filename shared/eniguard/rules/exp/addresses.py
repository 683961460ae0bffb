"""The far sides of rules as sets of integers: IPv6 from 0, IPv4 and security groups above them."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from ipaddress import IPv4Address, IPv6Address, summarize_address_range

from eniguard.facts.blocks import BITS, LONGEST, Block, address, block
from eniguard.rules.exp.spans import NOTHING, Span, Spans, meet, merged, minus, size

#: Where the addresses of each family begin, and the security groups, which are one number each.
_AT = {6: 0, 4: 1 << 128}
_GROUPS_AT = 1 << 129
#: Texts of a call or an item that may hold several blocks; nothing longer is kept in a cache.
_LONGEST_TEXT = 8 * LONGEST
#: Texts kept parsed, at some 300 bytes each.
_MOST_TEXTS = 8_192

#: IPv4 blocks without addresses of the Internet (docs/sources.md, Domain).
_SPECIAL = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
)
#: Global unicast, from which all IPv6 addresses of the Internet come (docs/sources.md, Domain).
_GLOBAL = "2000::/3"
#: An IPv6 mask says as much as an IPv4 mask half as long: /16 for /8.
_IPV6_LONGER = 2


@lru_cache(maxsize=_MOST_TEXTS)
def _parsed(text: str) -> Spans | None:
    found = [_one(part.strip()) for part in text.split(",")]
    return None if None in found else merged([one for one in found if one is not None])


def of_text(text: str) -> Spans | None:
    """The addresses of a block or a lone address, or of several with commas; ``None`` if it is none."""
    return _parsed(text) if len(text) <= _LONGEST_TEXT else None


def of_group(group_id: str) -> Spans:
    """What stands for the members of a security group: their addresses are not in its id."""
    number = _GROUPS_AT + int.from_bytes(blake2b(group_id.encode(), digest_size=16).digest(), "big")
    return ((number, number),)


def _one(text: str) -> Span | None:
    family = 6 if ":" in text else 4
    if "/" in text:
        found = block(text, family)
        return None if found is None else _span(found)
    number = address(text, family)
    return None if number is None else (_AT[family] + number, _AT[family] + number)


def _span(found: Block) -> Span:
    return _AT[found.family] + found.first, _AT[found.family] + found.last


def _known(text: str) -> Spans:
    found = of_text(text)
    if found is None:
        raise ValueError(text)
    return found


EVERY: dict[int, Spans] = {4: _known("0.0.0.0/0"), 6: _known("::/0")}
#: The addresses of the Internet, by family.
PUBLIC: dict[int, Spans] = {
    4: minus(EVERY[4], merged([span for text in _SPECIAL for span in _known(text)])),
    6: _known(_GLOBAL),
}


def blocks_of(addresses: Spans) -> tuple[str, ...]:
    """The fewest blocks that make up a set of addresses; none at all when it holds a security group."""
    if not addresses or addresses[-1][1] >= _GROUPS_AT:
        return ()
    ipv6 = meet(addresses, EVERY[6])
    ipv4 = meet(addresses, EVERY[4])
    found = [summarize_address_range(IPv6Address(first), IPv6Address(last)) for first, last in ipv6]
    at = _AT[4]
    others = [summarize_address_range(IPv4Address(a - at), IPv4Address(b - at)) for a, b in ipv4]
    return tuple([str(one) for part in (*others, *found) for one in part])


def public_size(addresses: Spans, family: int) -> int:
    """How many of the addresses of one family are addresses of the Internet."""
    return size(meet(addresses, PUBLIC[family]))


def is_public(addresses: Spans) -> bool:
    """Whether some of the addresses are addresses of the Internet."""
    return any(public_size(addresses, family) for family in (4, 6))


def is_wide(addresses: Spans, wide_prefix: int) -> bool:
    """Whether a set of addresses counts as the whole Internet.

    Parameters
    ----------
    addresses
        The addresses.
    wide_prefix
        The mask of an IPv4 block of addresses of the Internet that is just as large as counts (8 for 2^24
        addresses); the mask for IPv6 is twice as long. They may lie anywhere.
    """
    if addresses == NOTHING:
        return False
    return any(public_size(addresses, family) >= least(family, wide_prefix) for family in (4, 6))


@lru_cache(maxsize=64)
def least(family: int, wide_prefix: int) -> int:
    """How many addresses of the Internet are wide, by family; never more than there are."""
    mask = wide_prefix if family == 4 else wide_prefix * _IPV6_LONGER
    return min(1 << (BITS[family] - mask), size(PUBLIC[family]))

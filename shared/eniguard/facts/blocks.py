"""CIDR blocks and addresses as integers: alignment, containment, overlap.

Texts are parsed once and kept in caches with a bound. A text that is no block is ``None``, never an error:
what a call asks for is judged by the rules, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from ipaddress import AddressValueError, IPv6Address

from msgspec import Struct

#: The bits of an address per IP family.
BITS = {4: 32, 6: 128}
#: A full IPv6 address with an embedded IPv4 address (45) and ``/128``; nothing longer is kept in a cache.
LONGEST = 49
#: ENIs of which the parsed addresses are kept, at half a kilobyte to a kilobyte each. A region with more of
#: them is parsed anew again and again.
MOST_HOLDINGS = 32_768
#: Texts kept per cache: the addresses and prefixes of a large vSwitch, at about 200 bytes each.
MOST_TEXTS = 32_768


class Block(Struct, frozen=True, gc=False):
    """One block of addresses in CIDR notation.

    ``first`` and ``last`` are its outer addresses as integers, ``length`` is its mask (28 for a /28).
    ``aligned`` is ``False`` when the text had host bits set; ``first`` then starts the block it points into.
    """

    family: int
    length: int
    first: int
    last: int
    aligned: bool = True

    def contains(self, other: Block) -> bool:
        """Whether every address of ``other`` is one of this block."""
        return self.family == other.family and self.first <= other.first and other.last <= self.last

    def overlaps(self, other: Block) -> bool:
        """Whether the two blocks share an address."""
        return self.family == other.family and self.first <= other.last and other.first <= self.last

    def holds(self, address: int) -> bool:
        """Whether an address of the same family, as an integer, is one of this block."""
        return self.first <= address <= self.last

    @property
    def text(self) -> str:
        """The block in canonical CIDR notation, without host bits."""
        return f"{_text(self.first, self.family)}/{self.length}"


class Piece(Struct, frozen=True, gc=False):
    """One prefix or single address in use: its text, and its outer addresses as integers."""

    text: str
    first: int
    last: int
    single: bool


class Holding(Struct, frozen=True, gc=False):
    """The prefixes and addresses of one family on one ENI, with the outermost addresses of them all."""

    pieces: tuple[Piece, ...]
    first: int
    last: int

    def within(self, first: int, last: int) -> tuple[Piece, ...]:
        """The pieces that share an address with the range from ``first`` to ``last``."""
        if self.last < first or self.first > last:
            return ()
        return tuple(piece for piece in self.pieces if piece.first <= last and first <= piece.last)


def holding(prefixes: tuple[str, ...], addresses: tuple[str, ...], family: int) -> Holding:
    """What an ENI holds, prefixes first; texts that are none of the family are left out."""
    pieces = []
    for text in prefixes:
        found = block(text, family)
        if found is not None:
            pieces.append(Piece(text, found.first, found.last, False))
    for text in addresses:
        number = address(text, family)
        if number is not None:
            pieces.append(Piece(text, number, number, True))
    if not pieces:
        return _NOTHING
    if len(pieces) == 1:  # as most ENIs have it: their primary address
        return Holding((pieces[0],), pieces[0].first, pieces[0].last)
    return Holding(tuple(pieces), min([one.first for one in pieces]), max([one.last for one in pieces]))


#: Its range is empty: nothing meets it.
_NOTHING = Holding((), 1, 0)


def block(text: str, family: int) -> Block | None:
    """The block of one IP family (4 or 6) that a text names; ``None`` when it names none.

    A block is an address, ``/`` and a mask in plain digits; netmasks, zones and lone addresses are not.
    """
    return _BLOCKS[family](text) if len(text) <= LONGEST else None


def address(text: str, family: int) -> int | None:
    """An address of one IP family (4 or 6) as an integer; ``None`` when the text is none."""
    return _ADDRESSES[family](text) if len(text) <= LONGEST else None


def canonical(text: str) -> str:
    """One spelling for all texts of the same block or address; any other text is given back as it is.

    Only IPv6 has more than one: an octet or a mask with a leading zero is none (`_OCTETS`, `_length`).
    """
    return _canonical(text) if ":" in text and len(text) <= LONGEST else text


def cidr(text: str) -> str | None:
    """The block that a text names, an address standing for itself, in its one notation; ``None`` if none."""
    family = 6 if ":" in text else 4
    found = block(text if "/" in text else f"{text}/{BITS[family]}", family)
    return None if found is None else found.text


def cidrs(texts: Iterable[str]) -> tuple[str, ...]:
    """The blocks that texts name, each once; none at all when one of the texts names none."""
    found = [cidr(text) for text in texts]
    return () if None in found else tuple(dict.fromkeys([one for one in found if one is not None]))


@lru_cache(maxsize=MOST_TEXTS)
def _canonical(text: str) -> str:
    if "/" in text:
        found = _ipv6_block(text)
        return text if found is None or not found.aligned else found.text
    number = _ipv6_address(text)
    return text if number is None else _text(number, 6)


def _text(number: int, family: int) -> str:
    return ".".join(map(str, number.to_bytes(4, "big"))) if family == 4 else str(IPv6Address(number))


#: Every spelling of an octet there is.
_OCTETS = {str(number): number for number in range(256)}


@lru_cache(maxsize=MOST_TEXTS)
def _ipv4_address(text: str) -> int | None:
    """As `ipaddress` reads it, at a fraction of its time: most texts are met once only."""
    try:
        octets = bytes(map(_OCTETS.__getitem__, text.split(".")))
    except KeyError:
        return None
    return int.from_bytes(octets, "big") if len(octets) == 4 else None


@lru_cache(maxsize=MOST_TEXTS)
def _ipv6_address(text: str) -> int | None:
    if "%" in text:
        return None
    try:
        return int(IPv6Address(text))
    except AddressValueError:
        return None


@lru_cache(maxsize=MOST_TEXTS)
def _ipv4_block(text: str) -> Block | None:
    return _block(text, 4)


@lru_cache(maxsize=MOST_TEXTS)
def _ipv6_block(text: str) -> Block | None:
    return _block(text, 6)


def _block(text: str, family: int) -> Block | None:
    head, _, tail = text.partition("/")
    length = _length(tail, BITS[family])
    number = _ADDRESSES[family](head)
    if length is None or number is None:
        return None
    host_bits = (1 << (BITS[family] - length)) - 1
    first = number & ~host_bits
    return Block(family, length, first, first | host_bits, aligned=first == number)


def _length(text: str, bits: int) -> int | None:
    """The mask as a number; ``None`` unless it is written in plain digits and not longer than an address."""
    if not (text.isascii() and text.isdigit()) or len(text) > 3 or (text[0] == "0" and text != "0"):
        return None
    length = int(text)
    return length if length <= bits else None


_ADDRESSES: dict[int, Callable[[str], int | None]] = {4: _ipv4_address, 6: _ipv6_address}
_BLOCKS: dict[int, Callable[[str], Block | None]] = {4: _ipv4_block, 6: _ipv6_block}

"""What a call asks for in one IP family, checked and turned into addresses and blocks of the vSwitch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Literal

from fakealiyun.documents import PREFIX_LENGTHS, PREFIX_REGIONS, Assumptions
from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.addresses import AddressSpace, Network

Family = Literal[4, 6]


@dataclass(frozen=True)
class Ask:
    """Single addresses and IP prefixes, each by list or by count; a count that is absent is ``None``."""

    family: Family
    addresses: tuple[str, ...] = ()
    count: int | None = None
    prefixes: tuple[str, ...] = ()
    prefix_count: int | None = None

    @property
    def wants_prefixes(self) -> bool:
        """Whether prefixes are asked for, in either way."""
        return bool(self.prefixes or self.prefix_count)

    @property
    def wants_addresses(self) -> bool:
        """Whether single addresses are asked for, in either way."""
        return bool(self.addresses or self.count)

    @property
    def is_empty(self) -> bool:
        """Whether the call names none of its parameters."""
        return not self.addresses and not self.prefixes and self.count is None and self.prefix_count is None

    @property
    def address_number(self) -> int:
        """How many single addresses are asked for."""
        return len(self.addresses) + (self.count or 0)

    @property
    def prefix_number(self) -> int:
        """How many prefixes are asked for."""
        return len(self.prefixes) + (self.prefix_count or 0)

    def with_primary(self, address: str | None) -> Ask:
        """The same with a primary address before all others: the one named, else one by count."""
        if address is None:
            return replace(self, count=(self.count or 0) + 1)
        return replace(self, addresses=(address, *self.addresses))


@dataclass(frozen=True)
class Grant:
    """What is assigned: addresses that were named, addresses by count, and blocks of prefixes."""

    named: tuple[int, ...] = ()
    counted: tuple[int, ...] = ()
    blocks: tuple[int, ...] = ()

    @property
    def addresses(self) -> tuple[int, ...]:
        """All single addresses."""
        return (*self.named, *self.counted)

    @property
    def size(self) -> int:
        """How much of a quota it takes: a prefix counts as one address (seed 002)."""
        return len(self.named) + len(self.counted) + len(self.blocks)


@dataclass(frozen=True)
class AskRules:
    """What an API publishes about its counts: how many of each one call may list or count."""

    listed: range
    counted: range
    prefixes: range


def check_ask(ask: Ask, rules: AskRules, region_id: str, assumptions: Assumptions) -> None:
    """Let an ask pass that is well-formed, whatever the vSwitch has.

    Raises
    ------
    ApiError
        A region without prefixes, list and count together, addresses and prefixes together, a number out of
        range, a wrong mask, a block that is not standard.
    """
    codes = assumptions.prefix_codes
    if ask.wants_prefixes and region_id not in PREFIX_REGIONS:
        raise exceptions.assumed(codes["region"], f"IP prefixes are not available in the region {region_id}.")
    if ask.addresses and ask.count:
        raise exceptions.conflicting_parameters("the list of addresses", "the number of addresses")
    if ask.prefixes and ask.prefix_count:
        raise exceptions.assumed(codes["list-and-count"], "Either list prefixes or give their number.")
    if ask.wants_addresses and ask.wants_prefixes:
        message = "Addresses and prefixes of one family cannot be assigned in one call."
        raise exceptions.assumed(codes["addresses-and-prefixes"], message)
    _check_numbers(ask, rules, assumptions)
    for text in ask.prefixes:
        _network(text, ask.family, assumptions)


def _check_numbers(ask: Ask, rules: AskRules, assumptions: Assumptions) -> None:
    for asked, allowed in ((len(ask.addresses) or None, rules.listed), (ask.count, rules.counted)):
        if asked is not None and asked not in allowed:
            raise exceptions.invalid_parameter(
                f"{allowed.start} to {allowed.stop - 1} addresses can be asked for."
            )
    for asked in (len(ask.prefixes) or None, ask.prefix_count):
        if asked is not None and asked not in rules.prefixes:
            message = f"{rules.prefixes.start} to {rules.prefixes.stop - 1} prefixes can be asked for."
            raise exceptions.assumed(assumptions.prefix_codes["number"], message)


def granted(
    ask: Ask,
    space: AddressSpace,
    reserved: Sequence[Network],
    skipped: Sequence[Network],
    assumptions: Assumptions,
    *,
    creating: bool,
) -> Grant:
    """What the vSwitch gives for an ask that `check_ask` let pass; nothing is taken yet.

    Parameters
    ----------
    reserved
        The reserved blocks that are Assigned: prefixes come out of them.
    skipped
        All reserved blocks: single addresses by count do not come out of them.
    creating
        Whether a call that creates an ENI asks; it names a used address with a code of its own.

    Raises
    ------
    ApiError
        An address or prefix that is outside, used already or named twice; too few that are free.
    """
    named = _named_addresses(ask, space, creating=creating)
    blocks = _named_blocks(ask, space, reserved, frozenset(map(space.block_of, named)), assumptions)
    avoided = frozenset(map(space.block_of, named))
    blocks += space.lowest_blocks(ask.prefix_count or 0, reserved, avoided)
    if len(blocks) < ask.prefix_number:
        message = "The reserved blocks of the vSwitch have too few free prefixes."
        raise exceptions.assumed(assumptions.prefix_codes["no-space"], message)
    counted = space.lowest_addresses(ask.count or 0, skipped, frozenset(named))
    if len(counted) < (ask.count or 0):
        raise exceptions.no_addresses_left(str(space.network))
    return Grant(tuple(named), tuple(counted), tuple(blocks))


def _named_addresses(ask: Ask, space: AddressSpace, *, creating: bool) -> list[int]:
    found: list[int] = []
    for text in ask.addresses:
        address = address_number(text, ask.family)
        if not space.is_usable(address):
            raise exceptions.outside_vswitch(text)
        if address in found:
            raise exceptions.address_repeated(text)
        if not space.is_free(address):
            raise exceptions.address_duplicated(text) if creating else exceptions.address_taken(text)
        found.append(address)
    return found


def _named_blocks(
    ask: Ask,
    space: AddressSpace,
    reserved: Sequence[Network],
    crowded: frozenset[int],
    assumptions: Assumptions,
) -> list[int]:
    codes = assumptions.prefix_codes
    found: list[int] = []
    for text in ask.prefixes:
        network = _network(text, ask.family, assumptions)
        if not _within(network, space.network):
            raise exceptions.assumed(codes["outside-vswitch"], f"{text} is not within {space.network}.")
        if not any(_within(network, one) for one in reserved):
            raise exceptions.assumed(
                codes["outside-reservation"], f"{text} is in no reserved block of the vSwitch."
            )
        block = space.block_of(int(network.network_address))
        if block in found or block in crowded or not space.is_free_block(block):
            raise exceptions.assumed(codes["overlap"], f"{text} overlaps with what is assigned already.")
        found.append(block)
    return found


def address_number(text: str, family: Family) -> int:
    """An address of a family as a number.

    Raises
    ------
    ApiError
        It is none.
    """
    try:
        return int(IPv4Address(text) if family == 4 else IPv6Address(text))
    except ValueError:
        raise exceptions.not_an_address(text) from None


def prefix_block(text: str, space: AddressSpace) -> int | None:
    """The block of a prefix, or ``None`` when the text is no prefix that could be assigned."""
    network = _read(text, 4 if space.network.version == 4 else 6)
    return None if network is None else space.block_of(int(network.network_address))


def _network(text: str, family: Family, assumptions: Assumptions) -> Network:
    codes = assumptions.prefix_codes
    length = text.rpartition("/")[2]
    if "/" not in text or length != str(PREFIX_LENGTHS[family]):
        raise exceptions.assumed(
            codes["mask"], f"The mask of an IPv{family} prefix is /{PREFIX_LENGTHS[family]}."
        )
    network = _read(text, family)
    if network is None:
        raise exceptions.assumed(
            codes["not-standard"], f"{text} is not a standard CIDR block of IPv{family}."
        )
    return network


def _read(text: str, family: Family) -> Network | None:
    try:
        network = IPv4Network(text) if family == 4 else IPv6Network(text)
    except ValueError:
        return None
    return network if network.prefixlen == PREFIX_LENGTHS[family] else None


def _within(network: Network, outer: Network) -> bool:
    """Whether a block lies within another of its family."""
    shift = outer.max_prefixlen - outer.prefixlen
    same = int(network.network_address) >> shift == int(outer.network_address) >> shift
    return same and network.prefixlen >= outer.prefixlen

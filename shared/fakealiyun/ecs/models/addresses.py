"""The addresses of one vSwitch: which are used, and which come next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

from fakealiyun.documents import PREFIX_LENGTHS

Network = IPv4Network | IPv6Network

#: Addresses at the two ends of a vSwitch that the system keeps (docs/sources.md, API).
_KEPT = {4: (1, 3), 6: (1, 9)}


class AddressSpace:
    """The addresses and IP prefixes of one vSwitch in one IP family.

    Addresses are whole numbers here. A block is the place of one IP prefix, counted from the zero address,
    so that a prefix and an address of the same block overlap. Each look-up is one step, however many
    addresses are used; the search for the next free ones goes on where the last one ended.

    Parameters
    ----------
    network
        The block of the vSwitch.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        kept_first, kept_last = _KEPT[network.version]
        self._first = int(network.network_address) + kept_first
        self._last = int(network.broadcast_address) - kept_last
        self._low_bits = network.max_prefixlen - PREFIX_LENGTHS[network.version]
        self._addresses: dict[int, str] = {}
        self._blocks: dict[int, str] = {}
        self._addresses_in_block: dict[int, int] = {}
        self._skipped: tuple[Network, ...] = ()
        self._next_address = self._first
        self._next_block: dict[Network, int] = {}

    # -- what is used --------------------------------------------------------------------------------------

    @property
    def used(self) -> int:
        """How many addresses are used, those inside prefixes included."""
        return len(self._addresses) + (len(self._blocks) << self._low_bits)

    def is_usable(self, address: int) -> bool:
        """Whether an address lies in the vSwitch and is none that the system keeps."""
        return self._first <= address <= self._last

    def is_free(self, address: int) -> bool:
        """Whether neither a single address nor a prefix covers it."""
        return address not in self._addresses and (address >> self._low_bits) not in self._blocks

    def is_free_block(self, block: int) -> bool:
        """Whether a prefix there would overlap with nothing."""
        return block not in self._blocks and block not in self._addresses_in_block

    def prefixes(self) -> dict[Network, str]:
        """Every assigned prefix with the id of its ENI."""
        return {self.prefix_at(block): eni_id for block, eni_id in self._blocks.items()}

    def blocks_within(self, network: Network) -> tuple[int, int]:
        """How many blocks of a part of the vSwitch hold a prefix, and how many hold single addresses."""
        first = self.block_of(int(network.network_address))
        last = self.block_of(int(network.broadcast_address))
        return _count_within(self._blocks, first, last), _count_within(self._addresses_in_block, first, last)

    # -- numbers and texts ---------------------------------------------------------------------------------

    def block_of(self, address: int) -> int:
        """The block that an address lies in."""
        return address >> self._low_bits

    def prefix_at(self, block: int) -> Network:
        """The prefix of a block."""
        length = PREFIX_LENGTHS[self.network.version]
        if self.network.version == 4:
            return IPv4Network((block << self._low_bits, length))
        return IPv6Network((block << self._low_bits, length))

    def text(self, address: int) -> str:
        """An address as a text."""
        return str(IPv4Address(address) if self.network.version == 4 else IPv6Address(address))

    # -- changes -------------------------------------------------------------------------------------------

    def take(self, eni_id: str, addresses: Iterable[int], blocks: Iterable[int]) -> None:
        """Give addresses and blocks, which have to be free, to an ENI."""
        for address in addresses:
            self._addresses[address] = eni_id
            block = address >> self._low_bits
            self._addresses_in_block[block] = self._addresses_in_block.get(block, 0) + 1
        for block in blocks:
            self._blocks[block] = eni_id

    def give_back(self, addresses: Iterable[int], blocks: Iterable[int]) -> None:
        """Free addresses and blocks."""
        for address in addresses:
            del self._addresses[address]
            self._next_address = min(self._next_address, address)
            block = address >> self._low_bits
            self._addresses_in_block[block] -= 1
            if not self._addresses_in_block[block]:
                del self._addresses_in_block[block]
                self._look_again_at(block)
        for block in blocks:
            del self._blocks[block]
            self._next_address = min(self._next_address, max(self._first, block << self._low_bits))
            self._look_again_at(block)

    def _look_again_at(self, block: int) -> None:
        for network, following in self._next_block.items():
            if self.block_of(int(network.network_address)) <= block < following:
                self._next_block[network] = block

    # -- the next free ones --------------------------------------------------------------------------------

    def lowest_addresses(self, count: int, skipped: Sequence[Network], avoided: frozenset[int]) -> list[int]:
        """The lowest free addresses; fewer than ``count`` when there are no more.

        Parameters
        ----------
        skipped
            Reserved blocks, out of which no single address comes by count.
        avoided
            Addresses that the same call names.
        """
        if tuple(skipped) != self._skipped:
            self._skipped, self._next_address = tuple(skipped), self._first
        found: list[int] = []
        address, lowest = self._next_address, None
        while address <= self._last and len(found) < count:
            following = self._past_hindrance(address)
            if following == address:
                lowest = address if lowest is None else lowest
                if address not in avoided:
                    found.append(address)
                following += 1
            address = following
        self._next_address = address if lowest is None else lowest
        return found

    def _past_hindrance(self, address: int) -> int:
        """The address itself when it is free, else the first one behind what covers it."""
        for network in self._skipped:
            if int(network.network_address) <= address <= int(network.broadcast_address):
                return int(network.broadcast_address) + 1
        block = address >> self._low_bits
        if block in self._blocks:
            return (block + 1) << self._low_bits
        return address + 1 if address in self._addresses else address

    def lowest_blocks(self, count: int, reserved: Sequence[Network], avoided: frozenset[int]) -> list[int]:
        """The lowest free blocks of reserved blocks; fewer than ``count`` when there are no more.

        Parameters
        ----------
        reserved
            Where prefixes may lie.
        avoided
            Blocks that hold an address which the same call names.
        """
        found: list[int] = []
        for network in sorted(reserved, key=lambda one: int(one.network_address)):
            block = self._next_block.get(network, self.block_of(int(network.network_address)))
            last, lowest = self.block_of(int(network.broadcast_address)), None
            while block <= last and len(found) < count:
                if self.is_free_block(block):
                    lowest = block if lowest is None else lowest
                    if block not in avoided:
                        found.append(block)
                block += 1
            self._next_block[network] = block if lowest is None else lowest
        return found


def _count_within(blocks: Mapping[int, object], first: int, last: int) -> int:
    """How many of these blocks are in a range, by whichever of the two is shorter."""
    if last - first < len(blocks):
        return sum(block in blocks for block in range(first, last + 1))
    return sum(first <= block <= last for block in blocks)

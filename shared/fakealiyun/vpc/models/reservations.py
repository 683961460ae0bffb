"""Reserved CIDR blocks of vSwitches, out of which IP prefixes are assigned."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from fakealiyun.documents import PREFIX_LENGTHS
from fakealiyun.vpc.models.networks import Network, VSwitch


@dataclass
class Reservation:
    """One reserved block; it is ``Assigning`` until ``ready_at``."""

    id: str
    vswitch_id: str
    vpc_id: str
    network: Network
    created_at: datetime
    ready_at: datetime
    name: str = ""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def family(self) -> int:
        """4 or 6."""
        return self.network.version

    @property
    def capacity(self) -> int:
        """How many IP prefixes the whole block holds: /28 of IPv4, /80 of IPv6."""
        return 1 << (PREFIX_LENGTHS[self.family] - self.network.prefixlen)

    def status(self, now: datetime) -> str:
        """``Assigning`` or ``Assigned``."""
        return "Assigned" if now >= self.ready_at else "Assigning"


class Reservations:
    """The reserved blocks of one region."""

    def __init__(self) -> None:
        self._all: dict[str, Reservation] = {}
        self._by_vswitch: dict[tuple[str, int], dict[str, Reservation]] = {}

    def find(self, reservation_id: str) -> Reservation | None:
        """A reserved block, or ``None``."""
        return self._all.get(reservation_id)

    def all(self) -> list[Reservation]:
        """Every reserved block, in the order they were made."""
        return list(self._all.values())

    def of(self, vswitch_id: str, family: int) -> list[Reservation]:
        """Those of a vSwitch for an IP family, in the order they were made."""
        return list(self._by_vswitch.get((vswitch_id, family), {}).values())

    def add(self, new: Reservation) -> None:
        """Have a new reserved block."""
        self._all[new.id] = new
        self._by_vswitch.setdefault((new.vswitch_id, new.family), {})[new.id] = new

    def remove(self, old: Reservation) -> None:
        """Drop a reserved block."""
        del self._all[old.id]
        del self._by_vswitch[old.vswitch_id, old.family][old.id]


def free_block(vswitch: VSwitch, family: int, length: int, taken: Iterable[Network]) -> Network | None:
    """The lowest block of a length in a vSwitch without system addresses that overlaps with none of these."""
    whole = vswitch.block(family)
    if whole is None or length <= whole.prefixlen:
        return None
    blocks = lowest_blocks(whole, length, taken)
    return next((block for block in blocks if not vswitch.holds_system_address(block)), None)


def lowest_blocks(whole: Network, length: int, taken: Iterable[Network]) -> Iterator[Network]:
    """Every block of a length within another that overlaps with none of these, lowest first."""
    others = [(int(one.network_address), int(one.broadcast_address)) for one in taken]
    size = 1 << (whole.max_prefixlen - length)
    start = int(whole.network_address)
    while start + size - 1 <= int(whole.broadcast_address):
        behind = next((last + 1 for first, last in others if first < start + size and last >= start), None)
        if behind is None:
            yield type(whole)((start, length))
        start = start + size if behind is None else -(-behind // size) * size

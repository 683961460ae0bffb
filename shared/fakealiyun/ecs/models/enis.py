"""The ENIs of one region."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Protocol

from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.addresses import AddressSpace, Network
from fakealiyun.ecs.models.asks import Family, Grant
from fakealiyun.ecs.models.eni import FOLLOWING, Eni, EniPermission, EniStatus


class HasBlocks(Protocol):
    """A vSwitch, as far as ENIs need it."""

    @property
    def id(self) -> str:
        """Its id."""

    def block(self, family: int) -> Network | None:
        """Its block of an IP family; ``None`` when it has none."""


class Enis:
    """The ENIs of one region with their addresses, and what stands in which group, vSwitch and instance.

    Every look-up by id, group, vSwitch or instance costs as much as it returns, and the number of addresses
    in a group is kept as they change.
    """

    def __init__(self) -> None:
        self.permissions: dict[str, EniPermission] = {}
        self._enis: dict[str, Eni] = {}
        self._spaces: dict[tuple[str, int], AddressSpace] = {}
        self._by_group: dict[str, dict[str, Eni]] = {}
        self._by_vswitch: dict[str, dict[str, Eni]] = {}
        self._by_instance: dict[str, dict[str, Eni]] = {}
        self._addresses_in_group: dict[str, int] = {}
        #: States that end by themselves: (when, ENI id), soonest first.
        self._due: list[tuple[datetime, str]] = []
        self._removed: list[str] = []

    # -- look-up -------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._enis)

    def get(self, eni_id: str) -> Eni:
        """An ENI.

        Raises
        ------
        ApiError
            ``InvalidEniId.NotFound`` with status 404.
        """
        found = self._enis.get(eni_id)
        if found is None:
            raise exceptions.eni_not_found(eni_id)
        return found

    def find(self, eni_id: str) -> Eni | None:
        """An ENI, or ``None``."""
        return self._enis.get(eni_id)

    def named(self, eni_ids: Iterable[str]) -> list[Eni]:
        """Those of these ids that exist, each once."""
        return [self._enis[eni_id] for eni_id in dict.fromkeys(eni_ids) if eni_id in self._enis]

    def all(self) -> list[Eni]:
        """Every ENI, in the order they were made."""
        return list(self._enis.values())

    def in_group(self, group_id: str) -> list[Eni]:
        """The ENIs in a security group."""
        return list(self._by_group.get(group_id, {}).values())

    def in_vswitch(self, vswitch_id: str) -> list[Eni]:
        """The ENIs of a vSwitch."""
        return list(self._by_vswitch.get(vswitch_id, {}).values())

    def of_instance(self, instance_id: str) -> list[Eni]:
        """The ENIs of an instance, the primary one first; those that attach or detach are among them."""
        return list(self._by_instance.get(instance_id, {}).values())

    def addresses_in_group(self, group_id: str) -> int:
        """How many private addresses stand in a group, IPv4 and IPv6; a prefix counts as one (seed 002)."""
        return self._addresses_in_group.get(group_id, 0)

    def space(self, vswitch: HasBlocks, family: Family) -> AddressSpace:
        """The addresses of a vSwitch in an IP family.

        Raises
        ------
        ApiError
            ``InvalidVSwitch.Ipv6NotTurnOn``: the vSwitch has no IPv6.
        """
        network = vswitch.block(family)
        if network is None:
            raise exceptions.ipv6_off(vswitch.id)
        found = self._spaces.get((vswitch.id, family))
        if found is None or found.network != network:
            found = self._spaces[vswitch.id, family] = AddressSpace(network)
        return found

    def used_addresses(self, vswitch_id: str, family: int) -> int:
        """How many addresses of a vSwitch are used, those inside prefixes included."""
        space = self._spaces.get((vswitch_id, family))
        return 0 if space is None else space.used

    def prefixes_in(self, vswitch_id: str, family: int) -> Mapping[Network, str]:
        """Every prefix assigned out of a vSwitch, with the id of its ENI."""
        space = self._spaces.get((vswitch_id, family))
        return {} if space is None else space.prefixes()

    # -- making and ending ---------------------------------------------------------------------------------

    def add(self, eni: Eni) -> None:
        """Take up a new ENI, which has no addresses yet."""
        self._enis[eni.id] = eni
        self._by_vswitch.setdefault(eni.vswitch_id, {})[eni.id] = eni
        for group_id in eni.groups:
            self._by_group.setdefault(group_id, {})[eni.id] = eni
        if eni.instance_id is not None:
            self._by_instance.setdefault(eni.instance_id, {})[eni.id] = eni

    def remove(self, eni: Eni) -> None:
        """Let an ENI be no more; its addresses become free."""
        for family in (4, 6):
            self.unassign(eni, family, list(eni.addresses(family)), list(eni.prefixes(family)))
        self.put_in_groups(eni, [])
        self.leave_instance(eni)
        del self._by_vswitch[eni.vswitch_id][eni.id]
        del self._enis[eni.id]
        self._removed.append(eni.id)
        for permission in [one for one in self.permissions.values() if one.eni_id == eni.id]:
            del self.permissions[permission.id]

    def forget_removed(self) -> list[str]:
        """The ids of the ENIs that were removed since this was last asked."""
        removed, self._removed = self._removed, []
        return removed

    # -- addresses and groups ------------------------------------------------------------------------------

    def assign(self, eni: Eni, space: AddressSpace, family: int, grant: Grant) -> None:
        """Give an ENI what was granted."""
        space.take(eni.id, grant.addresses, grant.blocks)
        eni.addresses(family).extend(map(space.text, grant.addresses))
        eni.prefixes(family).extend(str(space.prefix_at(block)) for block in grant.blocks)
        self._count(eni, grant.size)

    def unassign(self, eni: Eni, family: int, addresses: Sequence[str], prefixes: Sequence[str]) -> None:
        """Take addresses and prefixes, which it has, from an ENI."""
        if not addresses and not prefixes:
            return
        space = self._spaces[eni.vswitch_id, family]
        starts = (int(ip_address(prefix.partition("/")[0])) for prefix in prefixes)
        space.give_back(
            [int(ip_address(text)) for text in addresses], [space.block_of(start) for start in starts]
        )
        for text in addresses:
            eni.addresses(family).remove(text)
        for text in prefixes:
            eni.prefixes(family).remove(text)
        self._count(eni, -len(addresses) - len(prefixes))

    def put_in_groups(self, eni: Eni, group_ids: Sequence[str]) -> None:
        """Let an ENI be in these groups and no others."""
        for group_id in eni.groups:
            del self._by_group[group_id][eni.id]
            self._addresses_in_group[group_id] -= eni.total_size
        eni.groups = list(group_ids)
        for group_id in eni.groups:
            self._by_group.setdefault(group_id, {})[eni.id] = eni
        self._count(eni, eni.total_size)

    def _count(self, eni: Eni, more: int) -> None:
        for group_id in eni.groups:
            self._addresses_in_group[group_id] = self._addresses_in_group.get(group_id, 0) + more

    # -- instances and states ------------------------------------------------------------------------------

    def join_instance(self, eni: Eni, instance_id: str) -> None:
        """Let an ENI belong to an instance."""
        members = self._by_instance.setdefault(instance_id, {})
        used = {one.device_index for one in members.values()}
        eni.instance_id = instance_id
        eni.device_index = next(index for index in range(len(used) + 1) if index not in used)
        members[eni.id] = eni

    def leave_instance(self, eni: Eni) -> None:
        """Let an ENI belong to no instance."""
        if eni.instance_id is None:
            return
        del self._by_instance[eni.instance_id][eni.id]
        eni.instance_id = eni.device_index = eni.trunk_id = None
        if eni.type == "Member":
            eni.type = "Secondary"

    def enter(self, eni: Eni, status: EniStatus, until: datetime) -> None:
        """Let an ENI enter a state that ends by itself."""
        eni.status, eni.due = status, until
        heapq.heappush(self._due, (until, eni.id))

    def settle(self, now: datetime) -> None:
        """End every state whose time has come."""
        while self._due and self._due[0][0] <= now:
            until, eni_id = heapq.heappop(self._due)
            eni = self._enis.get(eni_id)
            if eni is not None and eni.due == until:
                self._end_state(eni)

    def _end_state(self, eni: Eni) -> None:
        following = FOLLOWING[eni.status]
        eni.due = None
        if following is None:
            self.remove(eni)
            return
        eni.status = following
        if following == "Available":
            self.leave_instance(eni)

"""EIPs and what they are bound to."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from fakealiyun.vpc import exceptions

InstanceType = Literal["EcsInstance", "NetworkInterface"]
Mode = Literal["NAT", "MULTI_BINDED", "BINDED"]


@dataclass(frozen=True)
class Binding:
    """What an EIP is bound to: an ENI or an instance, and a private address of it."""

    instance_id: str
    instance_type: InstanceType
    private_ip: str
    mode: Mode
    vpc_id: str


@dataclass
class Eip:
    """One EIP.

    ``settled_at`` is when its last change is done: until then it is Associating, or Unassociating when it has
    no binding. ``service`` is set for one that a service made.
    """

    id: str
    address: str
    created_at: datetime
    settled_at: datetime
    bandwidth: str = "5"
    internet_charge_type: str = "PayByBandwidth"
    charge_type: str = "PostPaid"
    isp: str = "BGP"
    netmode: str = "public"
    name: str = ""
    description: str = ""
    resource_group_id: str = ""
    service: str | None = None
    service_id: int | None = None
    binding: Binding | None = None
    tags: dict[str, str] = field(default_factory=dict)

    def status(self, now: datetime) -> str:
        """Available, Associating, InUse or Unassociating."""
        if self.binding is None:
            return "Available" if now >= self.settled_at else "Unassociating"
        return "InUse" if now >= self.settled_at else "Associating"


class Eips:
    """The EIPs of one region, by id and by what they are bound to."""

    def __init__(self) -> None:
        self._eips: dict[str, Eip] = {}
        self._bound: dict[str, dict[str, Eip]] = {}

    def get(self, allocation_id: str) -> Eip:
        """An EIP, or ``InvalidAllocationId.NotFound``."""
        found = self._eips.get(allocation_id)
        if found is None:
            raise exceptions.eip_not_found(allocation_id)
        return found

    def find(self, allocation_id: str) -> Eip | None:
        """An EIP, or ``None``."""
        return self._eips.get(allocation_id)

    def all(self) -> list[Eip]:
        """Every EIP, in the order they were made."""
        return list(self._eips.values())

    def bound_to(self, instance_id: str) -> list[Eip]:
        """The EIPs of an ENI or instance, in the order they were bound."""
        return list(self._bound.get(instance_id, {}).values())

    def add(self, new: Eip) -> None:
        """Have a new EIP."""
        self._eips[new.id] = new

    def remove(self, old: Eip) -> None:
        """Drop an EIP that is bound to nothing."""
        del self._eips[old.id]

    def bind(self, eip: Eip, binding: Binding, done_at: datetime) -> None:
        """Bind an EIP that is bound to nothing."""
        eip.binding, eip.settled_at = binding, done_at
        self._bound.setdefault(binding.instance_id, {})[eip.id] = eip

    def unbind(self, eip: Eip, done_at: datetime) -> None:
        """Let an EIP go from what it is bound to."""
        if eip.binding is not None:
            del self._bound[eip.binding.instance_id][eip.id]
            eip.binding, eip.settled_at = None, done_at

    def forget(self, instance_id: str, now: datetime) -> None:
        """Let go of an ENI or instance that is no more."""
        for eip in self.bound_to(instance_id):
            self.unbind(eip, now)

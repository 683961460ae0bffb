"""One ENI and the permissions on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

EniType = Literal["Primary", "Secondary", "Trunk", "Member"]
EniStatus = Literal["Available", "Attaching", "InUse", "Detaching", "Deleting"]

#: What an ENI is once a state ends that ends by itself; ``None`` when it is no more.
FOLLOWING: dict[EniStatus, EniStatus | None] = {
    "Attaching": "InUse",
    "Detaching": "Available",
    "Deleting": None,
}


@dataclass
class QosLimits:
    """Traffic limits of an ENI: bandwidth in kbit/s, packets a second, sessions; ``None`` for no limit."""

    bandwidth_in: int | None = None
    bandwidth_out: int | None = None
    packets_in: int | None = None
    packets_out: int | None = None
    sessions: int | None = None


@dataclass
class Tracking:
    """How long connections are tracked, in seconds (the defaults of the cloud)."""

    tcp_established: int = 910
    tcp_closed: int = 3
    udp: int = 30


@dataclass(slots=True)
class Eni:
    """One ENI.

    ``ipv4`` begins with the primary private address. Addresses and prefixes are texts in canonical form.
    ``service`` and ``service_id`` are set in managed mode. ``due`` is when a state ends that ends by itself.
    """

    id: str
    type: EniType
    status: EniStatus
    vpc_id: str
    vswitch_id: str
    zone_id: str
    mac: str
    created_at: datetime
    ipv4: list[str] = field(default_factory=list)
    ipv6: list[str] = field(default_factory=list)
    ipv4_prefixes: list[str] = field(default_factory=list)
    ipv6_prefixes: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    name: str = ""
    description: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    resource_group_id: str = ""
    service: str | None = None
    service_id: int | None = None
    instance_id: str | None = None
    trunk_id: str | None = None
    device_index: int | None = None
    card_index: int = 0
    due: datetime | None = None
    source_dest_check: bool = False
    delete_on_release: bool = True
    primary_ipv6: bool = False
    traffic_mode: str = "Standard"
    queues: int | None = None
    queue_pairs: int | None = None
    tracking: Tracking | None = None
    qos: QosLimits | None = None

    @property
    def primary_ip(self) -> str:
        """The primary private address."""
        return self.ipv4[0]

    def addresses(self, family: int) -> list[str]:
        """The single addresses of an IP family (4 or 6)."""
        return self.ipv4 if family == 4 else self.ipv6

    def prefixes(self, family: int) -> list[str]:
        """The prefixes of an IP family (4 or 6)."""
        return self.ipv4_prefixes if family == 4 else self.ipv6_prefixes

    def size(self, family: int) -> int:
        """How many addresses of a family it has; a prefix counts as one (seed 002)."""
        return len(self.addresses(family)) + len(self.prefixes(family))

    @property
    def total_size(self) -> int:
        """How much of a group's quota it takes."""
        return len(self.ipv4) + len(self.ipv6) + len(self.ipv4_prefixes) + len(self.ipv6_prefixes)


@dataclass(frozen=True)
class EniPermission:
    """Another account's right to attach an ENI."""

    id: str
    eni_id: str
    account_id: int
    permission: str
    service: str

"""The state of VPC in one region."""

from __future__ import annotations

from dataclasses import dataclass, field

from fakealiyun.vpc.models.eips import Eips
from fakealiyun.vpc.models.ipv6 import Ipv6Addresses, Ipv6Gateways
from fakealiyun.vpc.models.networks import Networks, VSwitch
from fakealiyun.vpc.models.reservations import Reservation, Reservations


@dataclass
class VpcState:
    """What one account has of VPC in one region."""

    networks: Networks = field(default_factory=Networks)
    reservations: Reservations = field(default_factory=Reservations)
    eips: Eips = field(default_factory=Eips)
    gateways: Ipv6Gateways = field(default_factory=Ipv6Gateways)
    ipv6: Ipv6Addresses = field(default_factory=Ipv6Addresses)

    def vswitch(self, vswitch_id: str) -> VSwitch:
        """A vSwitch.

        Raises
        ------
        ApiError
            ``InvalidVSwitchId.NotFound`` with status 404.
        """
        return self.networks.vswitch(vswitch_id)

    def reservations_of(self, vswitch_id: str, family: int) -> list[Reservation]:
        """The reserved blocks of a vSwitch for an IP family (4 or 6), in the order they were made."""
        return self.reservations.of(vswitch_id, family)

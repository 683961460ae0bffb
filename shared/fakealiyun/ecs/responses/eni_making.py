"""CreateNetworkInterface, and how instances make their ENIs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.asks import Ask, AskRules, Family, Grant, check_ask, granted
from fakealiyun.ecs.models.eni import Eni, EniType, Tracking
from fakealiyun.ecs.models.groups import Group
from fakealiyun.ecs.models.quotas import check_room, check_without_instance
from fakealiyun.ecs.responses.eni_items import created_item
from fakealiyun.ecs.responses.group_use import named_groups, usable_groups
from fakealiyun.identities import service_number
from fakealiyun.services import Call, Fields, idempotent
from fakealiyun.vpc.models.networks import VSwitch
from fakealiyun.wire.parameters import Parameters
from fakealiyun.wire.tags import read_tags

#: Addresses that CreateNetworkInterface takes by list and by count, as the text of the API has it.
_LISTED = range(1, 11)
_COUNTED: dict[int, range] = {4: range(50), 6: range(11)}
_ANY_NUMBER = range(1 << 31)


def create_network_interface(call: Call) -> Fields:
    """Make an ENI; one that a cloud service makes is in managed mode."""
    return idempotent(call, lambda: _created(call))


def _created(call: Call) -> Fields:
    parameters = call.parameters
    vswitch_id = parameters.required("VSwitchId")
    group_ids = named_groups(parameters)
    asks = (read_ask(parameters, 4), read_ask(parameters, 6))
    most = call.cloud.assumptions.prefixes_per_create
    for ask in asks:
        rules = AskRules(_LISTED, _COUNTED[ask.family], _ANY_NUMBER if most is None else range(most + 1))
        check_ask(ask, rules, call.region.id, call.cloud.assumptions)
    attributes = {**new_attributes(parameters), "tags": read_tags(parameters)}
    eni_type = _type(parameters)
    vswitch = call.region.vpc.vswitch(vswitch_id)
    groups = usable_groups(call, group_ids, vswitch.vpc_id)
    check_without_instance(asks, call.cloud.assumptions)
    placed = place(call, vswitch, groups, parameters.text("PrimaryIpAddress"), asks)
    eni = make(call, vswitch, groups, placed, eni_type)
    put_attributes(eni, attributes)
    manage(call, eni)
    return created_item(call.region, eni)


@dataclass(frozen=True)
class Placed:
    """Where a new ENI goes: its primary address, and what it gets in each family."""

    primary: int
    grants: dict[Family, Grant] = field(default_factory=dict)


def place(
    call: Call, vswitch: VSwitch, groups: Sequence[Group], primary: str | None, asks: Sequence[Ask]
) -> Placed:
    """Addresses for a new ENI; nothing is taken yet.

    Raises
    ------
    ApiError
        The vSwitch cannot give them, or a group has no room for them.
    """
    enis = call.region.ecs.enis
    if len(enis) >= call.cloud.assumptions.enis_per_region:
        raise exceptions.too_many_enis_in_region()
    more = 1 + sum(ask.address_number + ask.prefix_number for ask in asks)
    check_room(enis, groups, more)
    grants: dict[Family, Grant] = {}
    for ask in asks:
        if ask.family == 4:
            grants[4] = grant(call, vswitch, ask.with_primary(primary), creating=True)
        elif ask.wants_addresses or ask.wants_prefixes:
            grants[6] = grant(call, vswitch, ask, creating=True)
    ipv4 = grants[4]
    return Placed(ipv4.named[0] if primary is not None else ipv4.counted[0], grants)


def grant(call: Call, vswitch: VSwitch, ask: Ask, *, creating: bool) -> Grant:
    """What a vSwitch gives for an ask; nothing is taken yet.

    Raises
    ------
    ApiError
        It cannot give it.
    """
    space = call.region.ecs.enis.space(vswitch, ask.family)
    reservations = call.region.vpc.reservations_of(vswitch.id, ask.family)
    now = call.cloud.clock.now()
    skipped = [one.network for one in reservations]
    reserved = [one.network for one in reservations if one.status(now) == "Assigned"]
    return granted(ask, space, reserved, skipped, call.cloud.assumptions, creating=creating)


def make(call: Call, vswitch: VSwitch, groups: Sequence[Group], placed: Placed, eni_type: EniType) -> Eni:
    """A new ENI with its addresses, in its groups."""
    ids, enis = call.cloud.ids, call.region.ecs.enis
    number = ids.number("mac address")
    eni = Eni(
        id=ids.next("eni"),
        type=eni_type,
        status="Available",
        vpc_id=vswitch.vpc_id,
        vswitch_id=vswitch.id,
        zone_id=vswitch.zone_id,
        mac=f"00:16:3e:{number >> 16 & 255:02x}:{number >> 8 & 255:02x}:{number & 255:02x}",
        created_at=call.cloud.clock.now(),
        groups=[group.id for group in groups],
    )
    enis.add(eni)
    for family, part in placed.grants.items():
        enis.assign(eni, enis.space(vswitch, family), family, part)
    primary = enis.space(vswitch, 4).text(placed.primary)
    eni.ipv4.sort(key=lambda text: text != primary)
    return eni


def new_attributes(parameters: Parameters) -> dict[str, object]:
    """The attributes that a call gives a new ENI, by their names in `Eni`."""
    traffic = parameters.below("NetworkInterfaceTrafficConfig")
    mode = traffic.text("NetworkInterfaceTrafficMode") or parameters.text("NetworkInterfaceTrafficMode")
    return {
        "name": parameters.text("NetworkInterfaceName") or "",
        "description": parameters.text("Description") or "",
        "resource_group_id": parameters.text("ResourceGroupId") or "",
        "source_dest_check": parameters.flag("SourceDestCheck") or False,
        "delete_on_release": parameters.flag("DeleteOnRelease") is not False,
        "primary_ipv6": parameters.flag("EnablePrimaryIPv6") or False,
        "traffic_mode": mode or "Standard",
        "queues": traffic.integer("QueueNumber") or parameters.integer("QueueNumber"),
        "queue_pairs": traffic.integer("QueuePairNumber") or parameters.integer("QueuePairNumber"),
        "tracking": read_tracking(parameters, None),
    }


def put_attributes(eni: Eni, attributes: Mapping[str, object]) -> None:
    """Give an ENI attributes by their names in `Eni`."""
    for name, value in attributes.items():
        setattr(eni, name, value)


def read_tracking(parameters: Parameters, current: Tracking | None) -> Tracking | None:
    """How long connections are tracked: what a call says of it, in place of what is current."""
    asked = parameters.below("ConnectionTrackingConfiguration")
    if not asked.values:
        return current
    before = current or Tracking()
    return Tracking(
        asked.integer("TcpEstablishedTimeout") or before.tcp_established,
        asked.integer("TcpClosedAndTimeWaitTimeout") or before.tcp_closed,
        asked.integer("UdpTimeout") or before.udp,
    )


def manage(call: Call, eni: Eni) -> None:
    """Put an ENI that a cloud service makes in managed mode: its description names the service (seed 000)."""
    service = call.caller.service
    if service is None:
        return
    eni.service, eni.service_id = service, service_number(service)
    eni.description = described(eni.description, service)


def described(description: str, service: str) -> str:
    """A description that contains the name of the managing service."""
    return description if service in description else f"{description} {service}".strip()


def read_ask(parameters: Parameters, family: Family) -> Ask:
    """What a call asks for in an IP family; the two Assign calls and CreateNetworkInterface name it alike."""
    if family == 4:
        addresses, count = "PrivateIpAddress", "SecondaryPrivateIpAddressCount"
    else:
        addresses, count = "Ipv6Address", "Ipv6AddressCount"
    return Ask(
        family,
        tuple(parameters.texts(addresses)),
        parameters.integer(count),
        tuple(parameters.texts(f"Ipv{family}Prefix")),
        parameters.integer(f"Ipv{family}PrefixCount"),
    )


def _type(parameters: Parameters) -> Literal["Secondary", "Trunk"]:
    text = parameters.text("InstanceType") or "Secondary"
    if text == "Secondary":
        return "Secondary"
    if text == "Trunk":
        return "Trunk"
    raise exceptions.invalid_parameter("The parameter InstanceType is neither Secondary nor Trunk.")

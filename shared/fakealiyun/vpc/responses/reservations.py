"""Wire in and out of reserved CIDR blocks of vSwitches."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from fakealiyun.clock import text_of
from fakealiyun.documents import PREFIX_LENGTHS
from fakealiyun.ecs.models.asks import Family
from fakealiyun.errors import MissingParameter
from fakealiyun.services import Call, Fields, Handler, idempotent
from fakealiyun.vpc import exceptions
from fakealiyun.vpc.models.networks import Network, VSwitch
from fakealiyun.vpc.models.reservations import Reservation, free_block
from fakealiyun.vpc.responses.asked import end_dry_run, read_block, tag_list, within
from fakealiyun.wire.paging import Sizes, by_token
from fakealiyun.wire.tags import carries, read_tags

if TYPE_CHECKING:
    from fakealiyun.region import Region

#: By its mask alone, an IPv4 block has at least 2 bits more than the vSwitch, an IPv6 block at least 1
#: (CreateVSwitchCidrReservation, VSwitchCidrReservationMask).
_BITS_BELOW = {4: 2, 6: 1}
#: IpPrefixNumber of CreateVSwitchCidrReservation.
_PREFIX_NUMBERS = range(1, 33)
_FAMILIES: dict[str, Family] = {"IPv4": 4, "IPv6": 6}
#: Ids of one ListVSwitchCidrReservations.
_MOST_IDS = 10
_PAGE = Sizes()


def create_vswitch_cidr_reservation(call: Call) -> Fields:
    """Reserve a block: the one named, or one of a mask, or one that holds a number of prefixes."""
    return idempotent(call, lambda: _create(call))


def modify_vswitch_cidr_reservation_attribute(call: Call) -> Fields:
    """Rename a reserved block or describe it anew."""
    found = _named(call)
    end_dry_run(call)

    def change() -> Fields:
        name = call.parameters.text("VSwitchCidrReservationName")
        description = call.parameters.text("VSwitchCidrReservationDescription")
        found.name = found.name if name is None else name
        found.description = found.description if description is None else description
        return {}

    return idempotent(call, change)


def delete_vswitch_cidr_reservation(call: Call) -> Fields:
    """Give up a reserved block out of which no prefix is assigned."""
    return idempotent(call, lambda: _delete(call))


def list_vswitch_cidr_reservations(call: Call) -> Fields:
    """The reserved blocks of an IP family (IPv4 unless the call says otherwise)."""
    asked = call.parameters
    ids = asked.texts("VSwitchCidrReservationIds")
    if len(ids) > _MOST_IDS:
        raise exceptions.invalid_parameter("VSwitchCidrReservationIds")
    family, kind = _family(call), asked.text("VSwitchCidrReservationType")
    found = [
        one
        for one in _candidates(call, family, ids)
        if kind in (None, "prefix") and carries(one.tags, asked.objects("Tags"))
    ]
    page = by_token(asked, found, _PAGE)
    now = call.cloud.clock.now()
    items = [_fields(call.region, one, now) for one in page.items]
    return {**page.fields, "VSwitchCidrReservations": items}


def get_vswitch_cidr_reservation_usage(call: Call) -> Fields:
    """The prefixes assigned out of a reserved block, in the order of their addresses."""
    found = _named(call)
    used = [
        {
            "VSwitchCidrReservationId": found.id,
            "VSwitchId": found.vswitch_id,
            "IpPrefixCidr": str(prefix),
            "IpPrefixId": f"ipp-{int(prefix.network_address):x}",
            "ResourceId": eni_id,
            "ResourceType": "NetworkInterface",
        }
        for prefix, eni_id in _assigned(call.region, found)
    ]
    page = by_token(call.parameters, used, _PAGE)
    return {**page.fields, "CidrReservationUsages": list(page.items)}


HANDLERS: Mapping[str, Handler] = {
    "CreateVSwitchCidrReservation": create_vswitch_cidr_reservation,
    "ModifyVSwitchCidrReservationAttribute": modify_vswitch_cidr_reservation_attribute,
    "DeleteVSwitchCidrReservation": delete_vswitch_cidr_reservation,
    "ListVSwitchCidrReservations": list_vswitch_cidr_reservations,
    "GetVSwitchCidrReservationUsage": get_vswitch_cidr_reservation_usage,
}


def reservation_items(region: Region, now: datetime) -> list[dict[str, Any]]:
    """The reserved blocks of a region."""
    return [_fields(region, one, now) for one in region.vpc.reservations.all()]


def _create(call: Call) -> Fields:
    asked = call.parameters
    vswitch = call.region.vpc.vswitch(asked.required("VSwitchId"))
    if asked.text("VSwitchCidrReservationType") not in (None, "prefix"):
        raise exceptions.invalid_parameter("VSwitchCidrReservationType")
    family = _family(call)
    network = _network(call, vswitch, family)
    tags = read_tags(asked)
    _check_quota(call, vswitch, family)
    end_dry_run(call)
    now = call.cloud.clock.now()
    new = Reservation(
        id=call.cloud.ids.next("vcr"),
        vswitch_id=vswitch.id,
        vpc_id=vswitch.vpc_id,
        network=network,
        created_at=now,
        ready_at=now + timedelta(seconds=call.cloud.assumptions.reservation_transition),
        name=asked.text("VSwitchCidrReservationName") or "",
        description=asked.text("VSwitchCidrReservationDescription") or "",
        tags=tags,
    )
    call.region.vpc.reservations.add(new)
    return {"VSwitchCidrReservationId": new.id}


def _delete(call: Call) -> Fields:
    found = _named(call)
    assigned = _assigned(call.region, found)
    if assigned:
        message = f"The prefix {assigned[0][0]} of the reserved block {found.id} is assigned."
        raise exceptions.assumed(call, "reservation-in-use", message)
    end_dry_run(call)
    call.region.vpc.reservations.remove(found)
    return {}


def _family(call: Call) -> Family:
    family = _FAMILIES.get(call.parameters.text("IpVersion") or "IPv4")
    if family is None:
        raise exceptions.invalid_parameter("IpVersion")
    return family


def _named(call: Call) -> Reservation:
    reservation_id = call.parameters.required("VSwitchCidrReservationId")
    found = call.region.vpc.reservations.find(reservation_id)
    if found is None:
        message = f"The specified reserved block {reservation_id} does not exist."
        raise exceptions.assumed(call, "reservation-not-found", message)
    return found


def _network(call: Call, vswitch: VSwitch, family: Family) -> Network:
    """The block to reserve, checked."""
    asked = call.parameters
    cidr, mask = asked.text("VSwitchCidrReservationCidr"), asked.text("VSwitchCidrReservationMask")
    if cidr is not None and mask is not None:
        raise exceptions.mask_and_cidr()
    whole = vswitch.block(family)
    if whole is None:
        raise exceptions.assumed(call, "reservation-outside", f"The vSwitch {vswitch.id} has no IPv6.")
    if cidr is not None:
        return _named_network(call, vswitch, whole, cidr)
    length = _length(call, whole)
    others = [one.network for one in call.region.vpc.reservations.of(vswitch.id, family)]
    network = free_block(vswitch, family, length, others)
    if network is None:
        raise exceptions.assumed(call, "reservation-no-space", f"The vSwitch has no free block of /{length}.")
    return network


def _named_network(call: Call, vswitch: VSwitch, whole: Network, cidr: str) -> Network:
    network = read_block(cidr, whole.version)
    if network is None:
        raise exceptions.assumed(call, "reservation-bad-cidr", f"{cidr} is not a standard CIDR block.")
    if network.prefixlen > PREFIX_LENGTHS[whole.version]:
        message = f"A reserved block is at least a /{PREFIX_LENGTHS[whole.version]}."
        raise exceptions.assumed(call, "reservation-mask", message)
    if not within(network, whole) or network == whole:
        raise exceptions.assumed(call, "reservation-outside", f"{cidr} is not a proper subset of {whole}.")
    if vswitch.holds_system_address(network):
        raise exceptions.assumed(call, "reservation-system", f"{cidr} holds addresses that the system keeps.")
    others = call.region.vpc.reservations.of(vswitch.id, network.version)
    if any(within(network, one.network) or within(one.network, network) for one in others):
        raise exceptions.assumed(call, "reservation-overlap", f"{cidr} overlaps with another reserved block.")
    return network


def _length(call: Call, whole: Network) -> int:
    """The mask of a block that the call does not name: as it says, or wide enough for its prefixes."""
    smallest = PREFIX_LENGTHS[whole.version]
    mask = call.parameters.integer("VSwitchCidrReservationMask")
    number = call.parameters.integer("IpPrefixNumber")
    if mask is None and number is None:
        raise MissingParameter("VSwitchCidrReservationCidr")
    if mask is None and number not in _PREFIX_NUMBERS:
        raise exceptions.invalid_parameter("IpPrefixNumber")
    length = mask if mask is not None else smallest - ((number or 1) - 1).bit_length()
    if not whole.prefixlen + _BITS_BELOW[whole.version] <= length <= smallest:
        raise exceptions.assumed(
            call, "reservation-mask", f"A block of /{length} cannot be reserved in {whole}."
        )
    return length


def _check_quota(call: Call, vswitch: VSwitch, family: Family) -> None:
    reservations, limits = call.region.vpc.reservations, call.cloud.assumptions
    beside = call.region.vpc.networks.vpc(vswitch.vpc_id).vswitches
    in_vswitch = len(reservations.of(vswitch.id, family))
    in_vpc = sum(len(reservations.of(one, family)) for one in beside)
    if in_vswitch >= limits.reservations_per_vswitch or in_vpc >= limits.reservations_per_vpc:
        message = f"The vSwitch {vswitch.id} or its VPC has as many reserved blocks as it may have."
        raise exceptions.assumed(call, "reservation-quota", message)


def _candidates(call: Call, family: Family, ids: list[str]) -> list[Reservation]:
    reservations, vswitch_id = call.region.vpc.reservations, call.parameters.text("VSwitchId")
    if ids:
        found = [one for one in map(reservations.find, ids) if one is not None]
    else:
        found = reservations.all() if vswitch_id is None else reservations.of(vswitch_id, family)
    return [one for one in found if one.family == family and vswitch_id in (None, one.vswitch_id)]


def _assigned(region: Region, reservation: Reservation) -> list[tuple[Network, str]]:
    """The prefixes out of a reserved block with the ids of their ENIs, lowest first."""
    prefixes = region.ecs.enis.prefixes_in(reservation.vswitch_id, reservation.family)
    inside = [(prefix, eni_id) for prefix, eni_id in prefixes.items() if within(prefix, reservation.network)]
    return sorted(inside, key=lambda pair: int(pair[0].network_address))


def _fields(region: Region, reservation: Reservation, now: datetime) -> dict[str, Any]:
    vswitch = region.vpc.vswitch(reservation.vswitch_id)
    family: Family = 4 if reservation.family == 4 else 6
    assigned, crowded = region.ecs.enis.space(vswitch, family).blocks_within(reservation.network)
    return {
        "VSwitchCidrReservationId": reservation.id,
        "VSwitchCidrReservationName": reservation.name,
        "VSwitchCidrReservationDescription": reservation.description,
        "VSwitchCidrReservationCidr": str(reservation.network),
        "VSwitchId": reservation.vswitch_id,
        "VpcId": reservation.vpc_id,
        "IpVersion": f"IPv{reservation.family}",
        "Type": "prefix",
        "Status": reservation.status(now),
        "CreationTime": text_of(reservation.created_at),
        "AssignedCidrCount": assigned,
        "AvailableCidrCount": reservation.capacity - assigned - crowded,
        "Tags": tag_list(reservation.tags),
    }

"""What the rule parameters of a call say: blocks, groups, lists, ports, protocols."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network

from fakealiyun.ecs import group_exceptions as refuse
from fakealiyun.ecs.models.groups import Group
from fakealiyun.ecs.models.rules import Content, Direction, Peer, Policy
from fakealiyun.managed import check_group
from fakealiyun.services import Call
from fakealiyun.wire.parameters import Parameters

#: Names of protocols; ICMPv6 stands in the notes of RevokeSecurityGroup.
_NAMED = frozenset({"TCP", "UDP", "ICMP", "ICMPV6", "GRE", "ALL"})
#: Those with ports, and their IANA numbers.
_WITH_PORTS = frozenset({"TCP", "UDP", "6", "17"})
#: Regions that take protocol numbers (notes of AuthorizeSecurityGroup, IpProtocol).
_NUMBERED_REGIONS = frozenset(
    {
        *("ap-southeast-1", "ap-southeast-3", "ap-southeast-6"),
        *("cn-huhehaote", "cn-qingdao", "eu-west-1", "us-west-1"),
    }
)
#: Ports of a protocol that has none.
_ALL_PORTS = "-1/-1"
#: Where the far side of a rule stands in the names of parameters, and where its near side.
FAR: dict[Direction, str] = {"ingress": "Source", "egress": "Dest"}
NEAR: dict[Direction, str] = {"ingress": "Dest", "egress": "Source"}
#: A rule description has 1 to 512 characters.
_LONGEST_DESCRIPTION = 512


@dataclass(frozen=True)
class Asked:
    """One rule that a call describes."""

    content: Content
    description: str


def read(call: Call, group: Group, direction: Direction, permission: Parameters) -> Iterator[Asked]:
    """The rules of one permission: one for each of its blocks.

    Raises
    ------
    ApiError
        It says nothing, or something that cannot be; see `fakealiyun.ecs.group_exceptions`.
    """
    protocol = read_protocol(call, permission)
    ports, port_list_id = read_ports(call, permission, protocol)
    source_ports = read_port_range(permission, "SourcePortRange", protocol)
    policy, priority = read_policy(permission), read_priority(permission)
    read_nic_type(permission)
    description = read_description(permission)
    peers = read_peers(call, group, direction, permission)
    near = read_near(call, direction, permission)
    for peer in peers:
        check_sides(call, protocol, peer, near)
        content = Content(
            direction, protocol, peer, policy, priority, ports, port_list_id, source_ports, near
        )
        yield Asked(content, description or "")


def read_protocol(call: Call, permission: Parameters) -> str:
    """The protocol in capitals, or its number."""
    protocol = (permission.text("IpProtocol") or "").upper()
    if protocol in _NAMED:
        return protocol
    numbered = protocol.isdecimal() and int(protocol) <= 255
    if numbered and call.region.id in _NUMBERED_REGIONS:
        return str(int(protocol))
    raise refuse.protocol()


def read_ports(call: Call, permission: Parameters, protocol: str) -> tuple[str | None, str | None]:
    """A port range, or the id of a port list that is there; a range goes before a list."""
    ports = read_port_range(permission, "PortRange", protocol)
    if ports is not None:
        return ports, None
    list_id = permission.text("PortRangeListId")
    if list_id is None:
        raise refuse.port_range_missing()
    if protocol not in _WITH_PORTS:
        raise refuse.port_list_of_other_protocol()
    if call.region.ecs.lists.ports.find(list_id) is None:
        raise refuse.port_list_not_found(list_id)
    return None, list_id


def read_port_range(permission: Parameters, name: str, protocol: str) -> str | None:
    """Two ports from 1 to 65535 in order, as in 1/200; -1/-1 for a protocol without ports."""
    text = permission.text(name)
    if text is None:
        return None
    first, slash, last = text.partition("/")
    if not slash or not _is_number(first) or not _is_number(last):
        raise refuse.port_range(name)
    portless = protocol not in _WITH_PORTS
    if portless != (text == _ALL_PORTS):
        raise refuse.port_range_of_other_protocol()
    if portless:
        return text
    if not 1 <= int(first) <= int(last) <= 65535:
        raise refuse.port_range(name)
    return f"{int(first)}/{int(last)}"


def read_policy(permission: Parameters) -> Policy:
    """Accept, which is the default, or drop."""
    policy = (permission.text("Policy") or "accept").lower()
    if policy not in ("accept", "drop"):
        raise refuse.policy("Policy")
    return "Accept" if policy == "accept" else "Drop"


def read_priority(permission: Parameters) -> int:
    """From 1, which is the default, to 100."""
    text = permission.text("Priority") or "1"
    if not _is_number(text):
        raise refuse.priority("Malformed")
    if not 1 <= int(text) <= 100:
        raise refuse.priority("ValueNotSupported")
    return int(text)


def read_nic_type(permission: Parameters) -> None:
    """Groups of a VPC have one type of NIC, whichever of the two the call names."""
    if permission.text("NicType") not in (None, "internet", "intranet"):
        raise refuse.nic_type()


def read_description(permission: Parameters) -> str | None:
    """What a person reads; ``None`` when the call says nothing of it."""
    text = permission.text("Description")
    if text is not None and len(text) > _LONGEST_DESCRIPTION:
        raise refuse.description()
    return text


def read_peers(call: Call, group: Group, direction: Direction, permission: Parameters) -> list[Peer]:
    """The far side: blocks go before a group, a group before a prefix list, as documented."""
    side = FAR[direction]
    blocks = _blocks(call, permission, side)
    if blocks:
        return blocks
    group_id = permission.text(f"{side}GroupId")
    if group_id is not None:
        return [_peer_group(call, group, side, permission, group_id)]
    list_id = permission.text(f"{side}PrefixListId")
    if list_id is None:
        raise refuse.peer_missing(side)
    if call.region.ecs.lists.prefixes.find(list_id) is None:
        raise refuse.prefix_list_not_found(list_id)
    return [Peer("prefix-list", list_id)]


def names_peer(permission: Parameters, direction: Direction) -> bool:
    """Whether a permission names a far side at all."""
    side = FAR[direction]
    names = (f"{side}CidrIp", f"Ipv6{side}CidrIp", f"{side}GroupId", f"{side}PrefixListId")
    return any(permission.text(name) is not None for name in names)


def read_near(call: Call, direction: Direction, permission: Parameters) -> Peer | None:
    """The block on the side of the group itself."""
    side = NEAR[direction]
    blocks = _blocks(call, permission, side)
    if len(blocks) > 1:
        raise refuse.block(side, 4 if blocks[0].kind == "ipv4" else 6)
    return blocks[0] if blocks else None


def check_sides(call: Call, protocol: str, peer: Peer, near: Peer | None) -> None:
    """Refuse two sides, or a side and a protocol, that do not fit."""
    families = {one.kind for one in (peer, near) if one is not None}
    if protocol == "ICMP" and "ipv6" in families:
        raise refuse.family_of_protocol("Ipv4ProtocolConflictWithIpv6Address")
    if protocol == "ICMPV6" and "ipv4" in families:
        raise refuse.family_of_protocol("Ipv6ProtocolConflictWithIpv4Address")
    if near is not None and near == peer:
        raise refuse.same_blocks()
    if near is not None and peer.kind == "prefix-list":
        found = call.region.ecs.lists.prefixes.get(peer.value)
        if found.family != (4 if near.kind == "ipv4" else 6):
            raise refuse.prefix_list_family()


def _blocks(call: Call, permission: Parameters, side: str) -> list[Peer]:
    four, six = permission.text(f"{side}CidrIp"), permission.text(f"Ipv6{side}CidrIp")
    if four is not None and six is not None:
        raise refuse.both_families(side)
    text, family = (four, 4) if six is None else (six, 6)
    if text is None:
        return []
    parts = text.split(",") if call.cloud.assumptions.several_cidrs_per_permission else [text]
    return [_block(part.strip(), side, family) for part in parts]


def _block(text: str, side: str, family: int) -> Peer:
    """A block; an address is a block of one, and bits beyond the mask are dropped."""
    try:
        network = IPv4Network(text, strict=False) if family == 4 else IPv6Network(text, strict=False)
    except ValueError:
        raise refuse.block(side, family) from None
    return Peer("ipv4" if family == 4 else "ipv6", str(network))


def _peer_group(call: Call, group: Group, side: str, permission: Parameters, group_id: str) -> Peer:
    owner = permission.text(f"{side}GroupOwnerId") or permission.text(f"{side}GroupOwnerAccount")
    if group.type == "enterprise":
        raise refuse.peer_group_in_advanced()
    if group_id == group.id:
        raise refuse.peer_group_is_same(side)
    if owner not in (None, call.region.account.id):
        # What another account has is not known here: its group is taken on trust.
        return Peer("group", group_id, owner)
    peer = call.region.ecs.groups.find(group_id)
    if peer is None:
        raise refuse.peer_group_not_found(side, group_id)
    if call.cloud.assumptions.peer_of_managed_group_refused:
        check_group(call, peer)
    if peer.vpc_id != group.vpc_id:
        raise refuse.peer_group_of_other_vpc(side)
    return Peer("group", group_id)


def _is_number(text: str) -> bool:
    return text.removeprefix("-").isdecimal()

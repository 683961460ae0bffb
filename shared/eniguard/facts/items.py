"""API items (one resource exactly as a describe call returns it) read into kinds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from eniguard.events.values import PERMISSION_FIELDS, Permission
from eniguard.facts.item_fields import Item, ItemError, flag, nested, number, tags, text, texts, wrapped
from eniguard.facts.kinds import (
    AnyResource,
    CidrList,
    CidrReservation,
    Eip,
    Eni,
    Instance,
    InstanceType,
    Ipv6Address,
    RamPolicy,
    Role,
    SecurityGroup,
    SecurityGroupRule,
    Vpc,
    VSwitch,
)
from eniguard.model import kinds as names
from eniguard.roles.statements import statements_of


def read_item(kind: str, item: Item) -> AnyResource:
    """The resource behind one API item.

    Raises
    ------
    ItemError
        The item lacks its id, or a field has the wrong type.
    """
    reader = _READERS[kind]
    try:
        return reader(item)
    except (TypeError, ValueError, AttributeError) as error:
        raise ItemError(f"not an item of {kind}: {error}") from None


def item_id(kind: str, item: Item) -> str:
    """The id of one API item.

    Raises
    ------
    ItemError
        The item has no id.
    """
    value = (_policy_fields(item) if kind == names.POLICY else item).get(ID_FIELDS[kind])
    if not isinstance(value, str) or not value:
        raise ItemError(f"an item of {kind} needs {ID_FIELDS[kind]}")
    return value


#: The field that holds the id, per kind.
ID_FIELDS: dict[str, str] = {
    names.ENI: "NetworkInterfaceId",
    names.SECURITY_GROUP: "SecurityGroupId",
    names.SECURITY_GROUP_RULE: "SecurityGroupRuleId",
    names.INSTANCE: "InstanceId",
    names.INSTANCE_TYPE: "InstanceTypeId",
    names.VSWITCH: "VSwitchId",
    names.VPC: "VpcId",
    names.CIDR_RESERVATION: "VSwitchCidrReservationId",
    names.EIP: "AllocationId",
    names.IPV6_ADDRESS: "Ipv6AddressId",
    names.PREFIX_LIST: "PrefixListId",
    names.PORT_RANGE_LIST: "PortRangeListId",
    names.ROLE: "RoleName",
    names.POLICY: "PolicyName",
}


_ENI_TEXTS = (
    "ServiceID",
    "Description",
    "Status",
    "Type",
    "InstanceId",
    "VpcId",
    "VSwitchId",
    "CreationTime",
)


def _eni(item: Item) -> Eni:
    attachment = nested(item, "Attachment")
    primary = text(item, "PrivateIpAddress")
    listed = wrapped(item, "PrivateIpSets", "PrivateIpSet", "PrivateIpAddress")
    service_id, description, status, type_, instance_id, vpc_id, vswitch_id, created_at = texts(
        item, _ENI_TEXTS
    )
    return Eni(
        id=item_id(names.ENI, item),
        managed=flag(item, "ServiceManaged"),
        service_id=service_id,
        description=description,
        status=status,
        type=type_,
        instance_id=instance_id or text(attachment, "InstanceId"),
        vpc_id=vpc_id,
        vswitch_id=vswitch_id,
        ipv4_addresses=_with_primary(primary, listed),
        ipv6_addresses=wrapped(item, "Ipv6Sets", "Ipv6Set", "Ipv6Address"),
        ipv4_prefixes=wrapped(item, "Ipv4PrefixSets", "Ipv4PrefixSet", "Ipv4Prefix"),
        ipv6_prefixes=wrapped(item, "Ipv6PrefixSets", "Ipv6PrefixSet", "Ipv6Prefix"),
        security_group_ids=wrapped(item, "SecurityGroupIds", "SecurityGroupId"),
        tags=tags(item),
        source_dest_check=flag(item, "SourceDestCheck"),
        created_at=created_at,
    )


def _with_primary(primary: str | None, listed: tuple[str, ...]) -> tuple[str, ...]:
    if not primary:
        return listed
    return (primary, *[address for address in listed if address != primary])


_GROUP_TEXTS = (
    "ServiceID",
    "SecurityGroupName",
    "Description",
    "SecurityGroupType",
    "VpcId",
    "CreationTime",
)


def _security_group(item: Item) -> SecurityGroup:
    service_id, name, description, type_, vpc_id, created_at = texts(item, _GROUP_TEXTS)
    return SecurityGroup(
        id=item_id(names.SECURITY_GROUP, item),
        managed=flag(item, "ServiceManaged"),
        service_id=service_id,
        name=name,
        description=description,
        type=type_,
        vpc_id=vpc_id,
        tags=tags(item),
        created_at=created_at,
    )


def _security_group_rule(item: Item) -> SecurityGroupRule:
    group = item.get("SecurityGroupId")
    if not isinstance(group, str):
        raise ItemError("a security group rule needs SecurityGroupId beside the fields of its Permission")
    fields = ((attribute, text(item, wire)) for wire, attribute in PERMISSION_FIELDS.items())
    return SecurityGroupRule(
        id=item_id(names.SECURITY_GROUP_RULE, item),
        security_group_id=group,
        direction=text(item, "Direction"),
        permission=Permission(**{attribute: value for attribute, value in fields if value}),
        created_at=text(item, "CreateTime"),
        description=text(item, "Description"),
    )


def _instance(item: Item) -> Instance:
    network = nested(item, "VpcAttributes")
    return Instance(
        id=item_id(names.INSTANCE, item),
        type=text(item, "InstanceType"),
        status=text(item, "Status"),
        vpc_id=text(network, "VpcId"),
        vswitch_id=text(network, "VSwitchId"),
        security_group_ids=wrapped(item, "SecurityGroupIds", "SecurityGroupId"),
        tags=tags(item),
    )


def _instance_type(item: Item) -> InstanceType:
    return InstanceType(
        id=item_id(names.INSTANCE_TYPE, item),
        eni_quantity=number(item, "EniQuantity"),
        ipv4_per_eni=number(item, "EniPrivateIpAddressQuantity"),
        ipv6_per_eni=number(item, "EniIpv6AddressQuantity"),
    )


def _vswitch(item: Item) -> VSwitch:
    return VSwitch(
        id=item_id(names.VSWITCH, item),
        vpc_id=text(item, "VpcId"),
        cidr=text(item, "CidrBlock") or None,
        ipv6_cidr=_ipv6_block(item),
        status=text(item, "Status"),
    )


def _ipv6_block(item: Item) -> str | None:
    """The IPv6 block of a vSwitch; of one that has IPv6, no text is not the same as no block."""
    enabled, cidr = flag(item, "EnabledIpv6"), text(item, "Ipv6CidrBlock")
    if enabled is False:
        return ""
    return cidr or None if enabled else cidr


def _vpc(item: Item) -> Vpc:
    return Vpc(id=item_id(names.VPC, item), cidr=text(item, "CidrBlock") or None)


def _reservation(item: Item) -> CidrReservation:
    version = text(item, "IpVersion")
    return CidrReservation(
        id=item_id(names.CIDR_RESERVATION, item),
        vswitch_id=text(item, "VSwitchId"),
        family={"ipv4": 4, "ipv6": 6}.get((version or "").lower()),
        cidr=text(item, "VSwitchCidrReservationCidr") or None,
        status=text(item, "Status"),
        assigned=number(item, "AssignedCidrCount"),
        available=number(item, "AvailableCidrCount"),
    )


def _eip(item: Item) -> Eip:
    return Eip(
        id=item_id(names.EIP, item),
        instance_id=text(item, "InstanceId") or None,
        instance_type=text(item, "InstanceType") or None,
        managed=flag(item, "ServiceManaged"),
    )


def _ipv6_address(item: Item) -> Ipv6Address:
    bandwidth = nested(item, "Ipv6InternetBandwidth")
    return Ipv6Address(
        id=item_id(names.IPV6_ADDRESS, item),
        address=text(item, "Ipv6Address"),
        instance_id=text(item, "AssociatedInstanceId") or None,
        instance_type=text(item, "AssociatedInstanceType") or None,
        bandwidth_id=text(bandwidth, "Ipv6InternetBandwidthId") or None,
        managed=flag(item, "ServiceManaged"),
    )


def _prefix_list(item: Item) -> CidrList:
    return CidrList(item_id(names.PREFIX_LIST, item), wrapped(item, "Entries", "Entry", "Cidr"))


def _port_range_list(item: Item) -> CidrList:
    return CidrList(item_id(names.PORT_RANGE_LIST, item), wrapped(item, "Entries", "Entry", "PortRange"))


def _role(item: Item) -> Role:
    services, others = trusted(item.get("AssumeRolePolicyDocument"))
    return Role(
        id=item_id(names.ROLE, item),
        service_linked=flag(item, "IsServiceLinkedRole"),
        services=services,
        others=others,
    )


def _policy(item: Item) -> RamPolicy:
    """A policy as GetPolicy returns it, or its ``Policy`` with ``DefaultPolicyVersion`` among the fields."""
    item = _policy_fields(item)
    version = nested(item, "DefaultPolicyVersion")
    document = version.get("PolicyDocument")
    return RamPolicy(
        id=item_id(names.POLICY, item),
        type=text(item, "PolicyType"),
        version=text(item, "DefaultVersion"),
        updated=text(item, "UpdateDate"),
        attachments=number(item, "AttachmentCount"),
        statements=None if document is None else statements_of(document),
    )


def _policy_fields(item: Item) -> Item:
    """The fields of a policy; GetPolicy has them under ``Policy``, beside its document."""
    inner = item.get("Policy")
    return {**item, **inner} if isinstance(inner, Mapping) else item


def trusted(document: object) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    """The services, and every other principal, that a trust policy allows to assume its role.

    ``document`` is the policy as a JSON text or as an object; ``(None, None)`` when it cannot be read.
    """
    try:
        policy = json.loads(document) if isinstance(document, str) else document
    except (ValueError, RecursionError):
        return None, None
    statements = policy.get("Statement") if isinstance(policy, Mapping) else None
    statements = [statements] if isinstance(statements, Mapping) else statements
    if not isinstance(statements, list):
        return None, None
    services: list[str] = []
    others: list[str] = []
    for statement in statements:
        if not isinstance(statement, Mapping) or statement.get("Effect") != "Allow":
            continue
        principal = statement.get("Principal")
        if not isinstance(principal, Mapping):
            others.append(str(principal))
            continue
        for kind, named in principal.items():
            listed = named if isinstance(named, list) else [named]
            (services if kind == "Service" else others).extend(str(one) for one in listed)
    return tuple(services), tuple(others)


_READERS: dict[str, Callable[[Item], AnyResource]] = {
    names.ENI: _eni,
    names.SECURITY_GROUP: _security_group,
    names.SECURITY_GROUP_RULE: _security_group_rule,
    names.INSTANCE: _instance,
    names.INSTANCE_TYPE: _instance_type,
    names.VSWITCH: _vswitch,
    names.VPC: _vpc,
    names.CIDR_RESERVATION: _reservation,
    names.EIP: _eip,
    names.IPV6_ADDRESS: _ipv6_address,
    names.PREFIX_LIST: _prefix_list,
    names.PORT_RANGE_LIST: _port_range_list,
    names.ROLE: _role,
    names.POLICY: _policy,
}

#: The kinds a state snapshot may hold.
KINDS: tuple[str, ...] = tuple(_READERS)

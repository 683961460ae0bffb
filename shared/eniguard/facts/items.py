"""API items (one resource exactly as a describe call returns it) read into kinds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from eniguard.events.values import PERMISSION_FIELDS, Permission
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
    Tags,
    Vpc,
    VSwitch,
)
from eniguard.model import kinds as names
from eniguard.roles.statements import statements_of

Item = Mapping[str, Any]


class ItemError(ValueError):
    """An item is not what the API returns for this kind."""


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
    except (TypeError, ValueError) as error:
        raise ItemError(f"not an item of {kind}: {error}") from None
    except AttributeError:
        raise ItemError(f"not an item of {kind}: a field holds something else than an object") from None


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
    attachment = item.get("Attachment") or {}
    primary = item.get("PrivateIpAddress")
    listed = _wrapped(item, "PrivateIpSets", "PrivateIpSet", "PrivateIpAddress")
    service_id, description, status, type_, instance_id, vpc_id, vswitch_id, created_at = _texts(
        item, _ENI_TEXTS
    )
    return Eni(
        id=item_id(names.ENI, item),
        managed=_flag(item.get("ServiceManaged")),
        service_id=service_id,
        description=description,
        status=status,
        type=type_,
        instance_id=instance_id or _text(attachment.get("InstanceId")),
        vpc_id=vpc_id,
        vswitch_id=vswitch_id,
        ipv4_addresses=_with_primary(primary, listed),
        ipv6_addresses=_wrapped(item, "Ipv6Sets", "Ipv6Set", "Ipv6Address"),
        ipv4_prefixes=_wrapped(item, "Ipv4PrefixSets", "Ipv4PrefixSet", "Ipv4Prefix"),
        ipv6_prefixes=_wrapped(item, "Ipv6PrefixSets", "Ipv6PrefixSet", "Ipv6Prefix"),
        security_group_ids=_wrapped(item, "SecurityGroupIds", "SecurityGroupId"),
        tags=_tags(item),
        source_dest_check=_flag(item.get("SourceDestCheck")),
        created_at=created_at,
    )


def _with_primary(primary: object, listed: tuple[str, ...]) -> tuple[str, ...]:
    if not isinstance(primary, str) or not primary:
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
    service_id, name, description, type_, vpc_id, created_at = _texts(item, _GROUP_TEXTS)
    return SecurityGroup(
        id=item_id(names.SECURITY_GROUP, item),
        managed=_flag(item.get("ServiceManaged")),
        service_id=service_id,
        name=name,
        description=description,
        type=type_,
        vpc_id=vpc_id,
        tags=_tags(item),
        created_at=created_at,
    )


def _security_group_rule(item: Item) -> SecurityGroupRule:
    group = item.get("SecurityGroupId")
    if not isinstance(group, str):
        raise ItemError("a security group rule needs SecurityGroupId beside the fields of its Permission")
    texts = ((attribute, _text(item.get(wire))) for wire, attribute in PERMISSION_FIELDS.items())
    return SecurityGroupRule(
        id=item_id(names.SECURITY_GROUP_RULE, item),
        security_group_id=group,
        direction=_text(item.get("Direction")),
        permission=Permission(**{attribute: text for attribute, text in texts if text}),
        created_at=_text(item.get("CreateTime")),
    )


def _instance(item: Item) -> Instance:
    network = item.get("VpcAttributes") or {}
    return Instance(
        id=item_id(names.INSTANCE, item),
        type=_text(item.get("InstanceType")),
        status=_text(item.get("Status")),
        vpc_id=_text(network.get("VpcId")),
        vswitch_id=_text(network.get("VSwitchId")),
        security_group_ids=_wrapped(item, "SecurityGroupIds", "SecurityGroupId"),
        tags=_tags(item),
    )


def _instance_type(item: Item) -> InstanceType:
    return InstanceType(
        id=item_id(names.INSTANCE_TYPE, item),
        eni_quantity=_number(item.get("EniQuantity")),
        ipv4_per_eni=_number(item.get("EniPrivateIpAddressQuantity")),
        ipv6_per_eni=_number(item.get("EniIpv6AddressQuantity")),
    )


def _vswitch(item: Item) -> VSwitch:
    return VSwitch(
        id=item_id(names.VSWITCH, item),
        vpc_id=_text(item.get("VpcId")),
        cidr=_text(item.get("CidrBlock")) or None,
        ipv6_cidr="" if _flag(item.get("EnabledIpv6")) is False else _text(item.get("Ipv6CidrBlock")),
        status=_text(item.get("Status")),
    )


def _vpc(item: Item) -> Vpc:
    return Vpc(id=item_id(names.VPC, item), cidr=_text(item.get("CidrBlock")) or None)


def _reservation(item: Item) -> CidrReservation:
    version = _text(item.get("IpVersion"))
    return CidrReservation(
        id=item_id(names.CIDR_RESERVATION, item),
        vswitch_id=_text(item.get("VSwitchId")),
        family={"ipv4": 4, "ipv6": 6}.get((version or "").lower()),
        cidr=_text(item.get("VSwitchCidrReservationCidr")) or None,
        status=_text(item.get("Status")),
        assigned=_number(item.get("AssignedCidrCount")),
        available=_number(item.get("AvailableCidrCount")),
    )


def _eip(item: Item) -> Eip:
    return Eip(
        id=item_id(names.EIP, item),
        instance_id=_text(item.get("InstanceId")) or None,
        instance_type=_text(item.get("InstanceType")) or None,
        managed=_flag(item.get("ServiceManaged")),
    )


def _ipv6_address(item: Item) -> Ipv6Address:
    bandwidth = item.get("Ipv6InternetBandwidth") or {}
    return Ipv6Address(
        id=item_id(names.IPV6_ADDRESS, item),
        address=_text(item.get("Ipv6Address")),
        instance_id=_text(item.get("AssociatedInstanceId")) or None,
        instance_type=_text(item.get("AssociatedInstanceType")) or None,
        bandwidth_id=_text(bandwidth.get("Ipv6InternetBandwidthId")) or None,
        managed=_flag(item.get("ServiceManaged")),
    )


def _prefix_list(item: Item) -> CidrList:
    return CidrList(item_id(names.PREFIX_LIST, item), _wrapped(item, "Entries", "Entry", "Cidr"))


def _port_range_list(item: Item) -> CidrList:
    return CidrList(item_id(names.PORT_RANGE_LIST, item), _wrapped(item, "Entries", "Entry", "PortRange"))


def _role(item: Item) -> Role:
    services, others = trusted(item.get("AssumeRolePolicyDocument"))
    return Role(
        id=item_id(names.ROLE, item),
        service_linked=_flag(item.get("IsServiceLinkedRole")),
        services=services,
        others=others,
    )


def _policy(item: Item) -> RamPolicy:
    """A policy as GetPolicy returns it, or its ``Policy`` with ``DefaultPolicyVersion`` among the fields."""
    item = _policy_fields(item)
    version = item.get("DefaultPolicyVersion") or {}
    document = version.get("PolicyDocument")
    return RamPolicy(
        id=item_id(names.POLICY, item),
        type=_text(item.get("PolicyType")),
        version=_text(item.get("DefaultVersion")),
        updated=_text(item.get("UpdateDate")),
        attachments=_number(item.get("AttachmentCount")),
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


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        return str(value)
    raise ItemError(f"a text was expected, not {type(value).__name__}")


def _texts(item: Item, fields: tuple[str, ...]) -> list[str | None]:
    """Several texts at once; nearly all of them are texts already, or absent."""
    values = list(map(item.get, fields))
    return values if _TEXTS.issuperset(map(type, values)) else [_text(value) for value in values]


_TEXTS = frozenset((str, type(None)))


def _number(value: object) -> int | None:
    return None if value is None else int(str(value))


def _flag(value: object) -> bool | None:
    """ECS writes booleans, VPC writes 0 and 1 (docs/sources.md, API); texts are accepted in any case."""
    if value is None or isinstance(value, bool):
        return value
    known = {"true": True, "1": True, "false": False, "0": False}
    found = known.get(str(value).strip().lower())
    if found is None:
        raise ItemError(f"true or false was expected, not {value!r}")
    return found


def _wrapped(item: Item, outer: str, inner: str, field: str | None = None) -> tuple[str, ...]:
    """The texts of a list that the API wraps (``Ipv4PrefixSets.Ipv4PrefixSet[].Ipv4Prefix``).

    An absent wrapper is an empty list: describe calls leave it out when there is nothing to list.
    """
    node = item.get(outer)
    if node is None:
        return ()
    if isinstance(node, dict):
        node = node.get(inner)
        if node is None:
            return ()
    if not isinstance(node, list):
        raise ItemError(f"{outer} should hold a list")
    values = [one.get(field) if field is not None and isinstance(one, dict) else one for one in node]
    return tuple([text for value in values if (text := _text(value))])


def _tags(item: Item) -> Tags:
    node = item.get("Tags")
    if node is None:
        return ()
    if isinstance(node, Mapping):
        node = node.get("Tag")
    if node is None:
        return ()
    if not isinstance(node, list):
        raise ItemError("Tags should hold a list")
    return tuple(
        (str(_first(tag, "TagKey", "Key")), str(_first(tag, "TagValue", "Value") or "")) for tag in node
    )


def _first(tag: Mapping[str, Any], *keys: str) -> object:
    return next((tag[key] for key in keys if key in tag), None)

"""Which API call answers for which facts, and what it takes: one row a question (docs/sources.md, API)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct

from eniguard.model.kinds import (
    CIDR_RESERVATION,
    EIP,
    ENI,
    INSTANCE,
    INSTANCE_TYPE,
    IPV6_ADDRESS,
    POLICY,
    PORT_RANGE_LIST,
    PREFIX_LIST,
    ROLE,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
    VPC,
    VSWITCH,
)

Item = dict[str, Any]
Answer = Mapping[str, Any]
Values = Sequence[str]


class Question(Struct, frozen=True):
    """A call that answers for some values of a kind and relation.

    Attributes
    ----------
    product, action
        As in ``ecs`` and ``DescribeNetworkInterfaces``; together the RAM action.
    asked
        How the values go into parameters.
    items
        The items in an answer.
    most
        How many values one call takes.
    pages, size
        How pages follow each other (``NextToken`` with ``MaxResults``, ``PageNumber`` with ``PageSize``, or
        ``Marker`` with ``MaxItems``), and how many items one has at most; ``None`` for one answer.
    variants
        Parameters that are asked one after the other, because no call takes all of them.
    doubtful
        Whether it is open that one call takes several values: if it finds nothing, each is asked for alone.
    """

    product: str
    action: str
    asked: Callable[[Values], Mapping[str, Any]]
    items: Callable[[Answer, Values], list[Item]]
    most: int = 1
    pages: Literal["token", "number", "marker"] | None = None
    size: int = 100
    variants: tuple[Mapping[str, str], ...] = ({},)
    doubtful: bool = False

    @property
    def permission(self) -> str:
        """The RAM action."""
        return f"{self.product}:{self.action}"


def _listed(name: str) -> Callable[[Values], Mapping[str, Any]]:
    """Repeated: ``NAME.1``, ``NAME.2``."""
    return lambda values: {name: list(values)}


def _json(name: str) -> Callable[[Values], Mapping[str, Any]]:
    return lambda values: {name: json.dumps(list(values))}


def _commas(name: str) -> Callable[[Values], Mapping[str, Any]]:
    return lambda values: {name: ",".join(values)}


def _wrapped(outer: str, inner: str | None = None) -> Callable[[Answer, Values], list[Item]]:
    """The items of a list that the API wraps; one that is absent is empty."""

    def items(answer: Answer, _: Values) -> list[Item]:
        found = answer.get(outer) or {}
        if inner is not None and isinstance(found, Mapping):
            found = found.get(inner) or []
        if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
            return [] if not found else _no_items(outer)
        return found

    return items


def _no_items(outer: str) -> list[Item]:
    raise ValueError(f"{outer} of the answer holds no list of objects")


def _whole(field: str | None, **named: str) -> Callable[[Answer, Values], list[Item]]:
    """The answer itself, or one object of it, as the item of the one value asked for."""

    def items(answer: Answer, values: Values) -> list[Item]:
        found = answer if field is None else answer.get(field)
        if not isinstance(found, Mapping):
            return _no_items(str(field))
        return [{**found, **dict.fromkeys(named.values(), values[0])}]

    return items


def _rules(answer: Answer, values: Values) -> list[Item]:
    """The rules of a group; only the answer as a whole names the group."""
    found = _wrapped("Permissions", "Permission")(answer, values)
    return [{**one, "SecurityGroupId": values[0]} for one in found]


_ENIS = _wrapped("NetworkInterfaceSets", "NetworkInterfaceSet")
_GROUPS = _wrapped("SecurityGroups", "SecurityGroup")
_RESERVATIONS = _wrapped("VSwitchCidrReservations")
_IPV6 = _wrapped("Ipv6Addresses", "Ipv6Address")
#: ListVSwitchCidrReservations lists IPv4 unless it is told otherwise.
_BOTH_FAMILIES = ({"IpVersion": "IPv4"}, {"IpVersion": "IPv6"})


def _enis(name: str, **fixed: str) -> Question:
    return Question(
        "ecs",
        "DescribeNetworkInterfaces",
        (lambda _: fixed) if fixed else _commas(name),
        _ENIS,
        pages="token",
        size=500,
    )


def _groups(asked: Callable[[Values], Mapping[str, Any]], most: int = 1) -> Question:
    return Question("ecs", "DescribeSecurityGroups", asked, _GROUPS, most, "token")


#: How to ask, by kind and relation. The sizes and limits are those of the API reference; the comma-separated
#: ids of EIPs, vSwitches and VPCs are open (docs/sources.md, API).
QUESTIONS: dict[tuple[str, str], Question] = {
    (ENI, "id"): Question(
        "ecs", "DescribeNetworkInterfaces", _listed("NetworkInterfaceId"), _ENIS, 100, "token", 500
    ),
    (ENI, "vswitch"): _enis("VSwitchId"),
    (ENI, "instance"): _enis("InstanceId"),
    (ENI, "vpc"): _enis("VpcId"),
    (ENI, "security_group"): _enis("SecurityGroupId"),
    (ENI, "managed"): _enis("", ServiceManaged="true"),
    (SECURITY_GROUP, "id"): _groups(_json("SecurityGroupIds"), 100),
    (SECURITY_GROUP, "vpc"): _groups(_commas("VpcId")),
    (SECURITY_GROUP, "managed"): _groups(lambda _: {"ServiceManaged": "true"}),
    (SECURITY_GROUP_RULE, "security_group"): Question(
        "ecs",
        "DescribeSecurityGroupAttribute",
        _commas("SecurityGroupId"),
        _rules,
        pages="token",
        size=1000,
    ),
    (INSTANCE, "id"): Question(
        "ecs", "DescribeInstances", _json("InstanceIds"), _wrapped("Instances", "Instance"), 100, "token"
    ),
    (INSTANCE, "security_group"): Question(
        "ecs",
        "DescribeInstances",
        _commas("SecurityGroupId"),
        _wrapped("Instances", "Instance"),
        pages="token",
    ),
    (INSTANCE_TYPE, "id"): Question(
        "ecs",
        "DescribeInstanceTypes",
        _listed("InstanceTypes"),
        _wrapped("InstanceTypes", "InstanceType"),
        10,
    ),
    (PREFIX_LIST, "id"): Question(
        "ecs", "DescribePrefixListAttributes", _commas("PrefixListId"), _whole(None, id="PrefixListId")
    ),
    (PORT_RANGE_LIST, "id"): Question(
        "ecs",
        "DescribePortRangeListEntries",
        _commas("PortRangeListId"),
        _whole(None, id="PortRangeListId"),
    ),
    (PREFIX_LIST, "users"): Question(
        "ecs",
        "DescribePrefixListAssociations",
        _commas("PrefixListId"),
        _wrapped("PrefixListAssociations", "PrefixListAssociation"),
        pages="token",
    ),
    (PORT_RANGE_LIST, "users"): Question(
        "ecs",
        "DescribePortRangeListAssociations",
        _commas("PortRangeListId"),
        _wrapped("PortRangeListAssociations"),
        pages="token",
    ),
    (VSWITCH, "id"): Question(
        "vpc",
        "DescribeVSwitches",
        _commas("VSwitchId"),
        _wrapped("VSwitches", "VSwitch"),
        20,
        "number",
        50,
        doubtful=True,
    ),
    (VPC, "id"): Question("vpc", "DescribeVpcs", _commas("VpcId"), _wrapped("Vpcs", "Vpc"), 20, "number", 50),
    (CIDR_RESERVATION, "id"): Question(
        "vpc",
        "ListVSwitchCidrReservations",
        _listed("VSwitchCidrReservationIds"),
        _RESERVATIONS,
        10,
        "token",
        variants=_BOTH_FAMILIES,
    ),
    (CIDR_RESERVATION, "vswitch"): Question(
        "vpc",
        "ListVSwitchCidrReservations",
        _commas("VSwitchId"),
        _RESERVATIONS,
        pages="token",
        variants=_BOTH_FAMILIES,
    ),
    (EIP, "id"): Question(
        "vpc",
        "DescribeEipAddresses",
        _commas("AllocationId"),
        _wrapped("EipAddresses", "EipAddress"),
        50,
        "number",
        doubtful=True,
    ),
    (IPV6_ADDRESS, "id"): Question(
        "vpc", "DescribeIpv6Addresses", _commas("Ipv6AddressId"), _IPV6, 20, "number", 50
    ),
    (IPV6_ADDRESS, "ipv6_bandwidth"): Question(
        "vpc", "DescribeIpv6Addresses", _commas("Ipv6InternetBandwidthId"), _IPV6, pages="number", size=50
    ),
    (ROLE, "id"): Question("ram", "GetRole", _commas("RoleName"), _whole("Role")),
    # Asked for by rules are those of the roles of services: system policies (docs/sources.md, Domain).
    (POLICY, "id"): Question(
        "ram", "GetPolicy", lambda values: {"PolicyType": "System", "PolicyName": values[0]}, _whole(None)
    ),
}


def _everything(
    product: str,
    action: str,
    items: Callable[[Answer, Values], list[Item]],
    *,
    pages: Literal["token", "number", "marker"],
    size: int,
    variants: tuple[Mapping[str, str], ...] = ({},),
) -> Question:
    return Question(product, action, lambda _: {}, items, 1, pages, size, variants)


#: How to list all of a kind in a region, or in the account for those of RAM; sizes as in `QUESTIONS`.
LISTINGS: dict[str, Question] = {
    ENI: _everything("ecs", "DescribeNetworkInterfaces", _ENIS, pages="token", size=500),
    SECURITY_GROUP: _everything("ecs", "DescribeSecurityGroups", _GROUPS, pages="token", size=100),
    INSTANCE: _everything(
        "ecs", "DescribeInstances", _wrapped("Instances", "Instance"), pages="token", size=100
    ),
    VSWITCH: _everything(
        "vpc", "DescribeVSwitches", _wrapped("VSwitches", "VSwitch"), pages="number", size=50
    ),
    VPC: _everything("vpc", "DescribeVpcs", _wrapped("Vpcs", "Vpc"), pages="number", size=50),
    CIDR_RESERVATION: _everything(
        "vpc", "ListVSwitchCidrReservations", _RESERVATIONS, pages="token", size=100, variants=_BOTH_FAMILIES
    ),
    EIP: _everything(
        "vpc", "DescribeEipAddresses", _wrapped("EipAddresses", "EipAddress"), pages="number", size=100
    ),
    IPV6_ADDRESS: _everything("vpc", "DescribeIpv6Addresses", _IPV6, pages="number", size=50),
    ROLE: _everything("ram", "ListRoles", _wrapped("Roles", "Role"), pages="marker", size=1000),
    POLICY: _everything("ram", "ListPolicies", _wrapped("Policies", "Policy"), pages="marker", size=1000),
}

#: How lists are listed, without their entries, and the field of their ids.
LISTED_LISTS: dict[str, tuple[Question, str]] = {
    PREFIX_LIST: (
        _everything(
            "ecs", "DescribePrefixLists", _wrapped("PrefixLists", "PrefixList"), pages="token", size=100
        ),
        "PrefixListId",
    ),
    PORT_RANGE_LIST: (
        _everything("ecs", "DescribePortRangeLists", _wrapped("PortRangeLists"), pages="token", size=100),
        "PortRangeListId",
    ),
}

#: A policy with the document in force; its values are the type and the name.
POLICY_DOCUMENT = Question(
    "ram",
    "GetPolicy",
    lambda values: {"PolicyType": values[0], "PolicyName": values[1]},
    _whole(None),
)

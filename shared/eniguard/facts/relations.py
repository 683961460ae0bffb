"""Relations: which listings a resource stands in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from eniguard.facts.kinds import (
    AnyResource,
    CidrReservation,
    Eni,
    Ipv6Address,
    SecurityGroup,
    SecurityGroupRule,
)
from eniguard.model.kinds import (
    CIDR_RESERVATION,
    ENI,
    IPV6_ADDRESS,
    SECURITY_GROUP,
    SECURITY_GROUP_RULE,
)

#: A listing that a resource can stand in: its kind, the relation, and what it is related to.
Relation = tuple[str, str, str]


def relations_of(resource: AnyResource) -> tuple[Relation, ...]:
    """The listings that a resource stands in, as far as its record tells.

    ENIs are listed by ``vswitch``, ``security_group``, ``instance``, ``vpc`` and ``managed`` (whose only
    value is ``true``), security groups by ``vpc`` and ``managed``, reservations by ``vswitch``, IPv6
    addresses by ``ipv6_bandwidth``, and rules by ``security_group``, ``prefix_list`` and ``port_range_list``.
    """
    find = _FINDERS.get(type(resource))
    return () if find is None else find(resource)


def _of_group(group: SecurityGroup) -> tuple[Relation, ...]:
    return _known(
        (SECURITY_GROUP, "vpc", group.vpc_id),
        (SECURITY_GROUP, "managed", "true" if group.managed else None),
    )


def _of_reservation(reservation: CidrReservation) -> tuple[Relation, ...]:
    return _known((CIDR_RESERVATION, "vswitch", reservation.vswitch_id))


def _of_ipv6_address(address: Ipv6Address) -> tuple[Relation, ...]:
    return _known((IPV6_ADDRESS, "ipv6_bandwidth", address.bandwidth_id))


def _of_rule(rule: SecurityGroupRule) -> tuple[Relation, ...]:
    permission = rule.permission
    far = permission.dest_prefix_list_id if rule.direction == "egress" else permission.source_prefix_list_id
    return _known(
        (SECURITY_GROUP_RULE, "security_group", rule.security_group_id),
        (SECURITY_GROUP_RULE, "prefix_list", far),
        (SECURITY_GROUP_RULE, "port_range_list", permission.port_range_list_id),
    )


def _of_eni(eni: Eni) -> tuple[Relation, ...]:
    found = [(ENI, "security_group", group_id) for group_id in eni.security_group_ids or ()]
    if eni.vswitch_id:
        found.append((ENI, "vswitch", eni.vswitch_id))
    if eni.instance_id:
        found.append((ENI, "instance", eni.instance_id))
    if eni.vpc_id:
        found.append((ENI, "vpc", eni.vpc_id))
    if eni.managed:
        found.append((ENI, "managed", "true"))
    return tuple(found)


def _known(*relations: tuple[str, str, str | None]) -> tuple[Relation, ...]:
    return tuple([(kind, by, value) for kind, by, value in relations if value])


_FINDERS: dict[type, Callable[[Any], tuple[Relation, ...]]] = {
    Eni: _of_eni,
    SecurityGroup: _of_group,
    CidrReservation: _of_reservation,
    Ipv6Address: _of_ipv6_address,
    SecurityGroupRule: _of_rule,
}

"""Relations: which listings a resource stands in."""

from __future__ import annotations

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
    if isinstance(resource, Eni):
        return _of_eni(resource)
    if isinstance(resource, SecurityGroup):
        return _known(
            (SECURITY_GROUP, "vpc", resource.vpc_id),
            (SECURITY_GROUP, "managed", "true" if resource.managed else None),
        )
    if isinstance(resource, CidrReservation):
        return _known((CIDR_RESERVATION, "vswitch", resource.vswitch_id))
    if isinstance(resource, Ipv6Address):
        return _known((IPV6_ADDRESS, "ipv6_bandwidth", resource.bandwidth_id))
    if isinstance(resource, SecurityGroupRule):
        return _of_rule(resource)
    return ()


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

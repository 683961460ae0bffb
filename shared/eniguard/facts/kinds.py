"""The kinds of resources the rules look at; in every field ``None`` means "not known".

Times are texts as the API gives them, ids are API ids, addresses and blocks are texts in CIDR notation.
"""

from __future__ import annotations

from msgspec import Struct

from eniguard.events.values import Permission
from eniguard.roles.statements import Statement

Tags = tuple[tuple[str, str], ...]


class Eni(Struct, frozen=True, gc=False):
    """An elastic network interface.

    ``ipv4_addresses`` holds the primary address first when it is known, then the secondary ones.
    ``unnamed_*`` count addresses and prefixes that a call assigned by number and whose response is not known.
    ``created_by`` is the role whose CreateNetworkInterface call made it, when that call is on record.
    """

    id: str
    managed: bool | None = None
    service_id: str | None = None
    description: str | None = None
    status: str | None = None
    type: str | None = None
    instance_id: str | None = None
    vpc_id: str | None = None
    vswitch_id: str | None = None
    ipv4_addresses: tuple[str, ...] | None = None
    ipv6_addresses: tuple[str, ...] | None = None
    ipv4_prefixes: tuple[str, ...] | None = None
    ipv6_prefixes: tuple[str, ...] | None = None
    unnamed_ipv4_addresses: int = 0
    unnamed_ipv6_addresses: int = 0
    unnamed_ipv4_prefixes: int = 0
    unnamed_ipv6_prefixes: int = 0
    security_group_ids: tuple[str, ...] | None = None
    tags: Tags | None = None
    source_dest_check: bool | None = None
    created_by: str | None = None
    created_at: str | None = None

    @property
    def attached(self) -> bool | None:
        """Whether an instance uses it (or is about to); ``None`` when its status is not known."""
        return self.status in ("InUse", "Attaching", "Detaching") if self.status else None

    def count(self, family: int) -> int | None:
        """Addresses of one IP family (4 or 6), the primary one included; ``None`` when not known."""
        known, unnamed = (
            (self.ipv4_addresses, self.unnamed_ipv4_addresses)
            if family == 4
            else (self.ipv6_addresses, self.unnamed_ipv6_addresses)
        )
        return None if known is None else len(known) + unnamed

    def prefix_count(self, family: int) -> int | None:
        """Prefixes of one IP family (4 or 6); ``None`` when not known."""
        known, unnamed = (
            (self.ipv4_prefixes, self.unnamed_ipv4_prefixes)
            if family == 4
            else (self.ipv6_prefixes, self.unnamed_ipv6_prefixes)
        )
        return None if known is None else len(known) + unnamed

    def held(self) -> tuple[int, int] | None:
        """Its addresses and its prefixes, both families together; ``None`` when some are not known.

        Every ENI has a primary IPv4 address, also one whose record leaves it out.
        """
        ipv4, ipv6 = self.ipv4_addresses, self.ipv6_addresses
        ipv4_prefixes, ipv6_prefixes = self.ipv4_prefixes, self.ipv6_prefixes
        if ipv4 is None or ipv6 is None or ipv4_prefixes is None or ipv6_prefixes is None:
            return None
        return (
            (len(ipv4) + self.unnamed_ipv4_addresses or 1) + len(ipv6) + self.unnamed_ipv6_addresses,
            len(ipv4_prefixes) + len(ipv6_prefixes) + self.unnamed_ipv4_prefixes + self.unnamed_ipv6_prefixes,
        )

    def prefixes(self, family: int) -> tuple[str, ...] | None:
        """The named prefixes of one IP family (4 or 6); ``None`` when not known."""
        return self.ipv4_prefixes if family == 4 else self.ipv6_prefixes

    def addresses(self, family: int) -> tuple[str, ...] | None:
        """The named addresses of one IP family (4 or 6); ``None`` when not known."""
        return self.ipv4_addresses if family == 4 else self.ipv6_addresses


class SecurityGroup(Struct, frozen=True, gc=False):
    """A security group; ``type`` is ``normal`` (basic) or ``enterprise`` (advanced)."""

    id: str
    managed: bool | None = None
    service_id: str | None = None
    name: str | None = None
    description: str | None = None
    type: str | None = None
    vpc_id: str | None = None
    tags: Tags | None = None
    created_by: str | None = None
    created_at: str | None = None


class SecurityGroupRule(Struct, frozen=True, gc=False):
    """One rule of a security group as DescribeSecurityGroupAttribute lists it.

    ``direction`` is ``ingress`` or ``egress``; ``permission`` holds the texts of the item, no empty ones.
    ``id`` is empty for a rule that a call added, until another call names it by its id: no response does
    (docs/sources.md, API).
    """

    id: str
    security_group_id: str
    direction: str | None = None
    permission: Permission = Permission()
    created_at: str | None = None
    description: str | None = None

    @property
    def peer(self) -> str | None:
        """The block, group or prefix list on the other side of the rule; ``None`` when it names none."""
        one = self.permission
        source = (
            one.source_cidr_ip or one.ipv6_source_cidr_ip or one.source_group_id or one.source_prefix_list_id
        )
        dest = one.dest_cidr_ip or one.ipv6_dest_cidr_ip or one.dest_group_id or one.dest_prefix_list_id
        return dest or source if self.direction == "egress" else source or dest


class Instance(Struct, frozen=True, gc=False):
    """An ECS instance."""

    id: str
    type: str | None = None
    status: str | None = None
    vpc_id: str | None = None
    vswitch_id: str | None = None
    security_group_ids: tuple[str, ...] | None = None
    tags: Tags | None = None


class InstanceType(Struct, frozen=True, gc=False):
    """What an instance type allows per ENI: private IPv4 addresses (primary included) and IPv6 addresses."""

    id: str
    eni_quantity: int | None = None
    ipv4_per_eni: int | None = None
    ipv6_per_eni: int | None = None


class VSwitch(Struct, frozen=True, gc=False):
    """A vSwitch with its blocks; ``ipv6_cidr`` is empty when it is known to have none."""

    id: str
    vpc_id: str | None = None
    cidr: str | None = None
    ipv6_cidr: str | None = None
    status: str | None = None

    def block(self, family: int) -> str | None:
        """The block of one IP family (4 or 6); empty when it has none, ``None`` when it is not known."""
        return self.cidr if family == 4 else self.ipv6_cidr


class CidrReservation(Struct, frozen=True, gc=False):
    """A reserved block of a vSwitch; ``family`` is 4 or 6, counts are in prefixes."""

    id: str
    vswitch_id: str | None = None
    family: int | None = None
    cidr: str | None = None
    status: str | None = None
    assigned: int | None = None
    available: int | None = None


class Eip(Struct, frozen=True, gc=False):
    """An elastic IP address; ``instance_type`` is ``NetworkInterface`` when it is bound to an ENI."""

    id: str
    instance_id: str | None = None
    instance_type: str | None = None
    managed: bool | None = None


class Ipv6Address(Struct, frozen=True, gc=False):
    """An IPv6 address with Internet bandwidth or the chance of it."""

    id: str
    address: str | None = None
    instance_id: str | None = None
    instance_type: str | None = None
    bandwidth_id: str | None = None
    managed: bool | None = None


class CidrList(Struct, frozen=True, gc=False):
    """A prefix list or a port list with its entries."""

    id: str
    entries: tuple[str, ...] | None = None


class Role(Struct, frozen=True, gc=False):
    """A RAM role; ``services`` are the services its trust policy names, ``others`` every other principal."""

    id: str
    service_linked: bool | None = None
    services: tuple[str, ...] | None = None
    others: tuple[str, ...] | None = None


class RamPolicy(Struct, frozen=True, gc=False):
    """A RAM policy with the document in force.

    ``type`` is ``System`` or ``Custom``, ``version`` the one in force (``v1``), ``updated`` when that was
    last changed, ``attachments`` how many users, groups and roles have it.
    """

    id: str
    type: str | None = None
    version: str | None = None
    updated: str | None = None
    attachments: int | None = None
    statements: tuple[Statement, ...] | None = None


class Vpc(Struct, frozen=True, gc=False):
    """A VPC."""

    id: str
    cidr: str | None = None


AnyResource = (
    Eni
    | SecurityGroup
    | SecurityGroupRule
    | Instance
    | InstanceType
    | VSwitch
    | CidrReservation
    | Eip
    | Ipv6Address
    | CidrList
    | Role
    | RamPolicy
    | Vpc
)

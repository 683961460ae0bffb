"""What a state snapshot says of one ENI or security group, as records for people and for JSON."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from eniguard.cli.eni_fields import addresses_of, instance_of, prefixes_of
from eniguard.cli.ownership import Ownership, Reported, ownership
from eniguard.facts.kinds import Eni, Instance, InstanceType, SecurityGroup
from eniguard.facts.refs import Unknown
from eniguard.facts.view import View
from eniguard.rules.pfx.eni_limit import MOST_BY_API
from eniguard.rules.pfx.request import FAMILIES, IPV4, Family
from eniguard.rules.qta.group_addresses import AdvancedGroupAddresses, BasicGroupAddresses, GroupAddresses
from eniguard.rules.qta.usage import Usage, summed
from eniguard.rules.sg.left_over import groups_naming
from eniguard.settings import Policy


class SlotSheet(Struct, frozen=True):
    """The slots of one IP family on one ENI; addresses and prefixes take one each.

    ``limit`` and ``left`` are ``None`` where they are not known; ``note`` says what sets the limit, or why it
    is not known. For an ENI that no instance uses the limit is one on prefixes alone.
    """

    family: str
    addresses: int | None
    prefixes: int | None
    limit: int | None
    left: int | None
    note: str


class EniSheet(Struct, frozen=True):
    """One ENI; ``groups`` are its security groups by id, each with whether it is managed.

    ``instance_id`` is empty when no instance uses it.
    """

    id: str
    ownership: Ownership
    status: str | None
    type: str | None
    instance_id: str | None
    vpc_id: str | None
    vswitch_id: str | None
    created_at: str | None
    description: str | None
    addresses: list[str] | None
    prefixes: list[str] | None
    groups: dict[str, bool | None]
    slots: list[SlotSheet]
    findings: Sequence[Reported]


class QuotaSheet(Struct, frozen=True):
    """How full a security group is.

    ``used`` is what the rule holds against the quota: of an advanced group the larger of its two counts.
    ``used``, ``left`` and the counts are ``None`` where they are not known; ``note`` then says why.
    """

    quota: int
    used: int | None
    left: int | None
    enis: int | None
    addresses: int | None
    prefixes: int | None
    note: str


class GroupSheet(Struct, frozen=True):
    """One security group.

    ``managed_enis`` are the managed ones among its ENIs, ``unsure_enis`` those that may be or not,
    ``named_by`` the other groups with a rule that names it; ``None`` where they are not known.
    """

    id: str
    ownership: Ownership
    name: str | None
    type: str | None
    service_id: str | None
    vpc_id: str | None
    created_at: str | None
    description: str | None
    quota: QuotaSheet | None
    managed_enis: list[str] | None
    unsure_enis: list[str] | None
    named_by: list[str] | None
    findings: Sequence[Reported]


def eni_sheet(eni: Eni, view: View, findings: Sequence[Reported]) -> EniSheet:
    """What a view says of an ENI."""
    return EniSheet(
        id=eni.id,
        ownership=ownership(eni, view),
        status=eni.status,
        type=eni.type,
        instance_id=instance_of(eni),
        vpc_id=eni.vpc_id,
        vswitch_id=eni.vswitch_id,
        created_at=eni.created_at,
        description=eni.description,
        addresses=addresses_of(eni),
        prefixes=prefixes_of(eni),
        groups={one: _managed(view, one) for one in eni.security_group_ids or ()},
        slots=[_slots(eni, family, view) for family in FAMILIES],
        findings=findings,
    )


def group_sheet(group: SecurityGroup, view: View, policy: Policy, findings: Sequence[Reported]) -> GroupSheet:
    """What a view says of a security group; ``policy`` has the quota that the account was given."""
    members = view.enis_by("security_group", group.id)
    naming = groups_naming(view, group.id)
    enis = None if isinstance(members, Unknown) else members
    return GroupSheet(
        id=group.id,
        ownership=ownership(group, view),
        name=group.name,
        type=group.type,
        service_id=group.service_id,
        vpc_id=group.vpc_id,
        created_at=group.created_at,
        description=group.description,
        quota=_quota(group, members, policy),
        managed_enis=None if enis is None else [eni.id for eni in enis if eni.managed],
        unsure_enis=None if enis is None else [eni.id for eni in enis if eni.managed is None],
        named_by=None if isinstance(naming, Unknown) else sorted(set(naming)),
        findings=findings,
    )


def _managed(view: View, group_id: str) -> bool | None:
    found = view.security_group(group_id)
    return found.managed if isinstance(found, SecurityGroup) else None


def _slots(eni: Eni, family: Family, view: View) -> SlotSheet:
    addresses, prefixes = eni.count(family.number), eni.prefix_count(family.number)
    if family is IPV4 and addresses is not None:
        # Every ENI has a primary IPv4 address, also one whose record leaves it out.
        addresses = max(1, addresses)
    if eni.attached is False:
        return _unattached(family, addresses, prefixes)
    limit, note = _limit(eni, family, view)
    if limit is None or addresses is None or prefixes is None:
        return SlotSheet(family.label, addresses, prefixes, limit, None, note)
    left = max(0, limit - addresses - prefixes)
    return SlotSheet(family.label, addresses, prefixes, limit, left, note)


def _unattached(family: Family, addresses: int | None, prefixes: int | None) -> SlotSheet:
    """No instance type sets a limit; the document has one on IPv4 prefixes by API."""
    if family is not IPV4:
        return SlotSheet(
            family.label, addresses, prefixes, None, None, "no instance uses it: no limit is documented"
        )
    left = None if prefixes is None else max(0, MOST_BY_API - prefixes)
    note = "no instance uses it: the limit is on prefixes, by API"
    return SlotSheet(family.label, addresses, prefixes, MOST_BY_API, left, note)


def _limit(eni: Eni, family: Family, view: View) -> tuple[int | None, str]:
    """The slots per ENI that the type of its instance has, and where that comes from."""
    if not eni.instance_id:
        return None, "it is not known which instance uses it"
    instance = view.instance(eni.instance_id)
    if not isinstance(instance, Instance) or not instance.type:
        return None, _why(instance, f"the type of {eni.instance_id} is not known")
    kind = view.instance_type(instance.type)
    if not isinstance(kind, InstanceType):
        return None, _why(kind, f"the limits of {instance.type} are not known")
    limit = kind.ipv4_per_eni if family is IPV4 else kind.ipv6_per_eni
    if limit is None:
        return None, f"{kind.id} does not say how many {family.label} addresses an ENI takes"
    return limit, f"per ENI of {kind.id}"


def _why(found: object, otherwise: str) -> str:
    return f"{otherwise}: {found.reason}" if isinstance(found, Unknown) else otherwise


def _quota(group: SecurityGroup, members: tuple[Eni, ...] | Unknown, policy: Policy) -> QuotaSheet | None:
    """How full a group is; ``None`` when its type, and so its quota, is not known."""
    kinds: tuple[type[GroupAddresses], ...] = (BasicGroupAddresses, AdvancedGroupAddresses)
    matching = [one for one in kinds if one.group_type == (group.type or "").lower()]
    if not matching:
        return None
    rule = matching[0](policy.rules.get(matching[0].code))
    quota = rule.quota
    found = members if isinstance(members, Unknown) else summed(members)
    if not isinstance(found, Usage):
        note = found.reason if isinstance(found, Unknown) else f"it is not known what {found} holds"
        return QuotaSheet(quota, None, None, None, None, None, note)
    used = rule.counted(found)
    note = f"{used * 100 // quota} % used"
    return QuotaSheet(quota, used, max(0, quota - used), found.enis, found.addresses, found.prefixes, note)

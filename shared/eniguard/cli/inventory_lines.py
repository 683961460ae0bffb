"""The ENIs and security groups of a state snapshot, one record each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from eniguard.cli.eni_fields import addresses_of, instance_of, prefixes_of
from eniguard.cli.ownership import Ownership, Reported, ownership
from eniguard.facts.kinds import AnyResource, Eni, SecurityGroup
from eniguard.facts.refs import Unknown
from eniguard.facts.view import View
from eniguard.model.kinds import ENI, SECURITY_GROUP

#: The kinds that an inventory lists.
LISTED = (ENI, SECURITY_GROUP)


class InventoryLine(Struct, frozen=True):
    """One ENI or security group; ``None`` is what is not known, or what such a resource does not have.

    Addresses include the primary one. ``instance_id`` is empty when no instance uses the ENI. ``enis`` is how
    many ENIs a group holds. ``findings`` are those of the sweep rules on this resource.
    """

    kind: str
    id: str
    ownership: Ownership
    status: str | None = None
    vpc_id: str | None = None
    vswitch_id: str | None = None
    instance_id: str | None = None
    addresses: list[str] | None = None
    prefixes: list[str] | None = None
    enis: int | None = None
    description: str | None = None
    findings: Sequence[Reported] = ()


def inventory_lines(
    view: View,
    resources: Mapping[str, Mapping[str, AnyResource | Unknown]],
    findings: Mapping[str, Sequence[Reported]],
) -> list[InventoryLine]:
    """Every ENI, then every security group, in the order of the snapshot.

    Parameters
    ----------
    view
        What the snapshot lists.
    resources
        What is known of each item of the snapshot, by kind and id.
    findings
        Those of the sweep, by the id of their subject.
    """
    return [
        _line(view, kind, resource_id, one, findings.get(resource_id, ()))
        for kind in LISTED
        for resource_id, one in resources[kind].items()
    ]


def _line(
    view: View, kind: str, resource_id: str, one: AnyResource | Unknown, findings: Sequence[Reported]
) -> InventoryLine:
    if isinstance(one, Eni):
        return _eni(view, one, findings)
    if isinstance(one, SecurityGroup):
        return _group(view, one, findings)
    return InventoryLine(kind, resource_id, Ownership(managed=None), findings=findings)


def _eni(view: View, eni: Eni, findings: Sequence[Reported]) -> InventoryLine:
    return InventoryLine(
        kind=ENI,
        id=eni.id,
        ownership=ownership(eni, view),
        status=eni.status,
        vpc_id=eni.vpc_id,
        vswitch_id=eni.vswitch_id,
        instance_id=instance_of(eni),
        addresses=addresses_of(eni),
        prefixes=prefixes_of(eni),
        description=eni.description,
        findings=findings,
    )


def _group(view: View, group: SecurityGroup, findings: Sequence[Reported]) -> InventoryLine:
    members = view.enis_by("security_group", group.id)
    return InventoryLine(
        kind=SECURITY_GROUP,
        id=group.id,
        ownership=ownership(group, view),
        vpc_id=group.vpc_id,
        enis=None if isinstance(members, Unknown) else len(members),
        description=group.description,
        findings=findings,
    )

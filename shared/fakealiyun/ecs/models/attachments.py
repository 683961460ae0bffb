"""ENIs come to instances and go."""

from __future__ import annotations

from datetime import datetime, timedelta

from fakealiyun.documents import Assumptions
from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.eni import Eni
from fakealiyun.ecs.models.enis import Enis
from fakealiyun.ecs.models.instance_types import InstanceType
from fakealiyun.ecs.models.instances import Instance
from fakealiyun.ecs.models.quotas import check_slots


def attach(
    enis: Enis,
    eni: Eni,
    instance: Instance,
    *,
    kind: InstanceType,
    trunk: Eni | None,
    now: datetime,
    rules: Assumptions,
) -> None:
    """Let an ENI attach to an instance, behind a trunk ENI if one is given.

    Raises
    ------
    ApiError
        State, type, zone or VPC do not fit, or the instance type has no room.
    """
    if eni.type == "Primary":
        raise exceptions.wrong_eni_type(eni.id, eni.type)
    if eni.status != "Available":
        raise exceptions.wrong_eni_state(eni.id, eni.status)
    if eni.vpc_id != instance.vpc_id:
        raise exceptions.vpc_mismatch()
    if eni.zone_id != instance.zone_id:
        raise exceptions.zone_mismatch()
    _check_trunk(eni, trunk, instance, kind)
    _check_number(enis, instance, kind, trunk)
    check_slots(kind, {4: eni.size(4), 6: eni.size(6)}, rules)
    if trunk is not None:
        eni.type, eni.trunk_id = "Member", trunk.id
    enis.join_instance(eni, instance.id)
    enis.enter(eni, "Attaching", now + timedelta(seconds=rules.eni_transition))


def _check_trunk(eni: Eni, trunk: Eni | None, instance: Instance, kind: InstanceType) -> None:
    if eni.type == "Trunk" and (trunk is not None or not kind.trunk):
        raise exceptions.wrong_eni_type(eni.id, eni.type)
    if trunk is not None and (trunk.type != "Trunk" or trunk.instance_id != instance.id):
        raise exceptions.wrong_eni_type(trunk.id, trunk.type)
    if trunk is not None and trunk.status != "InUse":
        raise exceptions.wrong_eni_state(trunk.id, trunk.status)


def _check_number(enis: Enis, instance: Instance, kind: InstanceType, trunk: Eni | None) -> None:
    attached = enis.of_instance(instance.id)
    members = sum(one.type == "Member" for one in attached)
    full = members >= kind.member_enis if trunk is not None else len(attached) - members >= kind.enis
    if full:
        raise exceptions.too_many_enis(instance.id)


def detach(
    enis: Enis, eni: Eni, instance: Instance, *, trunk_id: str | None, now: datetime, rules: Assumptions
) -> None:
    """Let an ENI detach from an instance.

    Raises
    ------
    ApiError
        The ENI is the primary one, is not attached there, or is a trunk with members.
    """
    if eni.type == "Primary":
        raise exceptions.primary_detached(eni.id)
    if eni.status != "InUse" or eni.instance_id != instance.id:
        raise exceptions.wrong_eni_state(eni.id, eni.status)
    if trunk_id is not None and trunk_id != eni.trunk_id:
        raise exceptions.invalid_parameter(f"The ENI {eni.id} is not behind the trunk ENI {trunk_id}.")
    if any(one.trunk_id == eni.id for one in enis.of_instance(instance.id)):
        raise exceptions.assumed(rules.eni_codes["members-attached"], f"The ENI {eni.id} has member ENIs.")
    enis.enter(eni, "Detaching", now + timedelta(seconds=rules.eni_transition))


def check_type_change(enis: Enis, instance: Instance, kind: InstanceType, rules: Assumptions) -> None:
    """Let an instance become one of another type: all its ENIs keep their addresses and prefixes.

    Raises
    ------
    ApiError
        The type carries fewer ENIs, or fewer addresses on one, than the instance has.
    """
    attached = enis.of_instance(instance.id)
    members = sum(one.type == "Member" for one in attached)
    if len(attached) - members > kind.enis or members > kind.member_enis:
        raise exceptions.too_many_enis(instance.id)
    for eni in attached:
        if eni.type == "Trunk" and not kind.trunk:
            raise exceptions.wrong_eni_type(eni.id, eni.type)
        check_slots(kind, {4: eni.size(4), 6: eni.size(6)}, rules)


def release(enis: Enis, instance: Instance) -> None:
    """Let the ENIs of an instance that is deleted go with it, or be available again.

    The primary ENI always goes; the others as their ``delete_on_release`` says.
    """
    for eni in enis.of_instance(instance.id):
        if eni.type == "Primary" or eni.delete_on_release or eni.status == "Deleting":
            enis.remove(eni)
            continue
        enis.leave_instance(eni)
        eni.status, eni.due = "Available", None

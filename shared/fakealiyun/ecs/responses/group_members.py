"""JoinSecurityGroup and LeaveSecurityGroup, for instances (their primary ENI) and for ENIs."""

from __future__ import annotations

from collections.abc import Mapping

from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.eni import Eni
from fakealiyun.ecs.models.groups import Group
from fakealiyun.ecs.models.quotas import check_room, check_together
from fakealiyun.errors import MissingParameter
from fakealiyun.managed import check_eni, check_group
from fakealiyun.services import Call, Fields, Handler

#: How JoinSecurityGroup spells that a group is full.
_FULL = "SecurityGroupInstanceLimitExceeded"


def join_security_group(call: Call) -> Fields:
    """Put an instance or an ENI into a group."""
    group, eni, is_instance = _named(call)
    ecs = call.region.ecs
    if group.id in eni.groups:
        raise exceptions.already_member()
    if group.vpc_id != eni.vpc_id:
        message = f"The ENI {eni.id} and the group {group.id} are in different VPCs."
        raise exceptions.instance_of_other_vpc() if is_instance else exceptions.vpc_mismatch(message)
    if len(eni.groups) >= call.cloud.assumptions.groups_per_eni:
        raise exceptions.too_many_groups_of_member()
    check_together([*map(ecs.groups.get, eni.groups), group], call.cloud.assumptions)
    check_room(ecs.enis, [group], eni.total_size, code=_FULL)
    ecs.enis.put_in_groups(eni, [*eni.groups, group.id])
    return {}


def leave_security_group(call: Call) -> Fields:
    """Take an instance or an ENI out of a group."""
    group, eni, is_instance = _named(call)
    if group.id not in eni.groups:
        raise exceptions.not_a_member()
    if len(eni.groups) == 1:
        raise exceptions.last_group_of_instance() if is_instance else exceptions.last_group_of_eni()
    call.region.ecs.enis.put_in_groups(eni, [one for one in eni.groups if one != group.id])
    return {}


def _named(call: Call) -> tuple[Group, Eni, bool]:
    """The group, the ENI, and whether the call names an instance, whose primary ENI it is then."""
    group_id = call.parameters.required("SecurityGroupId")
    eni_id, instance_id = call.parameters.text("NetworkInterfaceId"), call.parameters.text("InstanceId")
    if eni_id and instance_id:
        raise exceptions.eni_and_instance()
    ecs = call.region.ecs
    if instance_id:
        eni = ecs.enis.of_instance(ecs.instances.get(instance_id).id)[0]
    elif eni_id:
        eni = ecs.enis.get(eni_id)
    else:
        raise MissingParameter("InstanceId")
    group = ecs.groups.get(group_id)
    check_group(call, group)
    check_eni(call, eni)
    if eni.status not in ("Available", "InUse"):
        raise exceptions.wrong_eni_state(eni.id, eni.status)
    return group, eni, not eni_id


HANDLERS: Mapping[str, Handler] = {
    "JoinSecurityGroup": join_security_group,
    "LeaveSecurityGroup": leave_security_group,
}

"""Security groups that a call puts an ENI into."""

from __future__ import annotations

from collections.abc import Sequence

from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.groups import Group
from fakealiyun.ecs.models.quotas import check_together
from fakealiyun.errors import MissingParameter
from fakealiyun.managed import check_group
from fakealiyun.services import Call
from fakealiyun.wire.parameters import Parameters


def named_groups(parameters: Parameters) -> list[str]:
    """The groups of a call that takes ``SecurityGroupId`` or ``SecurityGroupIds.N``, not both.

    Raises
    ------
    ApiError
        Neither is there, or both are.
    """
    one, several = parameters.text("SecurityGroupId"), parameters.texts("SecurityGroupIds")
    if one and several:
        raise exceptions.conflicting_parameters("SecurityGroupId", "SecurityGroupIds.N")
    if not one and not several:
        raise MissingParameter("SecurityGroupId")
    return [one] if one else list(dict.fromkeys(several))


def usable_groups(call: Call, group_ids: Sequence[str], vpc_id: str) -> list[Group]:
    """Groups that the caller may put an ENI of a VPC into.

    Raises
    ------
    ApiError
        One does not exist, is managed or is in another VPC, or an ENI cannot be in all of them.
    """
    groups = [call.region.ecs.groups.get(group_id) for group_id in group_ids]
    for group in groups:
        check_group(call, group)
    for group in groups:
        if group.vpc_id != vpc_id:
            raise exceptions.vpc_mismatch(f"The security group {group.id} is not in the VPC {vpc_id}.")
    check_together(groups, call.cloud.assumptions)
    return groups


def replaced_groups(call: Call, current: Sequence[str], group_ids: Sequence[str], vpc_id: str) -> list[Group]:
    """Groups that the caller may put an ENI into instead of its current ones.

    Raises
    ------
    ApiError
        As `usable_groups`; also when a managed group would lose the ENI.
    """
    groups = usable_groups(call, group_ids, vpc_id)
    for group_id in current:
        if group_id not in group_ids:
            check_group(call, call.region.ecs.groups.get(group_id))
    return groups

"""Wire in and out of service-linked roles."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from fakealiyun.documents.roles import roles_by_service
from fakealiyun.errors import ApiError
from fakealiyun.ram.exceptions import already_exists, invalid, not_exist
from fakealiyun.ram.models import Role
from fakealiyun.ram.models.linked_roles import DeletionTask, RoleUsage, role_name
from fakealiyun.ram.responses.roles import role_item
from fakealiyun.services import Call, Fields, Handler

#: A custom suffix: letters, digits, periods and hyphens; the whole name has at most 64 characters
#: (ResourceManager, CreateServiceLinkedRole).
_SUFFIX = re.compile(r"[A-Za-z0-9.-]+\Z")
_LONGEST_NAME = 64
_LONGEST_DESCRIPTION = 1024
#: Characters of the id of a deletion task (ResourceManager, GetServiceLinkedRoleDeletionStatus).
_TASK_ID_LENGTHS = range(26, 256)


def create_service_linked_role(call: Call) -> Fields:
    """CreateServiceLinkedRole: the role of a service, with a suffix if it may have several."""
    parameters, ram = call.parameters, call.region.account.ram
    service, suffix = parameters.required("ServiceName"), parameters.text("CustomSuffix") or ""
    description = parameters.text("Description") or ""
    if service not in roles_by_service() and ram.roles.linked_to(service) is None:
        raise not_exist("Service", service)
    _check_suffix(call, service, suffix)
    if description and not suffix:
        raise invalid("Description", "NotAllowed")
    if len(description) > _LONGEST_DESCRIPTION:
        raise invalid("Description", "Length")
    name = f"{role_name(service)}_{suffix}" if suffix else role_name(service)
    if ram.roles.find(name) is not None:
        raise already_exists("Role", name)
    role = ram.linked_role(call.cloud, service, suffix=suffix, description=description)
    item = role_item(role, ram)
    return {"Role": {key: item[key] for key in item if key not in ("UpdateDate", "MaxSessionDuration")}}


def delete_service_linked_role(call: Call) -> Fields:
    """DeleteServiceLinkedRole: a task that fails when the service still has something in the account."""
    ram, now = call.region.account.ram, call.cloud.clock.now()
    role = ram.roles.get(call.parameters.required("RoleName"))
    if role.service is None:
        raise not_exist("ServiceLinkedRole", role.name)
    running = ram.deletions.running_for(role.name)
    if running is not None:
        return {"DeletionTaskId": running.id}
    usages = list(_usages(call, role))
    refusal = call.cloud.assumptions.linked_role_in_use
    if usages and refusal is not None:
        raise ApiError(*refusal, f"{role.name} cannot be deleted as {role.service} uses it.")
    task = DeletionTask(
        id=f"task/acs-service-role/{role.service}/{role.name}/{call.request_id}",
        role_name=role.name,
        role_arn=role.arn,
        service=role.service,
        usages=usages,
        created_at=now,
        ready_at=now + timedelta(seconds=call.cloud.assumptions.linked_role_deletion),
    )
    role.last_deletion = ram.deletions.add(task).id
    return {"DeletionTaskId": task.id}


def get_service_linked_role_deletion_status(call: Call) -> Fields:
    """GetServiceLinkedRoleDeletionStatus: how far a task is, and why it failed."""
    task_id = call.parameters.required("DeletionTaskId")
    if len(task_id) not in _TASK_ID_LENGTHS:
        raise invalid("DeletionTaskId", "Length")
    if not task_id.startswith("task/acs-service-role/"):
        raise invalid("DeletionTaskId")
    task = call.region.account.ram.deletions.find(task_id)
    if task is None:
        raise not_exist("ServiceLinkedRole.DeletionTask", task_id)
    if not task.over(call.cloud.clock.now()):
        return {"Status": "IN_PROGRESS"}
    if not task.usages:
        return {"Status": "SUCCEEDED"}
    return {"Status": "FAILED", "Reason": _reason(task)}


def _check_suffix(call: Call, service: str, suffix: str) -> None:
    if not suffix:
        return
    services = call.cloud.assumptions.custom_suffixes
    if services is not None and service not in services:
        raise invalid("CustomSuffix", "NotAllowed")
    if not _SUFFIX.match(suffix):
        raise invalid("CustomSuffix", "InvalidChars")
    if len(f"{role_name(service)}_{suffix}") > _LONGEST_NAME:
        raise invalid("CustomSuffix", "Length")


def _usages(call: Call, role: Role) -> Iterator[RoleUsage]:
    """What a service has in the regions of the account: its managed ENIs and security groups.

    Of several roles of one service only the last one is kept by them.
    """
    account = call.region.account
    others = [one for one in account.ram.roles.all() if one.service == role.service and one is not role]
    if others:
        return
    for region in call.cloud.regions_of(account.id):
        place = f"acs:ecs:{region.id}:{account.id}"
        enis = [f"{place}:eni/{eni.id}" for eni in region.ecs.enis.all() if eni.service == role.service]
        groups = [
            f"{place}:securitygroup/{group.id}"
            for group in region.ecs.groups.all()
            if group.service == role.service
        ]
        if enis or groups:
            yield RoleUsage(region.id, enis + groups)


def _reason(task: DeletionTask) -> dict[str, Any]:
    return {
        "Message": f"Service-Linked Role {task.role_arn} cannot be deleted as {task.service} uses it.",
        "RoleUsages": {
            "RoleUsage": [
                {"Region": usage.region, "Resources": {"Resource": usage.resources}} for usage in task.usages
            ]
        },
    }


HANDLERS: dict[str, Handler] = {
    "CreateServiceLinkedRole": create_service_linked_role,
    "DeleteServiceLinkedRole": delete_service_linked_role,
}
RESOURCE_MANAGER_HANDLERS: dict[str, Handler] = {
    **HANDLERS,
    "GetServiceLinkedRoleDeletionStatus": get_service_linked_role_deletion_status,
}

"""Managed mode: who may call what on a resource that a cloud service manages."""

from __future__ import annotations

from typing import Protocol

from fakealiyun.documents import ENI_TABLE, GROUP_TABLE
from fakealiyun.documents.tables import ALSO_REFUSE_MANAGED_ENIS
from fakealiyun.errors import ApiError
from fakealiyun.identities import Identity
from fakealiyun.services import Call

ENI_MANAGED = "InvalidOperation.EniServiceManaged"
GROUP_MANAGED = "InvalidOperation.ResourceManagedByCloudProduct"


class ManagedResource(Protocol):
    """A resource that may be in managed mode."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def service(self) -> str | None:
        """The service that manages it (``nat.aliyuncs.com``); ``None`` for an ordinary one."""

    @property
    def service_id(self) -> int | None:
        """The number of that service."""


def check_eni(call: Call, eni: ManagedResource) -> None:
    """Let a call on an ENI pass, as the table for managed ENIs says.

    Raises
    ------
    ApiError
        ``InvalidOperation.EniServiceManaged`` with status 403.
    """
    row = ENI_TABLE.get(call.action)
    if row is None and call.action not in ALSO_REFUSE_MANAGED_ENIS:
        return
    if not _may(call, eni, account=row is not None and row.account):
        code, status = (ENI_MANAGED, 403)
        if row is not None and row.product == "vpc":
            code, status = call.cloud.assumptions.vpc_managed
        raise ApiError(code, status, f"The specified ENI {eni.id} is managed by {eni.service}.")


def check_group(call: Call, group: ManagedResource) -> None:
    """Let a call on or with a security group pass, as the table for managed groups says.

    Raises
    ------
    ApiError
        ``InvalidOperation.ResourceManagedByCloudProduct`` with status 403.
    """
    row = GROUP_TABLE.get(call.action)
    if row is not None and not _may(call, group, account=row.account):
        message = f"The specified SecurityGroup {group.id} has been managed by serviceID {group.service_id}."
        raise ApiError(GROUP_MANAGED, 403, message)


def _may(call: Call, resource: ManagedResource, *, account: bool) -> bool:
    if resource.service is None or account or call.cloud.assumptions.contract_broken:
        return True
    caller: Identity = call.caller
    if caller.service == resource.service:
        return True
    return caller.is_service and call.cloud.assumptions.foreign_service_may_write

"""Rights of other accounts to attach an ENI."""

from __future__ import annotations

from collections.abc import Mapping

from fakealiyun.ecs import exceptions
from fakealiyun.ecs.models.eni import EniPermission
from fakealiyun.ecs.responses.eni_items import permission_item
from fakealiyun.errors import MissingParameter
from fakealiyun.managed import check_eni
from fakealiyun.services import Call, Fields, Handler
from fakealiyun.wire.paging import Sizes, by_number

_PAGE = Sizes(default=10, most=100)


def create_network_interface_permission(call: Call) -> Fields:
    """Let another account attach an ENI."""
    parameters, enis = call.parameters, call.region.ecs.enis
    account = parameters.required("AccountId")
    eni_id = parameters.required("NetworkInterfaceId")
    kind = parameters.required("Permission")
    if not account.isdecimal():
        raise exceptions.invalid_parameter("The parameter AccountId is not a whole number.")
    if kind != "InstanceAttach":
        raise exceptions.invalid_parameter("The parameter Permission is not InstanceAttach.")
    eni = enis.get(eni_id)
    check_eni(call, eni)
    permission = EniPermission(
        call.cloud.ids.next("eni-perm"), eni.id, int(account), kind, call.caller.service or ""
    )
    enis.permissions[permission.id] = permission
    return {"NetworkInterfacePermission": permission_item(permission)}


def delete_network_interface_permission(call: Call) -> Fields:
    """Let another account attach an ENI no longer."""
    permission_id = call.parameters.required("NetworkInterfacePermissionId")
    enis = call.region.ecs.enis
    permission = enis.permissions.get(permission_id)
    if permission is None:
        code = call.cloud.assumptions.eni_codes["permission-not-found"]
        raise exceptions.assumed(code, f"The permission {permission_id} does not exist.")
    check_eni(call, enis.get(permission.eni_id))
    del enis.permissions[permission_id]
    return {}


def describe_network_interface_permissions(call: Call) -> Fields:
    """The permissions on an ENI, or those with these ids."""
    eni_id = call.parameters.text("NetworkInterfaceId")
    ids = set(call.parameters.texts("NetworkInterfacePermissionId"))
    if eni_id is None and not ids:
        raise MissingParameter("NetworkInterfaceId")
    found = [
        permission
        for permission in call.region.ecs.enis.permissions.values()
        if eni_id in (None, permission.eni_id) and (not ids or permission.id in ids)
    ]
    page = by_number(call.parameters, found, _PAGE)
    shown = [permission_item(permission) for permission in page.items]
    return {**page.fields, "NetworkInterfacePermissions": {"NetworkInterfacePermission": shown}}


HANDLERS: Mapping[str, Handler] = {
    "CreateNetworkInterfacePermission": create_network_interface_permission,
    "DeleteNetworkInterfacePermission": delete_network_interface_permission,
    "DescribeNetworkInterfacePermissions": describe_network_interface_permissions,
}

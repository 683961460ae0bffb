"""Deleting the permission of another account on an ENI."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from eniguard.errors import NotFound, RemediationError
from eniguard.facts.item_fields import ItemError
from eniguard.facts.items import read_item
from eniguard.facts.kinds import Eni
from eniguard.model import Fix
from eniguard.model.kinds import ENI
from eniguard.remediation.plan import Plan, Precondition, Purpose
from eniguard.remediation.remedies.base import GONE, Place, Reader, Remedy, Seen

_ID, _ENI = "NetworkInterfacePermissionId", "NetworkInterfaceId"
_FIELDS = (_ENI, "AccountId", "Permission")
#: Permissions on a page (DescribeNetworkInterfacePermissions, PageSize).
_PAGE = 100


class EniPermission(Remedy):
    """The permission is told by its id; granted again it has another one."""

    action = "ecs:DeleteNetworkInterfacePermission"
    inverse = "ecs:CreateNetworkInterfacePermission"
    reads = ("ecs:DescribeNetworkInterfacePermissions", "ecs:DescribeNetworkInterfaces")

    def taken_back(self, fix: Fix) -> str:
        return f"Let account {fix.undo['AccountId']} use {fix.undo[_ENI]} again, by a permission of a new id"

    def start(self, fix: Fix) -> tuple[Precondition, ...]:
        return (Precondition("permission", _said(fix.undo)),)

    def goal(self, fix: Fix) -> tuple[Precondition, ...]:
        return (Precondition("permission", GONE),)

    def look(self, plan: Plan, purpose: Purpose, reader: Reader) -> Seen:
        granted = plan.inverse[0].parameters
        eni = _eni(reader, granted[_ENI])
        if eni is None:
            return Seen({"permission": GONE}, vanished=True)
        if purpose == "apply":
            asked, wanted = {f"{_ID}.1": plan.calls[0].parameters[_ID]}, None
        else:
            asked, wanted = {_ENI: granted[_ENI]}, _said(granted)
        said = [_said(one) for one in _permissions(reader, asked)]
        found = next((one for one in said if wanted in (None, one)), GONE)
        tags = None if eni.tags is None else dict(eni.tags)
        return Seen({"permission": found}, managed=eni.managed, tags=tags)

    def places(self, place: Place) -> tuple[str, ...]:
        return (f"acs:ecs:*:{place.account}:eni/*",)


def _said(fields: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}={fields.get(name)}" for name in _FIELDS)


def _permissions(reader: Reader, asked: Mapping[str, str]) -> list[dict[str, Any]]:
    try:
        answer = reader.call("ecs", "DescribeNetworkInterfacePermissions", {**asked, "PageSize": _PAGE})
    except NotFound:
        return []
    found = (answer.get("NetworkInterfacePermissions") or {}).get("NetworkInterfacePermission") or []
    return [one for one in found if isinstance(one, dict)]


def _eni(reader: Reader, eni_id: str) -> Eni | None:
    for item in reader.items(ENI, eni_id):
        try:
            found = read_item(ENI, item)
        except ItemError as error:
            raise RemediationError(f"{eni_id} cannot be read: {error}") from None
        if isinstance(found, Eni) and found.id == eni_id:
            return found
    return None

"""RAM and ResourceManager calls on roles and their policies (fields: RAM 2015-05-01, SDK 1.3.0).

AttachPolicy and DetachPolicy are ResourceManager's own (2020-03-31, SDK 2.6.2); they write a role as
``NAME@role.ALIAS.onaliyunservice.com``.

ActionTrail records role calls under several service names (Ram, ResourceManager, Ims, and the product for
which a service-linked role is made). Which one is open (docs/sources.md, API): every row accepts any service.
"""

from __future__ import annotations

from eniguard.events.catalog.shapes import Api, Shape, Where
from eniguard.model.kinds import POLICY, ROLE

_T = Shape.TEXT
_ROLE = Where("RoleName", ROLE)
_CREATED = Where("Role.RoleName", ROLE, "created", response=True)
_POLICY = {"PolicyName": _T, "PolicyType": _T}

#: Calls of products that create their service-linked role on the way (docs/sources.md, Domain).
CREATES_ROLE_ON_THE_WAY = (
    "CreateServiceLinkedRoleForProduct",
    "InitializeDbsServiceLinkedRole",
    "CreateSlrRole",
    "CreateSlrAndSlsProject",
    "OpenArmsDefaultSLR",
    "OpenXtraceDefaultSLR",
)


#: Starts a task that deletes a service-linked role.
DELETION = "ram:DeleteServiceLinkedRole"
#: Asks how far that task is; of one that failed, the answer says why.
DELETION_STATUS = "GetServiceLinkedRoleDeletionStatus"
STATUS_OF_DELETION = f"ram:{DELETION_STATUS}"


def _role_call(name: str, parameters: dict[str, Shape], targets: tuple[Where, ...], *, assumed: bool) -> Api:
    return Api("ram", name, True, parameters, targets, assumed=assumed, any_service=True)


APIS: tuple[Api, ...] = (
    _role_call(
        "CreateServiceLinkedRole",
        {"ServiceName": _T, "CustomSuffix": _T, "Description": _T},
        (_CREATED,),
        assumed=False,
    ),
    *(
        _role_call(name, {"ServiceName": _T, "ProductName": _T}, (_CREATED,), assumed=True)
        for name in CREATES_ROLE_ON_THE_WAY
    ),
    _role_call("DeleteServiceLinkedRole", {"RoleName": _T}, (_ROLE,), assumed=False),
    Api("ram", DELETION_STATUS, False, {"DeletionTaskId": _T}, assumed=True, any_service=True),
    _role_call("CreateRole", {"RoleName": _T, "AssumeRolePolicyDocument": _T}, (_ROLE,), assumed=True),
    _role_call(
        "UpdateRole",
        {"RoleName": _T, "NewAssumeRolePolicyDocument": _T, "NewDescription": _T},
        (_ROLE,),
        assumed=True,
    ),
    _role_call("DeleteRole", {"RoleName": _T}, (_ROLE,), assumed=True),
    _role_call("AttachPolicyToRole", {"RoleName": _T, **_POLICY}, (_ROLE,), assumed=True),
    _role_call("DetachPolicyFromRole", {"RoleName": _T, **_POLICY}, (_ROLE,), assumed=True),
    _role_call(
        "CreatePolicyVersion",
        {"PolicyName": _T, "PolicyDocument": _T, "SetAsDefault": Shape.FLAG},
        (Where("PolicyName", POLICY),),
        assumed=True,
    ),
    _role_call(
        "SetDefaultPolicyVersion",
        {"PolicyName": _T, "VersionId": _T},
        (Where("PolicyName", POLICY),),
        assumed=True,
    ),
    _role_call(
        "DeletePolicyVersion",
        {"PolicyName": _T, "VersionId": _T},
        (Where("PolicyName", POLICY),),
        assumed=True,
    ),
    _role_call("DeletePolicy", {"PolicyName": _T}, (Where("PolicyName", POLICY),), assumed=True),
    *(
        Api(
            "ram",
            name,
            True,
            {"PrincipalName": _T, "PrincipalType": _T, **_POLICY},
            (Where("PrincipalName", ROLE, when=("PrincipalType", "ServiceRole")),),
            assumed=True,
            also_recorded_as=("resourcemanager", "ims"),
        )
        for name in ("AttachPolicy", "DetachPolicy")
    ),
)

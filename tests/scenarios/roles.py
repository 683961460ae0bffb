"""Roles: a service-linked one from its creation to its deletion, look-alikes, and roles of the account."""

from __future__ import annotations

import json

from tests.scenarios.stage import Stage
from tests.scenarios.world import GATEWAY, NAT, World

ROLE = "AliyunServiceRoleForApiGatewayConnectUserVpc"
NAT_ROLE = "AliyunServiceRoleForNatgw"


def _trust(kind: str, *who: str) -> str:
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {kind: list(who)}}
    return json.dumps({"Statement": [statement], "Version": "1"})


def linked(stage: Stage) -> None:
    """A service-linked role is created, edited (refused), deleted too early, released, and deleted."""
    world = World(stage)
    bob = stage.account("bob", policy={"Version": "1", "Statement": []})
    with stage.case("slr/create-denied", "A RAM user without the right to create the role."):
        world.refused("ram:CreateServiceLinkedRole", bob, ServiceName=GATEWAY)
    with stage.case("slr/created", "API Gateway's role is created.", "eventbridge"):
        world.call("ram:CreateServiceLinkedRole", ServiceName=GATEWAY)
    with stage.case("slr/created-again", "The role exists already."):
        world.refused("ram:CreateServiceLinkedRole", ServiceName=GATEWAY)
    policy = {"PolicyType": "System", "PolicyName": "AliyunServiceRolePolicyForApiGatewayConnectUserVpc"}
    with stage.case("slr/edits-refused", "Its name and its rights cannot be edited.", "lines"):
        world.refused("ram:UpdateRole", RoleName=ROLE, NewAssumeRolePolicyDocument=_trust("RAM", _ROOT))
        world.refused("ram:DetachPolicyFromRole", RoleName=ROLE, **policy)
        admin = {"PolicyType": "System", "PolicyName": "AdministratorAccess"}
        world.refused("ram:AttachPolicyToRole", RoleName=ROLE, **admin)
    with (
        stage.case("slr/edit-succeeded", "A policy is attached to it, which RAM should have refused.", "sls"),
        stage.assuming(contract_broken=True),
    ):
        world.call("ram:AttachPolicyToRole", RoleName=ROLE, **admin)
    service = stage.service(GATEWAY, "connectuservpc")
    eni = world.make_eni(service)
    with stage.case("slr/deleted-too-early", "Its deletion is asked for while it has an ENI.", "eventbridge"):
        task = world.make("ram:DeleteServiceLinkedRole", "DeletionTaskId", RoleName=ROLE)
    status = world.call("ram:GetServiceLinkedRoleDeletionStatus", DeletionTaskId=task)["Status"]
    if status != "FAILED":
        raise AssertionError(f"the deletion task is {status}")
    world.call("ecs:DeleteNetworkInterface", service, NetworkInterfaceId=eni)
    with stage.case("slr/delete-denied", "A RAM user without the right asks for its deletion.", "lookup"):
        world.refused("ram:DeleteServiceLinkedRole", bob, RoleName=ROLE)
    with stage.case("slr/deleted", "Its deletion is asked for once everything is released."):
        world.call("ram:DeleteServiceLinkedRole", RoleName=ROLE)
    stage.service(NAT)
    with stage.case("slr/delete-as-ordinary", "A service-linked role is deleted like an ordinary one."):
        world.refused("ram:DeleteRole", RoleName=NAT_ROLE)


_ROOT = "acs:ram::1234567890123456:root"


def ordinary(stage: Stage) -> None:
    """Roles of the account: one that looks like a service's, an older service role, one of its own."""
    world = World(stage)
    look_alike = "AliyunServiceRoleForNatgvv"
    with (
        stage.case("slr/look-alike-made", "A role that is named like a service-linked one.", "eventbridge"),
        stage.assuming(linked_role_name=None),
    ):
        trust = _trust("RAM", _ROOT)
        world.call("ram:CreateRole", RoleName=look_alike, AssumeRolePolicyDocument=trust)
    owner = stage.service("owner.example.aliyuncs.com", "owner")
    managed = world.make_eni(owner)
    renamed = {"NetworkInterfaceId": managed, "NetworkInterfaceName": "mine"}
    with (
        stage.case("eni/look-alike-role-trust-known", "Its trust lets users of the account assume it."),
        stage.assuming(contract_broken=True),
    ):
        world.call("ecs:ModifyNetworkInterfaceAttribute", stage.assume(look_alike, "x"), **renamed)
    listed = stage.snapshot()
    listed["resources"] = {key: items for key, items in listed["resources"].items() if key != "ram:Role"}
    with (
        stage.case("eni/look-alike-role", "The same, and its trust is not known.", state=listed),
        stage.assuming(contract_broken=True),
    ):
        world.call("ecs:ModifyNetworkInterfaceAttribute", stage.assume(look_alike, "x"), **renamed)
    old = {"RoleName": "AliyunNASManageENIRole"}
    policy = {"PolicyType": "System", "PolicyName": "AliyunNASManageENIRolePolicy"}
    with stage.case(
        "slr/older-service-role", "An older service role is made, then opened to users.", "lines"
    ):
        world.call("ram:CreateRole", **old, AssumeRolePolicyDocument=_trust("Service", "nas.aliyuncs.com"))
        world.call("ram:UpdateRole", **old, NewAssumeRolePolicyDocument=_trust("RAM", _ROOT))
    with stage.case("slr/own-role", "A role of the account and its policies.", "oss"):
        own, custom = {"RoleName": "deployer"}, {"PolicyName": "deploy", "PolicyType": "Custom"}
        world.call("ram:CreateRole", **own, AssumeRolePolicyDocument=_trust("RAM", _ROOT))
        statement = {"Effect": "Allow", "Action": "ecs:Describe*", "Resource": "*"}
        document = json.dumps({"Version": "1", "Statement": [statement]})
        world.call("ram:CreatePolicy", PolicyName="deploy", PolicyDocument=document)
        world.call("ram:AttachPolicyToRole", **own, **custom)
        world.call("ram:CreatePolicyVersion", PolicyName="deploy", PolicyDocument=document)
        world.call("ram:SetDefaultPolicyVersion", PolicyName="deploy", VersionId="v2")
        world.call("ram:DeletePolicyVersion", PolicyName="deploy", VersionId="v1")
        world.refused("ram:DetachPolicyFromRole", **own, **policy)
        world.call("ram:DetachPolicyFromRole", **own, **custom)
        world.call("ram:DeleteRole", **own)

"""Service roles: deletions that fail, roles that somebody assumes, and what policies allow."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from tests.scenarios.stage import Event, Stage
from tests.scenarios.world import GATEWAY, NAT, World

ROLE = "AliyunServiceRoleForApiGatewayConnectUserVpc"
OLDER = "AliyunNASManageENIRole"
#: How a role that is in use could be refused at once; no source has a code for it.
_IN_USE = ("DeleteConflict.Role.ServiceLinkedRoleInUse", 409)
_ROOT = "acs:ram::1234567890123456:root"


def _trust(kind: str, *who: str) -> str:
    statement = {"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": {kind: list(who)}}
    return json.dumps({"Statement": [statement], "Version": "1"})


def _arn(role: str) -> str:
    return f"acs:ram::1234567890123456:role/{role.lower()}"


def _with_answer(answer: Mapping[str, Any]) -> Callable[[Event], Event]:
    """An event of a query that has its answer, as events of changes do."""
    return lambda event: {**event, "responseElements": dict(answer)}


def _by_a_service(event: Event) -> Event:
    """A call that a cloud service made by itself, from an address of the provider's."""
    caller = {"type": "system", "userName": "nat.aliyuncs.com"}
    return {**event, "eventType": "AliyunServiceEvent", "sourceIpAddress": "Internal", "userIdentity": caller}


def failed_deletions(stage: Stage) -> None:
    """A service-linked role that is in use: its deletion is refused, or its task fails, and then not."""
    world = World(stage)
    service = stage.service(GATEWAY, "connectuservpc")
    eni = world.make_eni(service)
    with (
        stage.case("slr/delete-refused", "Its deletion is refused: the service has an ENI.", "eventbridge"),
        stage.assuming(linked_role_in_use=_IN_USE),
    ):
        world.refused("ram:DeleteServiceLinkedRole", RoleName=ROLE)
    status = {"DeletionTaskId": world.make("ram:DeleteServiceLinkedRole", "DeletionTaskId", RoleName=ROLE)}
    asked = "ram:GetServiceLinkedRoleDeletionStatus"
    failed, made = _with_answer(world.call(asked, **status)), "with its answer"
    with stage.case("slr/deletion-failed", "The deletion task failed.", change=failed, made=made):
        world.call(asked, **status)
    with stage.case("slr/deletion-asked", "The same, and the event does not hold the answer.", "lines"):
        world.call(asked, **status)
    world.call("ecs:DeleteNetworkInterface", service, NetworkInterfaceId=eni)
    status = {"DeletionTaskId": world.make("ram:DeleteServiceLinkedRole", "DeletionTaskId", RoleName=ROLE)}
    over = _with_answer(world.call(asked, **status))
    with stage.case("slr/deletion-succeeded", "The deletion task went well.", change=over, made=made):
        world.call(asked, **status)
    with stage.case("slr/delete-gone", "The deletion of a role that is gone is refused."):
        world.refused("ram:DeleteServiceLinkedRole", RoleName=ROLE)


def assumed_roles(stage: Stage) -> None:
    """Roles are assumed: an older service role that was opened to users, one of the account, a linked one."""
    world = World(stage)
    stage.service(NAT)
    world.call("ram:CreateRole", RoleName=OLDER, AssumeRolePolicyDocument=_trust("RAM", _ROOT))
    world.call("ram:CreateRole", RoleName="aliyun-deployer", AssumeRolePolicyDocument=_trust("RAM", _ROOT))
    with stage.case("slr/role-assumed", "A user assumes an older service role.", "eventbridge"):
        world.call("sts:AssumeRole", RoleArn=_arn(OLDER), RoleSessionName="debug")
    with stage.case("slr/own-role-assumed", "A user assumes a role of the account.", "sls"):
        world.call("sts:AssumeRole", RoleArn=_arn("aliyun-deployer"), RoleSessionName="deploy")
    with stage.case("slr/linked-role-not-assumed", "A user may not assume a service-linked role.", "lines"):
        world.refused("sts:AssumeRole", RoleArn=_arn("AliyunServiceRoleForNatgw"), RoleSessionName="debug")
    with stage.case(
        "slr/role-assumed-by-service", "A service takes its role.", change=_by_a_service, made="hand-written"
    ):
        world.call("sts:AssumeRole", RoleArn=_arn(OLDER), RoleSessionName="nas")


def drifted_policies(stage: Stage) -> None:
    """The policy of NAT Gateway's role is as published; then it gains and loses rights."""
    stage.service(NAT)
    stage.still("slr/policy-as-published", "The policy of a service's role is as published.", policies=True)
    ram = stage.in_account(stage.account_id).ram
    (statements,) = [one.document["Statement"] for one in ram.policies.all() if one.service == NAT]
    grown = [*statements, _allowing("ecs:ModifySecurityGroupRule")]
    ram.renew_policy(NAT, {"Version": "1", "Statement": grown}, stage.clock.now())
    stage.still("slr/policy-grown", "It has one right more.", policies=True)
    shrunk = json.loads(json.dumps(grown).replace('"ecs:DeleteNetworkInterface", ', ""))
    ram.renew_policy(NAT, {"Version": "1", "Statement": shrunk}, stage.clock.now())
    stage.still("slr/policy-shrunk", "It may no longer delete ENIs.", policies=True)


def policies_in_force(stage: Stage) -> None:
    """NAT Gateway makes a call that its published policy does not list; then its policy has grown by it."""
    world = World(stage)
    service = stage.service(NAT, "nat-gateway")
    own = {"VpcId": world.vpc, "Description": "Created by NAT Gateway ngw-bp1example0001"}
    group = world.make("ecs:CreateSecurityGroup", "SecurityGroupId", service, **own)
    asked = {"SecurityGroupId": group, "InnerAccessPolicy": "Drop"}
    closes = "ecs:ModifySecurityGroupPolicy"
    with (
        stage.case(
            "slr/outside-policy-in-force",
            "NAT Gateway closes its group, which its policy does not list.",
            policies=True,
        ),
        stage.assuming(contract_broken=True),
    ):
        world.call(closes, service, **asked)
    ram = stage.in_account(stage.account_id).ram
    (statements,) = [one.document["Statement"] for one in ram.policies.all() if one.service == NAT]
    ram.renew_policy(NAT, {"Version": "1", "Statement": [*statements, _allowing(closes)]}, stage.clock.now())
    with stage.case("slr/policy-in-force-has-grown", "The policy in force lists that.", policies=True):
        world.call(closes, service, **{**asked, "InnerAccessPolicy": "Accept"})


def deletion_rights(stage: Stage) -> None:
    """Custom policies about service-linked roles: tied to one service, and tied to none."""
    world = World(stage)
    tied = {"Condition": {"StringEquals": {"ram:ServiceName": NAT}}}
    _make_policy(world, "nat-operators", {**_allowing("ram:DeleteServiceLinkedRole"), **tied})
    stage.still("slr/deletion-right-tied", "A custom policy lets the role of one service go.", policies=True)
    _make_policy(world, "role-operators", _allowing("ram:*ServiceLinkedRole"))
    world.call("ram:CreateRole", RoleName="operator", AssumeRolePolicyDocument=_trust("RAM", _ROOT))
    attached = {"PolicyType": "Custom", "PolicyName": "role-operators"}
    world.call("ram:AttachPolicyToRole", RoleName="operator", **attached)
    stage.still("slr/deletion-right-loose", "Another one lets that of any service go.", policies=True)


def _allowing(action: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*"}


def _make_policy(world: World, name: str, statement: Mapping[str, Any]) -> None:
    document = json.dumps({"Version": "1", "Statement": [statement]})
    world.call("ram:CreatePolicy", PolicyName=name, PolicyDocument=document)

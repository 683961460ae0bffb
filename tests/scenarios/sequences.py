"""Calls that need the ones before them, in one sequence: no case here has a snapshot of its own."""

from __future__ import annotations

from typing import Any

from tests.scenarios.exposure import AUTHORIZE, NO_SSH, REVOKE, rule, rule_id
from tests.scenarios.exposure import SSH as SSH_TO_THE_WORLD
from tests.scenarios.managed import SSH
from tests.scenarios.stage import Stage
from tests.scenarios.world import ASSIGN4, MODIFY, NAT, NLB, UNASSIGN4, World

ORDERED_REGION = "cn-shanghai"
RULES_REGION = "cn-beijing"


def journal(stage: Stage) -> None:
    """What the journal knows of ENIs made by earlier calls, running totals, moves, repeated deliveries."""
    world = World(stage)
    instance = world.make_instance()
    nat, nlb = stage.service(NAT, "nat-gateway"), stage.service(NLB, "nlb")
    managed = world.make_eni(nat)
    first, second, total = world.make_eni(), world.make_eni(), world.make_eni()
    stage.share("sequences")
    with stage.case("sequences/created-then-touched", "ENIs that no state lists.", "lines", state="shared"):
        own = world.make_eni()
        asked = {"NetworkInterfaceId": own, "InstanceId": instance}
        world.call("ecs:AttachNetworkInterface", **asked)
        world.call("ecs:DetachNetworkInterface", **asked)
        world.call("ecs:DeleteNetworkInterface", NetworkInterfaceId=own)
        made = world.make_eni(nat)
        renamed = {"NetworkInterfaceId": made, "NetworkInterfaceName": "x"}
        with stage.assuming(foreign_service_may_write=True, contract_broken=True):
            world.call(MODIFY, nlb, **renamed)
            world.call(MODIFY, **renamed)
        group = {"SecurityGroupId": world.make_group(nat)}
        with stage.assuming(foreign_service_may_write=True, contract_broken=True):
            world.call("ecs:AuthorizeSecurityGroup", nlb, **group, Permissions=[SSH])
        world.call("ecs:RevokeSecurityGroup", nat, **group, Permissions=[SSH])
    with stage.case("sequences/duplicates", "A refusal that is delivered three times.", state="shared"):
        world.refused("ecs:DeleteNetworkInterface", NetworkInterfaceId=managed)
    prefix = {"Ipv4Prefix": ["10.0.131.0/28"]}
    with stage.case(
        "sequences/prefix-moved", "A prefix comes, goes and comes elsewhere.", "sls", state="shared"
    ):
        world.call(ASSIGN4, NetworkInterfaceId=first, **prefix)
        world.call(UNASSIGN4, NetworkInterfaceId=first, **prefix)
        world.call(ASSIGN4, NetworkInterfaceId=second, **prefix)
    with stage.case(
        "sequences/running-total", "49 prefixes over several calls, and one more.", "oss", state="shared"
    ):
        for number in (10, 10, 10, 10, 9):
            world.call(ASSIGN4, NetworkInterfaceId=total, Ipv4PrefixCount=number)
        world.refused(ASSIGN4, NetworkInterfaceId=total, Ipv4PrefixCount=1)
        world.call(UNASSIGN4, NetworkInterfaceId=total, Ipv4Prefix=["10.0.128.0/28"])
        world.call(ASSIGN4, NetworkInterfaceId=total, Ipv4PrefixCount=1)
    stage.repeat("sequences/duplicates", "sequences/redelivered", times=2)


def out_of_order(stage: Stage) -> None:
    """Events that come in another order than they happened; one of them far too late."""
    world = World(stage, ORDERED_REGION)
    first, second, spare = world.make_eni(), world.make_eni(), world.make_eni()
    stage.share("sequences/out-of-order", ORDERED_REGION)
    prefix = {"Ipv4Prefix": ["10.0.131.0/28"]}
    path, said = "sequences/out-of-order/trail", "Late events, one past the reorder window."
    with stage.case(path, said, "lines", state="shared", region=ORDERED_REGION):
        world.call(ASSIGN4, NetworkInterfaceId=first, **prefix)
        world.call(UNASSIGN4, NetworkInterfaceId=first, **prefix)
        world.call(ASSIGN4, NetworkInterfaceId=second, **prefix)
        world.call(MODIFY, NetworkInterfaceId=spare, NetworkInterfaceName="web")
        stage.clock.advance(3600)
        world.call("ecs:DeleteNetworkInterface", NetworkInterfaceId=spare)
    stage.reorder(path, (2, 1, 0, 4, 3))


def rules(stage: Stage) -> None:
    """Rules of groups that come and go by several calls: what a call opens depends on those before it."""
    world = World(stage, RULES_REGION)
    guarded, office, mixed = world.make_group(), world.make_group(), world.make_group()
    private = rule("22/22", "10.0.0.0/8", Priority="2")
    listed = {"PrefixListName": "offices", "MaxEntries": 5, "AddressFamily": "IPv4"}
    offices = world.make("ecs:CreatePrefixList", "PrefixListId", **listed, Entry=[{"Cidr": "192.0.2.0/24"}])
    world.call(AUTHORIZE, SecurityGroupId=guarded, Permissions=[NO_SSH])
    world.call(AUTHORIZE, SecurityGroupId=office, Permissions=[SSH_TO_THE_WORLD])
    world.call(AUTHORIZE, SecurityGroupId=mixed, Permissions=[private])
    folder = "sequences/rules"
    stage.share(folder, RULES_REGION)
    shared: dict[str, Any] = {"form": "lines", "state": "shared", "region": RULES_REGION}
    with stage.case(
        f"{folder}/a-drop-rule-goes-first",
        "SSH is opened after its drop rule went; a second call adds nothing.",
        **shared,
    ):
        world.call(REVOKE, SecurityGroupId=guarded, Permissions=[NO_SSH])
        world.call(AUTHORIZE, SecurityGroupId=guarded, Permissions=[SSH_TO_THE_WORLD])
        world.call(AUTHORIZE, SecurityGroupId=guarded, Permissions=[SSH_TO_THE_WORLD])
    with stage.case(f"{folder}/b-open-again", "SSH is open, is closed, and is opened again.", **shared):
        world.call(AUTHORIZE, SecurityGroupId=office, Permissions=[SSH_TO_THE_WORLD])
        world.call(REVOKE, SecurityGroupId=office, Permissions=[SSH_TO_THE_WORLD])
        world.call(AUTHORIZE, SecurityGroupId=office, Permissions=[SSH_TO_THE_WORLD])
    with stage.case(
        f"{folder}/c-new-drop-rule-by-id",
        "A drop rule is added, and revoked by the id that no event told.",
        **shared,
    ):
        world.call(AUTHORIZE, SecurityGroupId=mixed, Permissions=[rule("22/22", "10.0.0.0/8", Policy="drop")])
        drop = rule_id(world, mixed, Policy="Drop")
        world.call(REVOKE, SecurityGroupId=mixed, SecurityGroupRuleId=[drop])
    with stage.case(
        f"{folder}/d-new-group", "In a group that no state lists, a drop rule holds the world back.", **shared
    ):
        fresh = {"SecurityGroupId": world.make_group()}
        world.call(AUTHORIZE, **fresh, Permissions=[rule("3389/3389", Policy="drop")])
        world.call(AUTHORIZE, **fresh, Permissions=[rule("3389/3389")])
    with stage.case(
        f"{folder}/e-list-taken-into-use", "A list that a rule names since a while gets the world.", **shared
    ):
        named = {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": offices}
        world.call(AUTHORIZE, SecurityGroupId=mixed, Permissions=[named])
        world.call("ecs:ModifyPrefixList", PrefixListId=offices, AddEntry=[{"Cidr": "0.0.0.0/0"}])

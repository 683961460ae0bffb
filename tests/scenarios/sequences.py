"""Calls that need the ones before them, in one sequence: no case here has a snapshot of its own."""

from __future__ import annotations

from tests.scenarios.managed import SSH
from tests.scenarios.stage import Stage
from tests.scenarios.world import ASSIGN4, MODIFY, NAT, NLB, UNASSIGN4, World

ORDERED_REGION = "cn-shanghai"


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

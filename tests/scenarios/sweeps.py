"""What stands there, without any call: ENIs, groups and reserved blocks that only the sweep sees."""

from __future__ import annotations

from tests.scenarios.quotas import BASIC, fill
from tests.scenarios.stage import Stage
from tests.scenarios.world import ASSIGN4, NAT, NLB, World

_DAY = 86_400


def orphans(stage: Stage) -> None:
    """NAT Gateway leaves an ENI behind."""
    world = World(stage)
    service = stage.service(NAT, "nat-gateway")
    busy = world.make_eni(service, Description="NAT Gateway ngw-bp1example0001")
    instance = world.make_instance()
    world.call("ecs:AttachNetworkInterface", service, NetworkInterfaceId=busy, InstanceId=instance)
    world.make_eni(service, Description="NAT Gateway ngw-bp1example0002")
    stage.still("eni/managed-eni-just-made", "One managed ENI is in use, the other was made a minute ago.")
    stage.clock.advance(2 * _DAY)
    stage.still("eni/managed-eni-orphaned", "Two days later nothing uses the second one still.")


def left_overs(stage: Stage) -> None:
    """NLB leaves a security group behind."""
    world = World(stage)
    service = stage.service(NLB)
    group = world.make_group(service)
    eni = world.make_eni(service, SecurityGroupId=group, Description="NLB nlb-bp1example0001")
    asked = {"NetworkInterfaceId": eni, "InstanceId": world.make_instance()}
    world.call("ecs:AttachNetworkInterface", service, **asked)
    stage.clock.advance(8 * _DAY)
    stage.still("sg/managed-group-in-use", "A managed group that is eight days old, with an ENI in it.")
    world.call("ecs:DetachNetworkInterface", service, **asked)
    world.call("ecs:DeleteNetworkInterface", service, NetworkInterfaceId=eni)
    stage.still("sg/managed-group-left-over", "The same without any ENI.")


def reserved_blocks(stage: Stage) -> None:
    """Reserved blocks of eight prefixes: one fills up, another has single addresses all over."""
    world = World(stage)
    filling, scattered = world.make_vswitch("10.1.0.0/23"), world.make_vswitch("10.2.0.0/23")
    world.reserve("10.1.0.128/25", vswitch=filling)
    eni = world.make_eni(VSwitchId=filling, Ipv4PrefixCount=6)
    stage.still("pfx/reservation-with-headroom", "Six of eight prefixes of a reserved block are taken.")
    world.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1)
    stage.still("pfx/reservation-nearly-used", "A seventh is taken.")
    world.call("ecs:DeleteNetworkInterface", NetworkInterfaceId=eni)
    strays = [f"10.2.0.{128 + 16 * place + 4}" for place in range(7)]
    first = world.make_eni(VSwitchId=scattered, PrimaryIpAddress=strays[0])
    for stray in strays[1:]:
        world.call(ASSIGN4, NetworkInterfaceId=first, PrivateIpAddress=[stray])
    world.reserve("10.2.0.128/25", vswitch=scattered)
    stage.still("pfx/reservation-fragmented", "Single addresses in seven of the eight places of a block.")
    world.call("ecs:UnassignPrivateIpAddresses", NetworkInterfaceId=first, PrivateIpAddress=strays[1:])
    stage.still("pfx/reservation-with-a-stray", "One single address is left in it.")


def full_groups(stage: Stage) -> None:
    """A basic group is at 90 % of its addresses, and no call is on record."""
    world = World(stage)
    group = world.make_group()
    fill(world, group, BASIC // 100)
    stage.still("qta/basic-group-with-much-room", "A basic group at 1 % of its addresses.")
    fill(world, group, BASIC * 89 // 100)
    stage.still("qta/basic-group-at-90-percent", "A basic group at 90 %.")

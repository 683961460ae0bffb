"""Quotas of security groups: 80 % crossed, and a group that is full."""

from __future__ import annotations

from tests.scenarios.stage import Stage
from tests.scenarios.world import ASSIGN4, World

#: Private addresses that a basic and an advanced group hold (document "IP prefixes").
BASIC, ADVANCED = 6_000, 65_536
#: Addresses of one ENI at most: the primary one and 49 more.
_MOST = 50


def fill(world: World, group: str, number: int) -> str:
    """ENIs in a group until it holds that many addresses; the last one has room for more."""
    stage = world.stage
    while number > 1:
        count = min(_MOST, number - 1)
        place = {"VSwitchId": world.vswitch, "SecurityGroupId": group}
        place |= {"SecondaryPrivateIpAddressCount": str(count - 1)} if count > 1 else {}
        super(Stage, stage).call("ecs:CreateNetworkInterface", world.alice, None, **place)
        number -= count
    return world.make_eni(SecurityGroupId=group)


def basic(stage: Stage) -> None:
    """A basic group reaches 4,800 of its 6,000 addresses, and one more; then it is full."""
    world = World(stage)
    group = world.make_group()
    last = fill(world, group, BASIC * 8 // 10 - 1)
    with stage.case("qta/basic-group-crosses-80-percent", "A basic group reaches 80 %, and more.", "oss"):
        world.call(ASSIGN4, NetworkInterfaceId=last, SecondaryPrivateIpAddressCount=1)
        world.call(ASSIGN4, NetworkInterfaceId=last, Ipv4PrefixCount=1)
    fill(world, group, BASIC - BASIC * 8 // 10 - 1)
    spare = world.make_eni()
    with stage.case("qta/join-full-group-refused", "An ENI cannot join a full group."):
        world.refused("ecs:JoinSecurityGroup", SecurityGroupId=group, NetworkInterfaceId=spare)
    roomy = {"SecurityGroupId": world.make_group(), "NetworkInterfaceId": spare}
    with stage.case("qta/join-group-with-room", "It joins one that has room, and leaves it.", "lines"):
        world.call("ecs:JoinSecurityGroup", **roomy)
        world.call("ecs:LeaveSecurityGroup", **roomy)


def advanced(stage: Stage) -> None:
    """An advanced group reaches 80 % of its 65,536 addresses."""
    world = World(stage)
    group = world.make_group(kind="enterprise")
    with stage.case("qta/advanced-group-with-room", "An ENI is made in an advanced group with room."):
        world.make_eni(SecurityGroupId=group)
    last = fill(world, group, ADVANCED * 8 // 10 - 1)
    with stage.case("qta/advanced-group-crosses-80-percent", "An advanced group reaches 80 %."):
        world.call(ASSIGN4, NetworkInterfaceId=last, SecondaryPrivateIpAddressCount=1)

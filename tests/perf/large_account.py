"""A large account in the fake cloud, and a busy day in it; the same seed makes the same of both."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from fakealiyun import Cloud
from fakealiyun.clock import RunningClock
from fakealiyun.documents import Assumptions
from fakealiyun.errors import ApiError

#: vSwitches of one VPC: fewer than the reserved blocks that a VPC may have (`Assumptions`).
_PER_VPC = 50
#: One ENI and one group of so many are a service's, one ENI of so many has a prefix, and one of so many of a
#: service is left over.
_ONE_MANAGED_OF, _ONE_WITH_PREFIX_OF, _ONE_LEFT_OF = 19, 10, 50
_RULES, _INSTANCES_PER_VSWITCH, _ROLES = 10, 2, 50
#: One call of so many is one that rules look at, and one of so many of those is a finding.
_ONE_CONCERNED_OF, _ONE_FOUND_OF = 5, 20
_DAY = 86_400.0
#: Seconds of calls: all of them are still within a day of the sweep when it begins.
_BUSY = _DAY - 600
#: Seconds since the account was made: old enough for rules on what is left over.
_AGE = 30 * _DAY
_READS = {"Version": "1", "Statement": [{"Effect": "Allow", "Action": "ecs:Describe*", "Resource": "*"}]}
_SEED = 20260301
#: A service that makes groups of its own.
_LOAD_BALANCER = "alb.aliyuncs.com"


@dataclass(frozen=True)
class Size:
    """How much there is in each region."""

    enis: int
    groups: int
    vswitches: int


@dataclass
class Region:
    """What is in one region, by id; groups by the VPC they belong to."""

    id: str
    vpcs: list[str] = field(default_factory=list)
    vswitches: list[tuple[str, int]] = field(default_factory=list)
    groups: list[list[str]] = field(default_factory=list)
    of_services: list[list[str]] = field(default_factory=list)
    enis: list[tuple[str, int]] = field(default_factory=list)
    managed: list[str] = field(default_factory=list)


def running() -> Cloud:
    """A cloud whose clock goes with the machine's; what was done can be looked up at once."""
    return Cloud(clock=RunningClock(), assumptions=Assumptions(lookup_delay=0.0))


def set_back(cloud: Cloud, seconds: float = 0.0) -> None:
    """Let the clock go on from so long ago."""
    cloud.clock.set(datetime.now(timezone.utc) - timedelta(seconds=seconds))


def filled(cloud: Cloud, region: str, size: Size) -> Region:
    """Fill a region a month ago; how it came to be there is not in the trail."""
    made = Region(region)
    set_back(cloud, _AGE)
    _networks(cloud, made, size)
    _groups(cloud, made, size)
    _enis(cloud, made, size)
    for number in range(_ROLES):
        cloud.role(f"app-{number}", _READS)
    cloud.trail.clear()
    set_back(cloud)
    return made


def _networks(cloud: Cloud, made: Region, size: Size) -> None:
    keys = cloud.account()
    for _ in range(0, size.vswitches, _PER_VPC):
        made.vpcs.append(cloud.call("vpc:CreateVpc", keys, made.id, CidrBlock="10.0.0.0/8")["VpcId"])
    cloud.clock.advance(60)
    for number in range(size.vswitches):
        vpc, place = divmod(number, _PER_VPC)
        asked = {"VpcId": made.vpcs[vpc], "ZoneId": f"{made.id}-h", "CidrBlock": f"10.{place}.0.0/16"}
        made.vswitches.append((cloud.call("vpc:CreateVSwitch", keys, made.id, **asked)["VSwitchId"], vpc))
    cloud.clock.advance(60)
    for number, (vswitch, _) in enumerate(made.vswitches):
        asked = {"VSwitchId": vswitch, "VSwitchCidrReservationCidr": f"10.{number % _PER_VPC}.128.0/20"}
        cloud.call("vpc:CreateVSwitchCidrReservation", keys, made.id, **asked)
    cloud.clock.advance(60)


def _groups(cloud: Cloud, made: Region, size: Size) -> None:
    chance = random.Random(_SEED)
    made.groups, made.of_services = [[] for _ in made.vpcs], [[] for _ in made.vpcs]
    for number in range(size.groups):
        vpc = number % len(made.vpcs)
        service = number % _ONE_MANAGED_OF == _ONE_MANAGED_OF - 1
        keys = cloud.service(_LOAD_BALANCER) if service else cloud.account()
        asked = {"VpcId": made.vpcs[vpc], "SecurityGroupName": f"group-{number}"}
        group = cloud.call("ecs:CreateSecurityGroup", keys, made.id, **asked)["SecurityGroupId"]
        rules = [_rule(chance) for _ in range(_RULES)]
        cloud.call("ecs:AuthorizeSecurityGroup", keys, made.id, SecurityGroupId=group, Permissions=rules)
        (made.of_services if service else made.groups)[vpc].append(group)


def _rule(chance: random.Random, source: str | None = None) -> dict[str, str]:
    port = chance.randrange(1_024, 60_000)
    return {
        "IpProtocol": "TCP",
        "PortRange": f"{port}/{port + 10}" if source is None else "22/22",
        "SourceCidrIp": source or f"10.{chance.randrange(256)}.{chance.randrange(256)}.0/24",
    }


def _enis(cloud: Cloud, made: Region, size: Size) -> None:
    keys, service = cloud.account(), cloud.service(_LOAD_BALANCER)
    for number in range(size.enis):
        vswitch, vpc = made.vswitches[number % len(made.vswitches)]
        place, managed = number // len(made.vswitches), number % _ONE_MANAGED_OF == 0
        # The last group of a service in each VPC is left over.
        groups = made.of_services[vpc][:-1] if managed else made.groups[vpc]
        group = (groups or made.groups[vpc])[place % len(groups or made.groups[vpc])]
        asked = {"VSwitchId": vswitch, "SecurityGroupId": group}
        if number % _ONE_WITH_PREFIX_OF == 1:
            asked["Ipv4PrefixCount"] = "1"
        caller = service if managed else keys
        eni = cloud.call("ecs:CreateNetworkInterface", caller, made.id, **asked)["NetworkInterfaceId"]
        if not managed:
            made.enis.append((eni, vpc))
            continue
        made.managed.append(eni)
        if len(made.managed) % _ONE_LEFT_OF:  # what uses it is not of this account
            cloud.region(made.id).ecs.enis.get(eni).status = "InUse"
    for vswitch, vpc in made.vswitches:
        asked = {"VSwitchId": vswitch, "SecurityGroupId": made.groups[vpc][0], "ImageId": "example"}
        amount = str(_INSTANCES_PER_VSWITCH)
        cloud.call("ecs:RunInstances", keys, made.id, InstanceType="ecs.g7.large", Amount=amount, **asked)


def busy_day(cloud: Cloud, made: Region, calls: int) -> None:
    """Make calls for a day, up to now: four of five read, and no rule looks at them."""
    set_back(cloud, _BUSY)
    chance, alice = random.Random(_SEED), cloud.account("alice")
    writes = _writes(cloud, made, chance)
    for number in range(calls):
        if number % _ONE_CONCERNED_OF:
            cloud.call("ecs:DescribeRegions", alice, made.id)
        else:
            with suppress(ApiError):  # a call that is refused is an event as well
                next(writes)()
        cloud.clock.advance(_BUSY / calls)
    set_back(cloud)


def _writes(cloud: Cloud, made: Region, chance: random.Random) -> Iterator[Callable[[], object]]:
    """Calls that rules look at: most on groups and ENIs of the account, some of them findings."""
    alice = cloud.account("alice")
    number = 0

    def call(action: str, **asked: object) -> Callable[[], object]:
        return lambda: cloud.call(f"ecs:{action}", alice, made.id, **asked)

    while True:
        eni, vpc = chance.choice(made.enis)
        group = chance.choice(made.groups[vpc])
        found = number % _ONE_FOUND_OF == 0
        number += 1
        if found and made.managed and number % 2:
            yield call("DeleteNetworkInterface", NetworkInterfaceId=chance.choice(made.managed))
            continue
        kind = chance.randrange(5)
        rule = _rule(chance, "0.0.0.0/0" if found else None)
        if found or kind == 0:
            yield call("AuthorizeSecurityGroup", SecurityGroupId=group, Permissions=[rule])
        elif kind == 1:
            yield call("RevokeSecurityGroup", SecurityGroupId=group, Permissions=[rule])
        elif kind == 2:
            yield call("ModifyNetworkInterfaceAttribute", NetworkInterfaceId=eni, SecurityGroupId=[group])
        elif kind == 3:
            yield call("AssignPrivateIpAddresses", NetworkInterfaceId=eni, Ipv4PrefixCount="1")
        else:
            yield call("JoinSecurityGroup", NetworkInterfaceId=eni, SecurityGroupId=group)

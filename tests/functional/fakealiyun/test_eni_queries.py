"""Finding ENIs: filters, pages, and work that does not grow with their number."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from fakealiyun import Assumptions
from fakealiyun.ecs.models.asks import Grant
from fakealiyun.ecs.models.eni import Eni
from tests.functional.fakealiyun.scene import Scene

DELETE = "ecs:DeleteNetworkInterface"
JOIN = "ecs:JoinSecurityGroup"


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def eni(scene: Scene) -> str:
    return scene.make_eni()


# -- finding ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "filters",
    [
        lambda scene: {"NetworkInterfaceName": "wanted"},
        lambda scene: {"PrimaryIpAddress": "10.0.0.99"},
        lambda scene: {"PrivateIpAddress": ["10.0.0.100", "10.0.0.222"]},
        lambda scene: {"Ipv6Address": [f"{scene.ipv6_stem}::99"]},
        lambda scene: {"VSwitchId": scene.enis(NetworkInterfaceName="wanted")[0]["VSwitchId"]},
        lambda scene: {
            "SecurityGroupId": scene.enis(NetworkInterfaceName="wanted")[0][GROUPS]["SecurityGroupId"][0]
        },
        lambda scene: {"ResourceGroupId": "rg-wanted"},
        lambda scene: {"Tag": [{"Key": "team", "Value": "net"}]},
        lambda scene: {"Tag": [{"Key": "team"}], "Type": "Secondary"},
        lambda scene: {
            "InstanceId": scene.enis(NetworkInterfaceName="wanted")[0]["InstanceId"],
            "Type": "Secondary",
        },
        lambda scene: {"Status": "InUse", "Type": "Secondary"},
        lambda scene: {
            "NetworkInterfaceId": [scene.enis(NetworkInterfaceName="wanted")[0]["NetworkInterfaceId"]]
        },
    ],
)
def test_each_filter_finds_the_eni_that_passes_it(
    scene: Scene, eni: str, filters: Callable[[Scene], dict[str, Any]]
) -> None:
    # given one ENI that differs from another in everything, and a primary one in the same group
    vswitch = scene.make_vswitch("10.1.0.0/24")
    group = scene.make_group()
    scene.make_instance(SecurityGroupId=group)
    wanted = scene.make_eni(
        NetworkInterfaceName="wanted",
        PrimaryIpAddress="10.0.0.99",
        PrivateIpAddress=["10.0.0.100"],
        Ipv6Address=[f"{scene.ipv6_stem}::99"],
        ResourceGroupId="rg-wanted",
        SecurityGroupId=group,
        Tag=[{"Key": "team", "Value": "net"}],
    )
    scene.attach(wanted, scene.make_instance(VSwitchId=vswitch))
    asked = filters(scene)
    if "VSwitchId" in asked:
        scene.call(DELETE, NetworkInterfaceId=eni)
        scene.wait()
        asked["Type"] = "Secondary"
    assert [one["NetworkInterfaceId"] for one in scene.enis(**asked)] == [wanted]
    assert scene.enis(**asked, VpcId="vpc-none") == []


GROUPS = "SecurityGroupIds"


def test_a_call_names_up_to_100_enis(scene: Scene, eni: str) -> None:
    ids = [eni, *(f"eni-none{number}" for number in range(99))]
    assert [one["NetworkInterfaceId"] for one in scene.enis(NetworkInterfaceId=ids)] == [eni]
    many = {"NetworkInterfaceId": [*ids, "eni-one-more"]}
    assert scene.refused("ecs:DescribeNetworkInterfaces", **many) == ("InvalidParameter", 400)


def test_pages_go_by_number_and_by_token(scene: Scene) -> None:
    made = [scene.make_eni() for _ in range(25)]

    def page(**asked: Any) -> tuple[list[str], Any]:
        answer = scene.call("ecs:DescribeNetworkInterfaces", **asked)
        assert answer["TotalCount"] == 25
        return [
            one["NetworkInterfaceId"] for one in answer["NetworkInterfaceSets"]["NetworkInterfaceSet"]
        ], answer

    assert page()[0] == made[:10]
    third, answer = page(PageNumber=3, PageSize=11)
    assert (third, answer["PageNumber"], answer["PageSize"]) == (made[22:], 3, 11)
    assert page(PageNumber=4, PageSize=11)[0] == []
    first, answer = page(MaxResults=12)
    second, answer = page(MaxResults=12, NextToken=answer["NextToken"])
    last, answer = page(MaxResults=12, NextToken=answer["NextToken"])
    assert [*first, *second, *last] == made
    assert answer["NextToken"] == ""
    assert len(page(MaxResults=1)[0]) == 10
    assert len(page(MaxResults=1000)[0]) == 25


# -- many ------------------------------------------------------------------------------------------------


MANY = 100_000
TAKEN = "10.0.128.0/28"


class Crowd(Scene):
    """A region with many ENIs, most of them in vSwitches of their own, and one to work on."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._fill(number)
        self.sample_instance = self.make_instance("ecs.g7.4xlarge")
        self.sample = self.make_eni(Ipv4Prefix=[TAKEN])
        self.attach(self.sample, self.sample_instance)

    def _fill(self, number: int) -> None:
        region = self.cloud.region()
        vswitches = [self.vswitch, *(self.make_vswitch(f"10.{block}.0.0/16") for block in range(1, 5))]
        spaces = [
            (region.vpc.vswitch(one), region.ecs.enis.space(region.vpc.vswitch(one), 4)) for one in vswitches
        ]
        crowd = self.make_group()
        for index in range(number):
            place, rank = divmod(index, 25_000)
            vswitch, space = spaces[place]
            eni = Eni(
                f"eni-crowd{index:08d}",
                "Secondary",
                "Available",
                self.vpc,
                vswitch.id,
                vswitch.zone_id,
                "00:16:3e:00:00:00",
                self.cloud.clock.now(),
                groups=[crowd],
            )
            region.ecs.enis.add(eni)
            region.ecs.enis.assign(
                eni, space, 4, Grant(named=(int(vswitch.cidr.network_address) + 1 + rank,))
            )

    def assigned_and_back(self, **asked: Any) -> None:
        """Assign to the sample what is asked for, and take it back."""
        given = self.call("ecs:AssignPrivateIpAddresses", NetworkInterfaceId=self.sample, **asked)
        sets = given["AssignedPrivateIpAddressesSet"]
        back = {
            "Ipv4Prefix": sets.get("Ipv4PrefixSet", {}).get("Ipv4Prefixes"),
            "PrivateIpAddress": sets.get("PrivateIpSet", {}).get("PrivateIpAddress"),
        }
        self.call("ecs:UnassignPrivateIpAddresses", NetworkInterfaceId=self.sample, **back)

    def assign_taken(self) -> None:
        """Ask for a prefix that overlaps with one that is assigned."""
        asked = {"NetworkInterfaceId": self.sample, "Ipv4Prefix": [TAKEN]}
        assert self.refused("ecs:AssignPrivateIpAddresses", **asked) == Assumptions().prefix_codes["overlap"]


@pytest.fixture(scope="module")
def crowded() -> Crowd:
    return Crowd(MANY)


def lines(work: Callable[[], object]) -> int:
    """How many lines of Python some work runs: no clock, and no other load on the machine, disturbs this."""
    count = 0

    def counted(frame: FrameType, event: str, argument: object) -> Callable[..., Any]:
        nonlocal count
        count += event == "line"
        return counted

    before = sys.gettrace()
    sys.settrace(counted)
    try:
        work()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize(
    "work",
    [
        lambda scene: scene.eni(scene.sample),
        lambda scene: scene.enis(InstanceId=scene.sample_instance),
        lambda scene: scene.assign_taken(),
        lambda scene: scene.assigned_and_back(Ipv4Prefix=["10.0.131.240/28"]),
        lambda scene: scene.assigned_and_back(Ipv4PrefixCount=10),
        lambda scene: scene.assigned_and_back(SecondaryPrivateIpAddressCount=10),
        lambda scene: scene.make_eni(Ipv4PrefixCount=1),
        lambda scene: scene.call(JOIN, NetworkInterfaceId=scene.sample, SecurityGroupId=scene.make_group()),
    ],
)
def test_work_on_one_eni_does_not_grow_with_their_number(
    crowded: Crowd, work: Callable[[Crowd], object]
) -> None:
    few = Crowd(10)
    for scene in (few, crowded):
        work(
            scene
        )  # the first search for a free address passes those that are used; later ones go on from there
    assert lines(lambda: work(crowded)) < 2 * lines(lambda: work(few))

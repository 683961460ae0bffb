"""Addresses of ENIs: taking back, single addresses, idempotency and what is assumed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakealiyun import Assumptions, Cloud
from tests.functional.fakealiyun.scene import Scene

ASSIGN4, ASSIGN6 = "ecs:AssignPrivateIpAddresses", "ecs:AssignIpv6Addresses"
UNASSIGN4, UNASSIGN6 = "ecs:UnassignPrivateIpAddresses", "ecs:UnassignIpv6Addresses"
CREATE = "ecs:CreateNetworkInterface"
CODES = Assumptions().prefix_codes
FREE = "10.0.128.16/28"


@pytest.fixture
def scene() -> Scene:
    return Scene()


@pytest.fixture
def eni(scene: Scene) -> str:
    return scene.make_eni()


# -- taking back -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "asked"),
    [
        (UNASSIGN4, lambda scene: {"Ipv4Prefix": ["10.0.128.48/28"]}),
        (UNASSIGN4, lambda scene: {"Ipv4Prefix": ["10.0.128.16/29"]}),
        (UNASSIGN4, lambda scene: {"PrivateIpAddress": ["10.0.0.250"]}),
        (UNASSIGN6, lambda scene: {"Ipv6Prefix": [f"{scene.ipv6_stem}:4001::/80"]}),
        (UNASSIGN6, lambda scene: {"Ipv6Address": [f"{scene.ipv6}".replace("/64", "77")]}),
    ],
)
def test_unassigning_what_is_not_there_is_refused_and_takes_nothing(
    scene: Scene, action: str, asked: Callable[[Scene], dict[str, Any]]
) -> None:
    eni = scene.make_eni(Ipv4PrefixCount=2, Ipv6PrefixCount=1)
    before = scene.eni(eni)
    wanted = {
        name: [*scene.prefixes(eni), *texts] for name, texts in asked(scene).items() if name == "Ipv4Prefix"
    }
    refused = scene.refused(action, NetworkInterfaceId=eni, **{**asked(scene), **wanted})
    assert refused == ("InvalidIp.IpUnassigned", 403)
    assert scene.eni(eni) == before


def test_ipv6_texts_of_any_spelling_name_the_same_prefix(scene: Scene, eni: str) -> None:
    scene.call(ASSIGN6, NetworkInterfaceId=eni, Ipv6Prefix=[f"{scene.ipv6_stem.upper()}:4000:0:0:0/80"])
    assert scene.ipv6_prefixes(eni) == [f"{scene.ipv6_stem}:4000::/80"]
    scene.call(UNASSIGN6, NetworkInterfaceId=eni, Ipv6Prefix=[f"{scene.ipv6_stem.upper()}:4000:0:0::/80"])
    assert scene.ipv6_prefixes(eni) == []


def test_the_primary_address_stays(scene: Scene, eni: str) -> None:
    asked = {"NetworkInterfaceId": eni, "PrivateIpAddress": scene.private_ips(eni)}
    assert scene.refused(UNASSIGN4, **asked) == ("InvalidParameter", 400)


def test_an_eni_that_changes_its_state_takes_and_gives_no_addresses(scene: Scene, eni: str) -> None:
    scene.call("ecs:AttachNetworkInterface", NetworkInterfaceId=eni, InstanceId=scene.make_instance())
    wrong = ("InvalidOperation.InvalidEniState", 400)
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4PrefixCount=1) == wrong
    assert scene.refused(UNASSIGN4, NetworkInterfaceId=eni, PrivateIpAddress=["10.0.0.2"]) == wrong


# -- single addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        ({"PrivateIpAddress": ["10.0.0.0"]}, ("InvalidVSwitchId.IpInvalid", 403)),
        ({"PrivateIpAddress": ["10.0.255.253"]}, ("InvalidVSwitchId.IpInvalid", 403)),
        ({"PrivateIpAddress": ["10.1.0.5"]}, ("InvalidVSwitchId.IpInvalid", 403)),
        ({"PrivateIpAddress": ["10.0.0.9", "10.0.0.9"]}, ("InvalidIp.IpRepeated", 403)),
        ({"PrivateIpAddress": ["10.0.0.1"]}, ("InvalidIp.IpAssigned", 403)),
        ({"PrivateIpAddress": ["10.0.0.x"]}, ("InvalidIp.Address", 403)),
        (
            {"PrivateIpAddress": ["10.0.0.9"], "SecondaryPrivateIpAddressCount": 1},
            ("InvalidParameter.Conflict", 400),
        ),
        ({"SecondaryPrivateIpAddressCount": 50}, ("MaxEniPrivateIpsCountExceeded", 403)),
    ],
)
def test_single_addresses_are_checked(
    scene: Scene, eni: str, asked: dict[str, Any], refused: tuple[str, int]
) -> None:
    assert scene.private_ips(eni) == ["10.0.0.1"]
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, **asked) == refused
    assert scene.private_ips(eni) == ["10.0.0.1"]


def test_a_new_eni_names_a_used_address_with_the_code_of_its_own(scene: Scene, eni: str) -> None:
    asked = {"VSwitchId": scene.vswitch, "SecurityGroupId": scene.group, "PrimaryIpAddress": "10.0.0.1"}
    assert scene.refused(CREATE, **asked) == ("InvalidPrivateIpAddress.Duplicated", 400)


def test_ipv6_needs_a_vswitch_that_has_it(scene: Scene) -> None:
    eni = scene.make_eni(VSwitchId=scene.make_vswitch("10.1.0.0/24"))
    off = ("InvalidVSwitch.Ipv6NotTurnOn", 403)
    assert scene.refused(ASSIGN6, NetworkInterfaceId=eni, Ipv6AddressCount=1) == off
    assert scene.refused(ASSIGN6, NetworkInterfaceId=eni, Ipv6PrefixCount=1) == off


# -- idempotency, assumptions, size ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "asked"), [(ASSIGN4, {"Ipv4PrefixCount": 2}), (ASSIGN6, {"Ipv6PrefixCount": 2})]
)
def test_a_client_token_assigns_once(scene: Scene, eni: str, action: str, asked: dict[str, int]) -> None:
    def answered(token: str) -> dict[str, Any]:
        answer = scene.call(action, NetworkInterfaceId=eni, ClientToken=token, **asked)
        return {name: value for name, value in answer.items() if name != "RequestId"}

    first, again, other = answered("one"), answered("one"), answered("two")
    assert first == again != other
    assert len(scene.prefixes(eni)) + len(scene.ipv6_prefixes(eni)) == 4


def test_the_codes_of_refused_prefixes_are_assumptions_that_can_be_replaced() -> None:
    scene = Scene(
        assumptions=Assumptions(prefix_codes={**CODES, "overlap": ("InvalidIp.PrefixOverlap", 409)})
    )
    eni = scene.make_eni()
    scene.call(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[FREE])
    assert scene.refused(ASSIGN4, NetworkInterfaceId=eni, Ipv4Prefix=[FREE]) == (
        "InvalidIp.PrefixOverlap",
        409,
    )


def test_assigned_prefixes_show_in_the_usage_of_their_reserved_block(scene: Scene) -> None:
    eni = scene.make_eni(Ipv4PrefixCount=3)
    (block,) = scene.call("vpc:ListVSwitchCidrReservations", VSwitchId=scene.vswitch)[
        "VSwitchCidrReservations"
    ]
    assert (block["AssignedCidrCount"], block["AvailableCidrCount"]) == (3, 61)
    asked = {"VSwitchCidrReservationId": block["VSwitchCidrReservationId"]}
    used = scene.call("vpc:GetVSwitchCidrReservationUsage", **asked)["CidrReservationUsages"]
    assert [(one["IpPrefixCidr"], one["ResourceId"]) for one in used] == [
        (one, eni) for one in scene.prefixes(eni)
    ]


def test_a_cloud_without_enis_refuses_an_eni_it_does_not_know() -> None:
    cloud = Cloud()
    with pytest.raises(Exception, match=r"404 InvalidEniId\.NotFound"):
        cloud.call(ASSIGN4, cloud.account(), NetworkInterfaceId="eni-none", Ipv4PrefixCount=1)

"""`eniguard show vswitch`: who is in it, its reserved blocks, and the next free prefixes."""

from __future__ import annotations

import time
from ipaddress import ip_network
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from tests.functional.cli.recorded import run, write
from tests.functional.cli.test_inventory import NAT, state
from tests.functional.cli.test_show import ATTACHED, KINDS, lacking, reservation, reserving, sheet, text


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    return write(tmp_path / "state.json", state(**KINDS))


def test_a_vswitch_is_shown_with_its_blocks_and_the_next_free_prefixes(snapshot: Path) -> None:
    shown = sheet("vswitch", "vsw-1", "--state", snapshot)
    ipv4, ipv6 = shown["families"]

    assert (shown["enis"], shown["managed_enis"]) == (3, {"eni-nat": "nat.aliyuncs.com"})
    assert (ipv4["addresses"], ipv4["prefixes"]) == (4, 3)
    assert [(one["cidr"], one["free"], one["strays"]) for one in ipv4["reservations"]] == [
        ("10.0.1.128/26", 3, 1),
        ("10.0.1.0/26", 1, 0),
    ]
    assert ipv4["next_free"] == ["10.0.1.48/28", "10.0.1.144/28", "10.0.1.160/28", "10.0.1.176/28"]
    assert (ipv6["cidr"], ipv6["next_free"], ipv6["note"]) == ("", [], "the vSwitch has no IPv6 block")
    lines = run("show", "vswitch", "vsw-1", "--state", snapshot, "--next", 2).stdout
    assert "next free      10.0.1.48/28, 10.0.1.144/28\n" in lines
    assert "IPv6 block none" in lines


@pytest.mark.parametrize(
    ("blocks", "note"),
    [
        ([], "no reserved IPv4 block is Assigned; CreateVSwitchCidrReservation makes one"),
        (
            [reservation(1, "10.0.1.0/26", "Releasing")],
            "no reserved IPv4 block is Assigned; CreateVSwitchCidrReservation makes one",
        ),
        ([reservation(1, "10.0.1.16/28")], "no place is free in the reserved IPv4 blocks"),
        ([reservation(1, "10.0.1.16/29")], "no place is free in the reserved IPv4 blocks"),
    ],
)
def test_when_no_prefix_is_free_it_says_why(blocks: Any, note: str, tmp_path: Path) -> None:
    path = reserving(tmp_path, *blocks)

    ipv4 = sheet("vswitch", "vsw-1", "--state", path)["families"][0]

    assert (ipv4["next_free"], ipv4["note"]) == ([], note)
    assert text("vswitch", "vsw-1", "--state", path)["next free"] == note


def test_what_stands_against_a_vswitch_without_ipv6_is_shown_all_the_same(tmp_path: Path) -> None:
    path = reserving(tmp_path, reservation(6, "2001:db8::/79", version="IPv6"))

    ipv6 = run("show", "vswitch", "vsw-1", "--state", path).stdout.partition("IPv6 block none\n")[2]

    assert "  in use         1 addresses, 0 prefixes\n  reserved       2001:db8::/79 (vcr-6" in ipv6


def test_a_prefix_of_two_blocks_is_named_once_and_the_lowest_come_first(tmp_path: Path) -> None:
    path = reserving(
        tmp_path,
        reservation(1, "10.0.2.0/27"),
        reservation(2, "10.0.1.32/27"),
        reservation(3, "10.0.1.0/26"),
        reservation(4, "10.0.1.0/27"),
    )

    ipv4 = sheet("vswitch", "vsw-1", "--state", path)["families"][0]

    assert ipv4["next_free"] == ["10.0.1.48/28", "10.0.2.0/28", "10.0.2.16/28"]


def test_an_ipv6_block_is_shown_with_what_is_free_of_its_places(tmp_path: Path) -> None:
    # given
    vswitch = {**KINDS["vpc__VSwitch"][0], "EnabledIpv6": True, "Ipv6CidrBlock": "2001:db8::/64"}
    blocks = [reservation(6, "2001:db8::/66", version="IPv6")]
    holder = {**ATTACHED, "Ipv6PrefixSets": {"Ipv6PrefixSet": [{"Ipv6Prefix": "2001:db8:0:0:2::/80"}]}}
    kinds = {**KINDS, "vpc__VSwitch": [vswitch], "vpc__CidrReservation": blocks}
    path = write(tmp_path / "state.json", state(**{**kinds, "ecs__NetworkInterface": [holder]}))

    # when
    ipv6 = sheet("vswitch", "vsw-1", "--state", path, "--next", 2)["families"][1]

    # then: a /66 has 2^14 places of /80, the one at its start lost to 2001:db8::5
    assert (ipv6["cidr"], ipv6["addresses"], ipv6["prefixes"]) == ("2001:db8::/64", 1, 1)
    assert [(one["free"], one["strays"]) for one in ipv6["reservations"]] == [(2**14 - 2, 1)]
    assert ipv6["next_free"] == ["2001:db8:0:0:1::/80", "2001:db8:0:0:3::/80"]


@pytest.mark.parametrize(
    ("fields", "cidr"),
    [
        ({"EnabledIpv6": False}, ""),
        ({"Ipv6CidrBlock": ""}, ""),
        ({"EnabledIpv6": True, "Ipv6CidrBlock": ""}, None),
        ({"EnabledIpv6": True}, None),
        ({}, None),
    ],
)
def test_no_ipv6_is_told_from_a_block_that_is_not_known(
    fields: dict[str, Any], cidr: str | None, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "state.json",
        state(vpc__VSwitch=[{"VSwitchId": "vsw-1", **fields}], ecs__NetworkInterface=[]),
    )

    assert sheet("vswitch", "vsw-1", "--state", path)["families"][1]["cidr"] == cidr
    out = run("show", "vswitch", "vsw-1", "--state", path).stdout
    assert f"IPv6 block {'none' if cidr == '' else 'not known'}\n" in out


def test_enis_that_may_be_managed_are_named_apart(tmp_path: Path) -> None:
    unsure = lacking(ATTACHED, "ServiceManaged")
    path = write(tmp_path / "state.json", state(**{**KINDS, "ecs__NetworkInterface": [NAT, unsure]}))

    for arguments in (("vswitch", "vsw-1"), ("sg", "sg-waf")):
        shown = sheet(*arguments, "--state", path)
        assert (list(shown["managed_enis"]), shown["unsure_enis"]) == (["eni-nat"], ["eni-node"])
        assert text(*arguments, "--state", path)["maybe managed"] == "eni-node"


@pytest.mark.parametrize("most", [0, 1001])
def test_at_least_one_prefix_and_at_most_a_thousand_can_be_asked_for(most: int, snapshot: Path) -> None:
    result = run("show", "vswitch", "vsw-1", "--state", snapshot, "--next", most)

    assert (result.exit_code, result.stdout) == (2, "")
    assert f"{most} is not in the range 1<=x<=1000" in result.stderr


def test_a_block_of_thousands_of_prefixes_is_shown_at_once(tmp_path: Path) -> None:
    # given
    places = ip_network("10.0.0.0/16").subnets(new_prefix=28)
    taken = [str(one) for one in islice(places, 4_000)]
    enis = [
        {
            "NetworkInterfaceId": f"eni-{number}",
            "VSwitchId": "vsw-1",
            "PrivateIpAddress": f"10.1.0.{number}",
            "Ipv4PrefixSets": {"Ipv4PrefixSet": [{"Ipv4Prefix": one} for one in taken[number::100]]},
        }
        for number in range(100)
    ]
    kinds = {
        **KINDS,
        "ecs__NetworkInterface": enis,
        "vpc__CidrReservation": [
            reservation(1, "10.0.0.0/16"),
            reservation(2, "2001:db8::/32", version="IPv6"),
        ],
    }
    path = write(tmp_path / "state.json", state(**kinds))

    # when
    start = time.perf_counter()
    shown = sheet("vswitch", "vsw-1", "--state", path, "--next", 1000)
    took = time.perf_counter() - start

    # then
    ipv4, ipv6 = shown["families"]
    assert (ipv4["next_free"][0], len(ipv4["next_free"])) == ("10.0.250.0/28", 96)
    assert (ipv6["next_free"][0], len(ipv6["next_free"])) == ("2001:db8::/80", 1000)
    assert took < 5

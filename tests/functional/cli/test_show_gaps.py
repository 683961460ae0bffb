"""`eniguard show` where records have gaps: what is not known is said to be so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.functional.cli.recorded import run, write
from tests.functional.cli.test_inventory import NAT, state
from tests.functional.cli.test_show import (
    ATTACHED,
    KINDS,
    lacking,
    reservation,
    reserving,
    sheet,
    text,
    without,
)

#: In the one nothing is free, in the other 10.0.1.48/28.
FULL, HALF = reservation(1, "10.0.1.16/28"), reservation(2, "10.0.1.32/27")
NO_STATE = "the state of vcr-{} is not given (Assigned or not)"


def test_free_prefixes_are_not_known_without_a_listing_of_reserved_blocks(tmp_path: Path) -> None:
    path = without(tmp_path, "vpc__CidrReservation")

    fields = text("vswitch", "vsw-1", "--state", path)

    reason = "not known: the state snapshot has no listing of vpc:CidrReservation"
    assert (fields["reserved"], fields["next free"]) == ("not known", reason)


def test_free_prefixes_are_not_guessed_without_a_listing_of_enis(tmp_path: Path) -> None:
    path = without(tmp_path, "ecs__NetworkInterface")

    fields = text("vswitch", "vsw-1", "--state", path)

    assert fields["next free"] == "not known: the state snapshot has no listing of ecs:NetworkInterface"
    assert (fields["ENIs"], fields["managed ENIs"], fields["in use"]) == ("not known",) * 3


@pytest.mark.parametrize(
    ("blocks", "why"),
    [
        ([lacking(FULL, "Status"), lacking(HALF, "Status")], NO_STATE.format("1, vcr-2")),
        ([FULL, lacking(HALF, "Status")], NO_STATE.format("2")),
        ([{**HALF, "Status": ""}], NO_STATE.format("2")),
        ([lacking(HALF, "VSwitchCidrReservationCidr")], "the block of vcr-2 is not given"),
        ([{**HALF, "VSwitchCidrReservationCidr": ""}], "the block of vcr-2 is not given"),
        (
            [{**HALF, "VSwitchCidrReservationCidr": "10.0.1.40/27"}],
            "the block of vcr-2 is not aligned, or no IPv4 block",
        ),
        (
            [{**HALF, "VSwitchCidrReservationCidr": "2001:db8::/64"}],
            "the block of vcr-2 is not aligned, or no IPv4 block",
        ),
        (
            [lacking(HALF, "IpVersion", "VSwitchCidrReservationCidr")],
            "the IP family of vcr-2 is not given",
        ),
        ([lacking(HALF, "VSwitchId")], "the vSwitch of vcr-2 is not given"),
        (
            [lacking(HALF, "VSwitchId", "IpVersion", "VSwitchCidrReservationCidr")],
            "the vSwitch of vcr-2 is not given",
        ),
        (
            [lacking(HALF, "VSwitchId"), lacking(FULL, "VSwitchCidrReservationCidr")],
            "the vSwitch of vcr-2 is not given; the block of vcr-1 is not given",
        ),
        (
            [lacking(reservation(number, "10.0.1.0/26"), "Status") for number in range(8)],
            NO_STATE.format("0, vcr-1, vcr-2, vcr-3, vcr-4 and 3 more"),
        ),
    ],
)
def test_a_record_with_gaps_leaves_the_free_prefixes_unknown_and_it_says_which(
    blocks: Any, why: str, tmp_path: Path
) -> None:
    path = reserving(tmp_path, *blocks)

    ipv4 = sheet("vswitch", "vsw-1", "--state", path)["families"][0]

    assert (ipv4["next_free"], ipv4["note"]) == (None, why)
    assert text("vswitch", "vsw-1", "--state", path)["next free"] == f"not known: {why}"


def test_prefixes_that_are_free_for_certain_are_named_beside_what_is_not_known(tmp_path: Path) -> None:
    path = reserving(tmp_path, reservation(1, "10.0.1.0/26"), lacking(HALF, "Status"))

    ipv4 = sheet("vswitch", "vsw-1", "--state", path)["families"][0]

    assert (ipv4["next_free"], ipv4["note"]) == (["10.0.1.48/28"], NO_STATE.format("2"))
    assert text("vswitch", "vsw-1", "--state", path)["next free"] == (
        f"10.0.1.48/28; perhaps others: {NO_STATE.format('2')}"
    )


@pytest.mark.parametrize(
    "other",
    [
        {**lacking(HALF, "VSwitchCidrReservationCidr"), "Status": "Released"},
        {**lacking(HALF, "VSwitchCidrReservationCidr"), "VSwitchId": "vsw-2"},
        lacking(reservation(2, "10.1.1.0/26"), "VSwitchId"),
        lacking(reservation(2, "2001:db8::/64"), "IpVersion"),
    ],
    ids=["released", "of another vSwitch", "outside the vSwitch", "IPv6 by its block"],
)
def test_a_gap_in_a_record_that_cannot_matter_is_not_told(other: dict[str, Any], tmp_path: Path) -> None:
    path = reserving(tmp_path, reservation(1, "10.0.1.0/26"), other)

    ipv4 = sheet("vswitch", "vsw-1", "--state", path)["families"][0]

    assert (ipv4["next_free"], ipv4["note"]) == (["10.0.1.48/28"], None)


@pytest.mark.parametrize("cidr", ["10.0.1.40/27", "2001:db8::/64", "", None])
def test_places_are_not_counted_in_a_block_that_cannot_be_read(cidr: str | None, tmp_path: Path) -> None:
    path = reserving(tmp_path, {**HALF, "VSwitchCidrReservationCidr": cidr})

    (block,) = sheet("vswitch", "vsw-1", "--state", path)["families"][0]["reservations"]

    assert (block["free"], block["strays"]) == (None, None)
    assert "places free" not in run("show", "vswitch", "vsw-1", "--state", path).stdout


def test_a_block_that_names_no_vswitch_is_not_shown_as_one_of_it(tmp_path: Path) -> None:
    path = reserving(tmp_path, FULL, lacking(HALF, "VSwitchId"))

    ipv4 = sheet("vswitch", "vsw-1", "--state", path)["families"][0]

    assert [one["id"] for one in ipv4["reservations"]] == ["vcr-1"]


def test_the_family_of_a_block_without_one_is_that_of_the_block(tmp_path: Path) -> None:
    path = reserving(tmp_path, lacking(HALF, "IpVersion"), reservation(6, "2001:db8::/79", version="IPv6"))

    ipv4, ipv6 = sheet("vswitch", "vsw-1", "--state", path)["families"]

    assert ([one["id"] for one in ipv4["reservations"]], ipv4["next_free"]) == (["vcr-2"], ["10.0.1.48/28"])
    assert ([one["id"] for one in ipv6["reservations"]], ipv6["next_free"]) == (
        ["vcr-6"],
        ["2001:db8:0:0:1::/80"],
    )


@pytest.mark.parametrize(
    ("eni", "why"),
    [
        (
            {**NAT, "PrivateIpSets": None},
            "it is not known what eni-nat holds: its record has no IPv4 address",
        ),
        (
            {**NAT, "PrivateIpAddress": "10.0.1"},
            "it is not known what eni-nat holds: its record has 10.0.1, no IPv4 address",
        ),
        (
            {**NAT, "Ipv4PrefixSets": {"Ipv4PrefixSet": [{"Ipv4Prefix": "10.0.1.4/28"}]}},
            "it is not known what eni-nat holds: its record has 10.0.1.4/28, no IPv4 prefix",
        ),
        (lacking(NAT, "VSwitchId"), "the vSwitch of eni-nat is not given"),
        (lacking(NAT, "VSwitchId", "VpcId"), "the vSwitch of eni-nat is not given"),
    ],
)
def test_what_an_eni_may_hold_leaves_the_free_prefixes_unknown(
    eni: dict[str, Any], why: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "state.json", state(**{**KINDS, "ecs__NetworkInterface": [ATTACHED, eni]}))

    ipv4 = sheet("vswitch", "vsw-1", "--state", path)["families"][0]

    assert (ipv4["next_free"], ipv4["note"], ipv4["addresses"]) == (None, why, None)
    assert [one["free"] for one in ipv4["reservations"]] == [None, None]


def test_enis_without_a_vswitch_leave_those_of_a_vswitch_unknown_unless_of_another_vpc(
    tmp_path: Path,
) -> None:
    def shown(*enis: dict[str, Any]) -> dict[str, Any]:
        path = tmp_path / "state.json"
        write(path, state(**{**KINDS, "ecs__NetworkInterface": [ATTACHED, *enis]}))
        return sheet("vswitch", "vsw-1", "--state", path)

    lost = lacking(NAT, "VSwitchId")
    one, two = shown(lost), shown(lost, {**lost, "NetworkInterfaceId": "eni-2"})

    assert (one["enis"], one["managed_enis"], one["unsure_enis"]) == (None, None, None)
    assert two["families"][0]["note"] == "the vSwitch of eni-nat (and 1 more) is not given"
    assert shown({**lost, "VpcId": "vpc-2"})["enis"] == 1


@pytest.mark.parametrize("status", ["InUse", "", None])
def test_slots_are_not_known_where_no_record_says_which_instance_sets_them(
    status: str | None, tmp_path: Path
) -> None:
    eni = {**NAT, "Status": status}
    path = write(tmp_path / "state.json", state(**{**KINDS, "ecs__NetworkInterface": [eni]}))

    for slots in sheet("eni", "eni-nat", "--state", path)["slots"]:
        assert (slots["limit"], slots["left"]) == (None, None)
        assert slots["note"] == "it is not known which instance uses it"


@pytest.mark.parametrize("groups", [None, [], [{"SecurityGroupId": "sg-waf"}]])
def test_a_group_that_may_be_managed_is_not_shown_as_the_accounts_own(groups: Any, tmp_path: Path) -> None:
    kinds = {name: items for name, items in KINDS.items() if name != "ecs__SecurityGroup"}
    listing = {} if groups is None else {"ecs__SecurityGroup": groups}
    path = write(tmp_path / "state.json", state(**kinds, **listing))

    assert text("eni", "eni-nat", "--state", path)["groups"] == "sg-waf (managed: not known)"
    assert sheet("eni", "eni-nat", "--state", path)["groups"] == {"sg-waf": None}


def test_what_the_sweep_could_not_tell_of_the_resource_goes_to_standard_error(tmp_path: Path) -> None:
    path = without(tmp_path, "ecs__NetworkInterface")

    said = run("show", "sg", "sg-own", "--state", path).stderr.splitlines()

    assert said == ["undecided: QTA001: sg-own: the state snapshot has no listing of ecs:NetworkInterface"]

"""`eniguard show` for one ENI, security group or vSwitch of a state snapshot."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.functional.cli.recorded import run, write
from tests.functional.cli.test_inventory import BROKEN, NAT, OWN, PROBLEM, WAF, state

ATTACHED: dict[str, Any] = {
    "NetworkInterfaceId": "eni-node",
    "ServiceManaged": False,
    "Status": "InUse",
    "InstanceId": "i-1",
    "VSwitchId": "vsw-1",
    "PrivateIpAddress": "10.0.0.5",
    "PrivateIpSets": {"PrivateIpSet": [{"PrivateIpAddress": "10.0.0.5"}, {"PrivateIpAddress": "10.0.1.130"}]},
    "Ipv6Sets": {"Ipv6Set": [{"Ipv6Address": "2001:db8::5"}]},
    "Ipv4PrefixSets": {"Ipv4PrefixSet": [{"Ipv4Prefix": "10.0.1.16/28"}, {"Ipv4Prefix": "10.0.1.32/28"}]},
    "SecurityGroupIds": {"SecurityGroupId": ["sg-waf", "sg-own"]},
}
TYPE = {"InstanceTypeId": "ecs.g7.large", "EniPrivateIpAddressQuantity": 6, "EniIpv6AddressQuantity": 6}


def reservation(number: int, cidr: str, status: str = "Assigned", version: str = "IPv4") -> dict[str, Any]:
    return {
        "VSwitchCidrReservationId": f"vcr-{number}",
        "VSwitchId": "vsw-1",
        "VSwitchCidrReservationCidr": cidr,
        "IpVersion": version,
        "Status": status,
        "AssignedCidrCount": 3,
        "AvailableCidrCount": 4,
    }


KINDS: dict[str, Any] = {
    "ecs__NetworkInterface": [NAT, OWN, ATTACHED],
    "ecs__SecurityGroup": [
        WAF,
        {"SecurityGroupId": "sg-own", "ServiceManaged": False, "SecurityGroupType": "normal"},
        {"SecurityGroupId": "sg-big", "ServiceManaged": False, "SecurityGroupType": "enterprise"},
    ],
    "ecs__SecurityGroupRule": [
        {"SecurityGroupRuleId": "sgr-1", "SecurityGroupId": "sg-own", "SourceGroupId": "sg-waf"}
    ],
    "ecs__Instance": [{"InstanceId": "i-1", "InstanceType": "ecs.g7.large"}],
    "ecs__InstanceType": [TYPE],
    "vpc__VSwitch": [
        {
            "VSwitchId": "vsw-1",
            "VpcId": "vpc-1",
            "CidrBlock": "10.0.0.0/16",
            "EnabledIpv6": False,
            "Status": "Available",
        }
    ],
    "vpc__CidrReservation": [reservation(2, "10.0.1.128/26"), reservation(1, "10.0.1.0/26")],
}


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    return write(tmp_path / "state.json", state(**KINDS))


def without(tmp_path: Path, *kinds: str) -> Path:
    kept = {kind: items for kind, items in KINDS.items() if kind not in kinds}
    return write(tmp_path / "less.json", state(**kept))


def reserving(tmp_path: Path, *blocks: Mapping[str, Any]) -> Path:
    return write(tmp_path / "reserved.json", state(**{**KINDS, "vpc__CidrReservation": blocks}))


def lacking(block: Mapping[str, Any], *fields: str) -> dict[str, Any]:
    return {name: value for name, value in block.items() if name not in fields}


def sheet(*arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run("show", *arguments, "--format", "json").stdout)
    return found


def text(*arguments: object) -> dict[str, str]:
    """The fields of the text form; the first one of a name wins."""
    lines = reversed(run("show", *arguments).stdout.splitlines())
    return {line[2:17].strip(): line[17:] for line in lines if line.startswith("  ")}


def test_a_managed_eni_is_shown_with_its_service_and_what_the_sweep_says(snapshot: Path) -> None:
    fields = text("eni", "eni-nat", "--state", snapshot)

    assert fields["managed"] == "yes"
    assert fields["owner"] == "nat.aliyuncs.com (its Description names the service)"
    assert fields["groups"] == "sg-waf (managed)"
    assert "ENI007 low: ENI eni-nat is managed" in run("show", "eni", "eni-nat", "--state", snapshot).stdout


def test_the_slots_left_are_those_of_the_instance_type(snapshot: Path) -> None:
    ipv4, ipv6 = sheet("eni", "eni-node", "--state", snapshot)["slots"]

    assert (ipv4["addresses"], ipv4["prefixes"], ipv4["limit"], ipv4["left"]) == (2, 2, 6, 2)
    assert (ipv6["addresses"], ipv6["prefixes"], ipv6["limit"], ipv6["left"]) == (1, 0, 6, 5)
    assert text("eni", "eni-node", "--state", snapshot)["IPv4 slots"] == (
        "2 addresses, 2 prefixes; 2 of 6 left (per ENI of ecs.g7.large)"
    )


def test_the_primary_address_takes_a_slot_also_when_the_record_leaves_it_out(tmp_path: Path) -> None:
    bare = {"NetworkInterfaceId": "eni-bare", "Status": "InUse", "InstanceId": "i-1"}
    path = write(tmp_path / "state.json", state(**{**KINDS, "ecs__NetworkInterface": [bare]}))

    ipv4, ipv6 = sheet("eni", "eni-bare", "--state", path)["slots"]

    assert (ipv4["addresses"], ipv4["left"]) == (1, 5)
    assert (ipv6["addresses"], ipv6["left"]) == (0, 6)
    assert text("eni", "eni-bare", "--state", path)["addresses"] == "not known"


def test_an_eni_that_no_instance_uses_has_the_limit_on_prefixes(snapshot: Path) -> None:
    ipv4, ipv6 = sheet("eni", "eni-nat", "--state", snapshot)["slots"]

    assert (ipv4["limit"], ipv4["left"]) == (49, 48)
    assert (ipv6["limit"], ipv6["left"]) == (None, None)


@pytest.mark.parametrize(
    ("missing", "note"),
    [
        ("ecs__Instance", "the type of i-1 is not known: the state snapshot has no listing of ecs:Instance"),
        (
            "ecs__InstanceType",
            "the limits of ecs.g7.large are not known: the state snapshot has no listing of ecs:InstanceType",
        ),
    ],
)
def test_slots_of_an_unknown_type_are_not_known_and_it_says_why(
    missing: str, note: str, tmp_path: Path
) -> None:
    ipv4, _ = sheet("eni", "eni-node", "--state", without(tmp_path, missing))["slots"]

    assert (ipv4["limit"], ipv4["left"], ipv4["note"]) == (None, None, note)


def test_a_group_is_shown_with_its_quota_and_its_users(snapshot: Path) -> None:
    fields = text("sg", "sg-own", "--state", snapshot)

    assert fields["type"] == "basic (normal)"
    assert fields["quota"] == "5 of 6000, 5995 left (0 % used): 1 ENIs with 3 addresses and 2 prefixes"
    assert (fields["managed ENIs"], fields["named by"]) == ("none", "none")
    managed = text("sg", "sg-waf", "--state", snapshot)
    assert (managed["managed"], managed["managed ENIs"], managed["named by"]) == ("yes", "eni-nat", "sg-own")
    assert managed["quota"] == "not known: its type is not known"


def test_the_quota_of_an_advanced_group_is_another_and_can_be_set(snapshot: Path, tmp_path: Path) -> None:
    policy = write(tmp_path / "guard.yml", b"rules: {QTA001: {params: {quota: 10}}}")

    assert sheet("sg", "sg-big", "--state", snapshot)["quota"]["quota"] == 65_536
    quota = sheet("sg", "sg-own", "--state", snapshot, "--policy", policy)["quota"]
    assert (quota["quota"], quota["used"], quota["left"]) == (10, 5, 5)


def test_the_primary_address_counts_for_the_quota_also_when_the_record_leaves_it_out(tmp_path: Path) -> None:
    bare = {"NetworkInterfaceId": "eni-bare", "SecurityGroupIds": {"SecurityGroupId": ["sg-own"]}}
    path = write(tmp_path / "state.json", state(**{**KINDS, "ecs__NetworkInterface": [bare]}))

    quota = sheet("sg", "sg-own", "--state", path)["quota"]

    assert (quota["enis"], quota["addresses"], quota["used"], quota["left"]) == (1, 1, 1, 5_999)


def test_a_type_of_group_without_a_documented_quota_has_none(tmp_path: Path) -> None:
    group = {"SecurityGroupId": "sg-1", "SecurityGroupType": "grand"}
    path = write(tmp_path / "state.json", state(ecs__SecurityGroup=[group], ecs__NetworkInterface=[]))

    assert text("sg", "sg-1", "--state", path)["quota"] == "not known for groups of this type"
    assert sheet("sg", "sg-1", "--state", path)["quota"] is None


def test_a_group_without_a_listing_of_enis_says_so(tmp_path: Path) -> None:
    path = without(tmp_path, "ecs__NetworkInterface", "ecs__SecurityGroupRule")

    fields = text("sg", "sg-own", "--state", path)

    assert fields["quota"] == "of 6000; the state snapshot has no listing of ecs:NetworkInterface"
    assert (fields["managed ENIs"], fields["named by"]) == ("not known", "not known")


@pytest.mark.parametrize(
    ("what", "wanted", "near"),
    [("eni", "eni-nta", "eni-nat"), ("sg", "sg-onw", "sg-own"), ("vswitch", "vsw-2", "vsw-1")],
)
def test_an_id_that_is_not_listed_is_answered_with_the_nearest(
    what: str, wanted: str, near: str, snapshot: Path
) -> None:
    result = run("show", what, wanted, "--state", snapshot)

    assert (result.exit_code, result.stdout) == (2, "")
    assert "does not list" in result.stderr
    assert near in result.stderr.partition("did you mean")[2]


@pytest.mark.parametrize(
    ("number", "listed"), [(0, "none at all"), (1, "eni-0"), (5, "eni-0, eni-1, eni-2 and 2 more")]
)
def test_an_id_like_no_other_is_answered_with_the_first_that_are_listed(
    number: int, listed: str, tmp_path: Path
) -> None:
    enis = [{"NetworkInterfaceId": f"eni-{place}"} for place in range(number)]
    path = write(tmp_path / "state.json", state(ecs__NetworkInterface=enis))

    result = run("show", "eni", "something else", "--state", path)

    assert result.stderr.rstrip().endswith(
        f"does not list ecs:NetworkInterface something else; it lists {listed}"
    )


@pytest.mark.parametrize(
    ("what", "kind"),
    [("eni", "ecs:NetworkInterface"), ("sg", "ecs:SecurityGroup"), ("vswitch", "vpc:VSwitch")],
)
def test_a_kind_that_the_snapshot_does_not_list_is_unreadable_input(
    what: str, kind: str, tmp_path: Path
) -> None:
    result = run("show", what, "x-1", "--state", without(tmp_path, kind.replace(":", "__")))

    assert (result.exit_code, result.stdout) == (4, "")
    assert f"no listing of {kind}" in result.stderr


def test_without_a_state_it_says_what_is_needed() -> None:
    result = run("show", "eni", "eni-nat")

    assert result.exit_code == 2
    assert "--state FILE is needed" in result.stderr


def test_text_from_outside_cannot_act_on_the_terminal(tmp_path: Path) -> None:
    hostile = {**NAT, "Description": "\x1b[31m\n  managed        no\u202e", "VpcId": "vpc-\x07"}
    path = write(tmp_path / "state.json", state(ecs__NetworkInterface=[hostile]))

    for form in ("text", "json"):
        out = run("show", "eni", "eni-nat", "--state", path, "--format", form).stdout
        assert not set(out) & {"\x1b", "\x07", "\u202e"}
    assert "\n  managed        no" not in run("show", "eni", "eni-nat", "--state", path).stdout


def test_a_resource_is_shown_beside_items_that_cannot_be_read_which_are_told(tmp_path: Path) -> None:
    # given
    broken_instance = {"InstanceId": "i-2", "VpcAttributes": "vpc-1"}
    kinds = {**KINDS, "ecs__NetworkInterface": [BROKEN, ATTACHED]}
    kinds["ecs__Instance"] = [broken_instance, *KINDS["ecs__Instance"]]
    path = write(tmp_path / "state.json", state(**kinds))

    # when
    eni = run("show", "eni", "eni-node", "--state", path, "--format", "json")
    group = run("show", "sg", "sg-own", "--state", path, "--format", "json")
    vswitch = run("show", "vswitch", "vsw-1", "--state", path, "--format", "json")

    # then
    assert json.loads(eni.stdout)["slots"][0]["left"] == 2
    assert json.loads(group.stdout)["managed_enis"] is None
    assert PROBLEM in json.loads(group.stdout)["quota"]["note"]
    assert json.loads(vswitch.stdout)["enis"] is None
    assert PROBLEM in json.loads(vswitch.stdout)["families"][0]["note"]
    for result in (eni, group, vswitch):
        assert result.stderr.splitlines().count(f"eniguard: {path}: {PROBLEM}") == 1
        assert result.exit_code == 4


def test_a_resource_whose_item_cannot_be_read_is_unreadable_input(tmp_path: Path) -> None:
    path = write(tmp_path / "state.json", state(ecs__NetworkInterface=[NAT, BROKEN]))

    result = run("show", "eni", "eni-broken", "--state", path)

    assert (result.exit_code, result.stdout) == (4, "")
    assert result.stderr == f"eniguard: {path}: {PROBLEM}\n"


def test_an_id_that_is_not_listed_is_told_the_nearest_beside_broken_items_too(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "state.json", state(ecs__NetworkInterface=[NAT, BROKEN]))

    result = run("show", "eni", "eni-nats", "--state", path)

    assert result.exit_code == 2
    assert "did you mean eni-nat" in result.stderr

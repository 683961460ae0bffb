from __future__ import annotations

from typing import Any

import pytest

from eniguard.facts.kinds import Eni
from eniguard.facts.refs import Ref, Unknown
from eniguard.facts.view import Listing, View
from eniguard.testing import ACCOUNT, REGION, snapshot

GROUPED = {"SecurityGroupIds": {"SecurityGroupId": ["sg-1", "sg-2"]}}


def view(resources: dict[str, Any]) -> View:
    return snapshot(resources).view()


def test_a_kind_that_the_snapshot_lists_is_complete() -> None:
    found = view({"ecs:NetworkInterface": [{"NetworkInterfaceId": "eni-1", "VSwitchId": "vsw-1", **GROUPED}]})

    enis = found.enis()
    assert [one.id for one in enis if isinstance(one, Eni)] == ["eni-1"]
    assert found.enis_by("vswitch", "vsw-1") == enis
    assert found.enis_by("security_group", "sg-2") == enis
    assert found.enis_by("security_group", "sg-3") == ()
    assert found.eni("eni-2") is None
    assert (found.account, found.region, found.source) == (ACCOUNT, REGION, "snapshot")


def test_a_kind_that_the_snapshot_does_not_list_is_unknown_in_every_way() -> None:
    found = view({"ecs:NetworkInterface": []})

    reason = Unknown("the state snapshot has no listing of ecs:SecurityGroup")
    assert found.security_groups() == reason
    assert found.security_group("sg-1") == reason
    assert found.security_groups_by("managed", "true") == reason


def test_each_kind_is_found_by_its_own_accessor() -> None:
    found = view(
        {
            "ecs:SecurityGroup": [{"SecurityGroupId": "sg-1", "ServiceManaged": True}],
            "ecs:SecurityGroupRule": [{"SecurityGroupRuleId": "sgr-1", "SecurityGroupId": "sg-1"}],
            "vpc:VSwitch": [{"VSwitchId": "vsw-1"}],
            "vpc:CidrReservation": [{"VSwitchCidrReservationId": "vcr-1", "VSwitchId": "vsw-1"}],
            "ecs:Instance": [{"InstanceId": "i-1"}],
            "ecs:InstanceType": [{"InstanceTypeId": "ecs.g7.large"}],
            "ram:Role": [{"RoleName": "Reader"}],
            "ram:Policy": [{"PolicyName": "ReadOnly"}],
        }
    )

    listings: list[Listing] = [
        found.security_groups(),
        found.security_groups_by("managed", "true"),
        found.security_group_rules(),
        found.vswitches(),
        found.reservations(),
        found.reservations_of("vsw-1"),
        found.instances(),
        found.roles(),
        found.policies(),
    ]
    ids = [[one.id for one in listing] for listing in listings if not isinstance(listing, Unknown)]
    assert ids == [
        ["sg-1"],
        ["sg-1"],
        ["sgr-1"],
        ["vsw-1"],
        ["vcr-1"],
        ["vcr-1"],
        ["i-1"],
        ["Reader"],
        ["ReadOnly"],
    ]
    ones = [
        found.security_group("sg-1"),
        found.vswitch("vsw-1"),
        found.instance("i-1"),
        found.instance_type("ecs.g7.large"),
        found.role("Reader"),
    ]
    assert [getattr(one, "id", None) for one in ones] == ["sg-1", "vsw-1", "i-1", "ecs.g7.large", "Reader"]


def test_a_kind_is_read_once_and_only_when_it_is_asked_for() -> None:
    asked: list[str] = []

    def read(kind: str) -> Listing:
        asked.append(kind)
        return (Eni("eni-1", vswitch_id="vsw-1"),)

    found = View(ACCOUNT, REGION, as_of=0.0, source="live", read=read)
    assert asked == []
    found.enis(), found.eni("eni-1"), found.enis_by("vswitch", "vsw-1"), found.enis()
    assert asked == ["ecs:NetworkInterface"]


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("ecs:NetworkInterface", "eni-1", "ecs:NetworkInterface id=eni-1"),
        ("ecs:NetworkInterface", "", f"ecs:NetworkInterface listing={REGION}"),
        ("ram:Role", "", f"ram:Role listing={ACCOUNT}"),
    ],
)
def test_a_reference_names_one_resource_or_all_of_a_kind(kind: str, value: str, text: str) -> None:
    assert str(view({}).ref(kind, value)) == text


def test_a_reference_to_a_role_has_no_region() -> None:
    assert view({}).ref("ram:Role", "Reader") == Ref(ACCOUNT, "", "ram:Role", "id", "Reader")

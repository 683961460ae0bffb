"""Prefix lists and port lists."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functional.fakealiyun.scene import Scene


@pytest.fixture
def scene() -> Scene:
    return Scene()


def make_prefix_list(scene: Scene, *cidrs: str, **parameters: Any) -> str:
    asked = {"PrefixListName": "office", "AddressFamily": "IPv4", "MaxEntries": 3, **parameters}
    entries = [{"Cidr": cidr, "Description": f"block {cidr}"} for cidr in cidrs]
    return str(scene.call("ecs:CreatePrefixList", Entry=entries, **asked)["PrefixListId"])


def make_port_list(scene: Scene, *ranges: str, **parameters: Any) -> str:
    asked = {"PortRangeListName": "web", "MaxEntries": 3, **parameters}
    entries = [{"PortRange": one} for one in ranges]
    return str(scene.call("ecs:CreatePortRangeList", Entry=entries, **asked)["PortRangeListId"])


def cidrs(scene: Scene, list_id: str) -> list[str]:
    answer = scene.call("ecs:DescribePrefixListAttributes", PrefixListId=list_id)
    return [entry["Cidr"] for entry in answer["Entries"]["Entry"]]


def ports(scene: Scene, list_id: str) -> list[str]:
    answer = scene.call("ecs:DescribePortRangeListEntries", PortRangeListId=list_id)
    return [entry["PortRange"] for entry in answer["Entries"]]


def use(scene: Scene, **peer_and_ports: str) -> None:
    rule = {"IpProtocol": "TCP", **peer_and_ports}
    scene.call("ecs:AuthorizeSecurityGroup", SecurityGroupId=scene.group, Permissions=[rule])


# -- prefix lists ------------------------------------------------------------------------------------------


def test_a_prefix_list_is_shown_as_it_was_made(scene: Scene) -> None:
    tags = [{"Key": "team", "Value": "net"}]
    made = make_prefix_list(scene, "10.0.0.0/8", "192.168.1.7", Description="our blocks", Tag=tags)

    answer = scene.call("ecs:DescribePrefixListAttributes", PrefixListId=made)
    assert (answer["PrefixListName"], answer["AddressFamily"], answer["MaxEntries"]) == ("office", "IPv4", 3)
    assert answer["Entries"]["Entry"] == [
        {"Cidr": "10.0.0.0/8", "Description": "block 10.0.0.0/8"},
        {"Cidr": "192.168.1.7/32", "Description": "block 192.168.1.7"},
    ]
    [listed] = scene.call("ecs:DescribePrefixLists")["PrefixLists"]["PrefixList"]
    assert (listed["PrefixListId"], listed["AssociationCount"]) == (made, 0)
    assert listed["Tags"] == {"Tag": [{"TagKey": "team", "TagValue": "net"}]}


def test_entries_are_added_described_anew_and_removed(scene: Scene) -> None:
    made = make_prefix_list(scene, "10.0.0.0/8", "172.16.0.0/12")
    scene.call(
        "ecs:ModifyPrefixList",
        PrefixListId=made,
        PrefixListName="renamed",
        AddEntry=[{"Cidr": "192.168.0.0/16"}, {"Cidr": "10.0.0.0/8", "Description": "new text"}],
        RemoveEntry=[{"Cidr": "172.16.0.0/12"}],
    )
    answer = scene.call("ecs:DescribePrefixListAttributes", PrefixListId=made)
    assert answer["PrefixListName"] == "renamed"
    assert [(one["Cidr"], one["Description"]) for one in answer["Entries"]["Entry"]] == [
        ("10.0.0.0/8", "new text"),
        ("192.168.0.0/16", ""),
    ]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"AddressFamily": None}, "MissingParameter"),
        ({"AddressFamily": "ipv4"}, "InvalidParameter"),
        ({"MaxEntries": None}, "MissingParameter"),
        ({"MaxEntries": 0}, "InvalidParameter"),
        ({"MaxEntries": 201}, "InvalidParameter"),
        ({"Entry": [{"Cidr": "10.0.0.1/8"}]}, "InvalidParameter"),
        ({"Entry": [{"Cidr": "2001:db8::/32"}]}, "InvalidParameter"),
        ({"Entry": [{"Cidr": "10.0.0.1/32"}, {"Cidr": "10.0.0.1"}]}, "InvalidParameter"),
        ({"Entry": [{"Cidr": f"10.{one}.0.0/16"} for one in range(4)]}, "LimitExceed.EntryCount"),
    ],
)
def test_a_prefix_list_that_cannot_be_is_refused(scene: Scene, wrong: dict[str, Any], code: str) -> None:
    asked = {"PrefixListName": "office", "AddressFamily": "IPv4", "MaxEntries": 3, **wrong}
    assert scene.refused("ecs:CreatePrefixList", **asked)[0] == code
    assert scene.call("ecs:DescribePrefixLists")["PrefixLists"]["PrefixList"] == []


def test_a_change_that_cannot_be_changes_nothing(scene: Scene) -> None:
    made = make_prefix_list(scene, "10.0.0.0/8", "172.16.0.0/12")
    for wrong in (
        {"AddEntry": [{"Cidr": "1.0.0.0/8"}, {"Cidr": "2.0.0.0/8"}]},
        {"AddEntry": [{"Cidr": "10.0.0.0/8"}], "RemoveEntry": [{"Cidr": "10.0.0.0/8"}]},
        {"RemoveEntry": [{"Cidr": "192.168.0.0/16"}]},
    ):
        scene.refused("ecs:ModifyPrefixList", PrefixListId=made, PrefixListName="renamed", **wrong)
    assert cidrs(scene, made) == ["10.0.0.0/8", "172.16.0.0/12"]
    assert scene.call("ecs:DescribePrefixListAttributes", PrefixListId=made)["PrefixListName"] == "office"


def test_a_prefix_list_that_a_rule_names_cannot_be_deleted(scene: Scene) -> None:
    made = make_prefix_list(scene, "10.0.0.0/8")
    use(scene, PortRange="22/22", SourcePrefixListId=made)

    answer = scene.call("ecs:DescribePrefixListAssociations", PrefixListId=made)
    [association] = answer["PrefixListAssociations"]["PrefixListAssociation"]
    assert association == {"ResourceId": scene.group, "ResourceType": "securitygroup"}
    [listed] = scene.call("ecs:DescribePrefixLists", PrefixListId=[made])["PrefixLists"]["PrefixList"]
    assert listed["AssociationCount"] == 1
    assert scene.refused("ecs:DeletePrefixList", PrefixListId=made) == ("DependencyViolation", 403)

    rule = {"IpProtocol": "TCP", "PortRange": "22/22", "SourcePrefixListId": made}
    scene.call("ecs:RevokeSecurityGroup", SecurityGroupId=scene.group, Permissions=[rule])
    scene.call("ecs:DeletePrefixList", PrefixListId=made)
    assert scene.refused("ecs:DescribePrefixListAttributes", PrefixListId=made) == (
        "InvalidPrefixListId.NotFound",
        404,
    )


def test_a_rule_cannot_name_a_prefix_list_that_does_not_fit(scene: Scene) -> None:
    six = make_prefix_list(scene, "2001:db8::/32", AddressFamily="IPv6")
    rule = {"IpProtocol": "TCP", "PortRange": "22/22"}

    def refused(**more: str) -> tuple[str, int]:
        asked = {"SecurityGroupId": scene.group, "Permissions": [{**rule, **more}]}
        return scene.refused("ecs:AuthorizeSecurityGroup", **asked)

    assert refused(SourcePrefixListId="pl-none") == ("InvalidPrefixListId.NotFound", 404)
    code = refused(SourcePrefixListId=six, DestCidrIp="10.0.0.0/8")
    assert code == ("InvalidParam.PrefixListAddressFamilyMismatch", 400)


def test_prefix_lists_are_found_by_filters_and_pages(scene: Scene) -> None:
    made = [make_prefix_list(scene, PrefixListName=f"list-{number}") for number in range(12)]
    six = make_prefix_list(scene, AddressFamily="IPv6")

    def found(**filters: Any) -> list[str]:
        lists = scene.call("ecs:DescribePrefixLists", **filters)["PrefixLists"]["PrefixList"]
        return [one["PrefixListId"] for one in lists]

    first = scene.call("ecs:DescribePrefixLists", AddressFamily="IPv4")
    second = found(AddressFamily="IPv4", NextToken=first["NextToken"])
    assert [one["PrefixListId"] for one in first["PrefixLists"]["PrefixList"]] + second == made
    assert found(AddressFamily="IPv6") == [six]
    assert found(PrefixListName="list-3") == [made[3]]
    assert found(PrefixListId=[made[5], "pl-none"]) == [made[5]]


# -- port lists --------------------------------------------------------------------------------------------


def test_a_port_list_is_shown_as_it_was_made(scene: Scene) -> None:
    made = make_port_list(scene, "80/80", "443/443", Tag=[{"Key": "team", "Value": "net"}])
    [listed] = scene.call("ecs:DescribePortRangeLists")["PortRangeLists"]
    assert (listed["PortRangeListId"], listed["PortRangeListName"], listed["MaxEntries"]) == (made, "web", 3)
    assert listed["Tags"] == [{"TagKey": "team", "TagValue": "net"}]
    assert ports(scene, made) == ["80/80", "443/443"]


def test_a_port_list_changes(scene: Scene) -> None:
    made = make_port_list(scene, "80/80", "443/443")
    change = {"AddEntry": [{"PortRange": "8080/8090"}], "RemoveEntry": [{"PortRange": "80/80"}]}
    scene.call("ecs:ModifyPortRangeList", PortRangeListId=made, **change)
    assert ports(scene, made) == ["443/443", "8080/8090"]
    for wrong in ("0/80", "90/80", "80", "1/65536"):
        refused = scene.refused(
            "ecs:ModifyPortRangeList", PortRangeListId=made, AddEntry=[{"PortRange": wrong}]
        )
        assert refused == ("InvalidParameter", 400), wrong


def test_a_port_list_that_a_rule_names_cannot_be_deleted(scene: Scene) -> None:
    made = make_port_list(scene, "80/80")
    use(scene, PortRangeListId=made, SourceCidrIp="10.0.0.0/8")

    attribute = scene.call("ecs:DescribeSecurityGroupAttribute", SecurityGroupId=scene.group)
    [rule] = attribute["Permissions"]["Permission"]
    assert (rule["PortRangeListId"], rule["PortRangeListName"], rule["PortRange"]) == (made, "web", "")
    answer = scene.call("ecs:DescribePortRangeListAssociations", PortRangeListId=made)
    assert [one["ResourceId"] for one in answer["PortRangeListAssociations"]] == [scene.group]
    assert scene.refused("ecs:DeletePortRangeList", PortRangeListId=made) == ("DependencyViolation", 403)

    rule_ids = {"SecurityGroupId": scene.group, "SecurityGroupRuleId": [rule["SecurityGroupRuleId"]]}
    scene.call("ecs:RevokeSecurityGroup", **rule_ids)
    scene.call("ecs:DeletePortRangeList", PortRangeListId=made)
    assert scene.call("ecs:DescribePortRangeLists")["PortRangeLists"] == []


def test_the_snapshot_holds_lists_with_their_entries(scene: Scene) -> None:
    made = make_prefix_list(scene, "10.0.0.0/8"), make_port_list(scene, "80/80")
    resources = scene.cloud.snapshot()["resources"]
    [prefixes], [port_ranges] = resources["ecs:PrefixList"], resources["ecs:PortRangeList"]
    assert (prefixes["PrefixListId"], port_ranges["PortRangeListId"]) == made
    assert [one["Cidr"] for one in prefixes["Entries"]["Entry"]] == ["10.0.0.0/8"]
    assert [one["PortRange"] for one in port_ranges["Entries"]] == ["80/80"]

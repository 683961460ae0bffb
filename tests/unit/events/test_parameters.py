from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.events.catalog import APIS
from eniguard.events.parameters import Parameters
from eniguard.events.values import PERMISSION_FIELDS, Interface, Permission, Tag
from tests.unit.events.recorded import normalised

ASSIGN = APIS["ecs:AssignPrivateIpAddresses"]
AUTHORIZE = APIS["ecs:AuthorizeSecurityGroup"]
CREATE = APIS["ecs:CreateNetworkInterface"]
RUN = APIS["ecs:RunInstances"]


def flattened(name: str, items: list[Any]) -> dict[str, Any]:
    """The wire form: ``Name.1``, ``Name.2.Field``."""
    found = {}
    for number, item in enumerate(items, 1):
        if isinstance(item, dict):
            found.update({f"{name}.{number}.{field}": value for field, value in item.items()})
        else:
            found[f"{name}.{number}"] = item
    return found


def encodings(name: str, items: list[Any]) -> list[dict[str, Any]]:
    """The ways in which a list has been seen, or may be sent."""
    return [
        flattened(name, items),
        {name: items},
        {f"{name}s": items},
        {name: json.dumps(items)},
        {f"{name}s": {name: items}},
        {name: [json.dumps(item) if isinstance(item, dict) else item for item in items]},
        dict(reversed(flattened(name, items).items())),
    ]


@given(st.lists(st.integers(0, 255).map("192.168.{}.16/28".format), min_size=1, max_size=12))
def test_every_encoding_of_a_list_of_texts_gives_the_same_parameters(prefixes: list[str]) -> None:
    for recorded in encodings("Ipv4Prefix", prefixes):
        assert normalised(ASSIGN, recorded).texts("Ipv4Prefix") == tuple(prefixes)


@given(
    st.lists(
        st.fixed_dictionaries(
            {"IpProtocol": st.just("TCP"), "PortRange": st.sampled_from(["22/22", "1/65535"])},
            optional={"SourceCidrIp": st.just("10.0.0.0/8"), "Priority": st.just("1")},
        ),
        min_size=1,
        max_size=11,
    )
)
def test_every_encoding_of_permissions_gives_the_same_rules(items: list[dict[str, str]]) -> None:
    expected = tuple(
        Permission(
            ip_protocol="TCP",
            port_range=item["PortRange"],
            source_cidr_ip=item.get("SourceCidrIp"),
            priority=item.get("Priority"),
        )
        for item in items
    )
    for recorded in encodings("Permissions", items):
        assert normalised(AUTHORIZE, recorded).permissions() == expected


def test_the_fields_of_a_permission_are_named_in_their_order() -> None:
    assert tuple(PERMISSION_FIELDS.values()) == Permission.__struct_fields__


def test_deprecated_flat_rule_comes_before_the_listed_ones() -> None:
    found = normalised(
        AUTHORIZE, {"Permissions.1.PortRange": "443/443", "PortRange": "22/22", "IpProtocol": "TCP"}
    )

    assert found.permissions() == (
        Permission(ip_protocol="TCP", port_range="22/22"),
        Permission(port_range="443/443"),
    )


def test_interfaces_and_tags_are_read_from_flattened_keys() -> None:
    interfaces = normalised(
        RUN,
        {
            "NetworkInterface.1.VSwitchId": "vsw-bp1example0001",
            "NetworkInterface.1.SecurityGroupId": "sg-bp1example0001",
            "NetworkInterface.1.SecurityGroupIds.1": "sg-bp1example0002",
        },
    ).interfaces()

    assert interfaces == (
        Interface(
            v_switch_id="vsw-bp1example0001", security_group_ids=("sg-bp1example0001", "sg-bp1example0002")
        ),
    )
    assert normalised(CREATE, {"Tag.1.Key": "a", "Tag.1.Value": "b", "Tag.2.Key": "c"}).tags() == (
        Tag("a", "b"),
        Tag("c"),
    )


@pytest.mark.parametrize(
    "value",
    ["eni-bp1example0001", ["eni-bp1example0001"], {"1": "eni-bp1example0001"}, {1: "eni-bp1example0001"}],
)
def test_single_text_may_come_in_a_list_of_one(value: Any) -> None:
    assert (
        normalised(ASSIGN, {"NetworkInterfaceId": value}).text("NetworkInterfaceId") == "eni-bp1example0001"
    )


def test_single_text_may_come_with_a_position() -> None:
    found = normalised(ASSIGN, {"NetworkInterfaceId.1": "eni-bp1example0001"})

    assert found.text("NetworkInterfaceId") == "eni-bp1example0001"


@pytest.mark.parametrize("value", [["a", "b"], [], [7], [["a"]], {"1": "a", "2": "b"}, {"x": "a"}, {}])
def test_text_that_is_not_one_text_is_malformed(value: Any) -> None:
    assert normalised(ASSIGN, {"NetworkInterfaceId": value}) == Parameters({}, ("NetworkInterfaceId",))


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (3, 3),
        ("3", 3),
        (" 3 ", 3),
        ("-3", -3),
        ("+3", 3),
        ("0", 0),
        (3.0, 3),
        (-0.0, 0),
        (2.0**53 - 1, 2**53 - 1),
    ],
)
def test_counts_may_be_numbers_or_texts(value: Any, expected: int) -> None:
    assert normalised(ASSIGN, {"Ipv4PrefixCount": value}).integer("Ipv4PrefixCount") == expected


@pytest.mark.parametrize(
    "value",
    [
        True,
        "+-3",
        "-",
        "",
        "3.0",
        "3e0",
        3.5,
        2.0**53,
        1e300,
        "٣",
        "²",
        float("nan"),
        float("inf"),
        10**30,
        [10**5000],
        "9" * 30,
        [3],
        "three",
    ],
)
def test_count_that_is_no_count_is_malformed(value: Any) -> None:
    assert normalised(ASSIGN, {"Ipv4PrefixCount": value}).malformed == ("Ipv4PrefixCount",)


def test_whole_real_is_an_integer_in_a_text_too() -> None:
    found = normalised(AUTHORIZE, {"Permissions": [{"IpProtocol": "TCP", "Priority": 1.0}]})

    assert found.permissions() == (Permission(ip_protocol="TCP", priority="1"),)
    assert normalised(CREATE, {"VSwitchId": 1.5}).text("VSwitchId") == "1.5"


@pytest.mark.parametrize(
    ("value", "expected"), [(True, True), (False, False), ("true", True), ("False", False), (" TRUE ", True)]
)
def test_flags_may_be_booleans_or_texts(value: Any, expected: bool) -> None:
    assert normalised(CREATE, {"SourceDestCheck": value}).flag("SourceDestCheck") is expected


@pytest.mark.parametrize("value", [0, 1, "yes", "", [True]])
def test_flag_that_is_no_boolean_is_malformed(value: Any) -> None:
    assert normalised(CREATE, {"SourceDestCheck": value}).malformed == ("SourceDestCheck",)


def test_absent_and_null_parameters_and_platform_noise_leave_nothing() -> None:
    found = normalised(
        ASSIGN, {"Ipv4Prefix": None, "AcsHost": "x", "ClientPort": 1, "stsTokenPlayerUid": "1"}
    )

    assert found == Parameters()
    assert "Ipv4Prefix" not in found

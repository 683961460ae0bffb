"""API items of every kind: what cannot be read names its field."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eniguard.facts.item_fields import ItemError
from eniguard.facts.items import ID_FIELDS, KINDS, read_item


def outcome(kind: str, fields: dict[str, Any]) -> str:
    """What reading an item with these fields gives, or why it is refused."""
    try:
        return f"read: {read_item(kind, {'SecurityGroupId': 'sg-1', ID_FIELDS[kind]: 'one', **fields}).id}"
    except ItemError as error:
        return str(error)


TEXT, OBJECT = ": a text was expected, not ", ": an object was expected, not "
NUMBER, FLAG = ": a number was expected, not ", ": true or false was expected, not "
LIST = " should hold a list"


@pytest.mark.parametrize(
    ("kind", "field", "value", "problem"),
    [
        ("ecs:NetworkInterface", "Status", {}, f"{TEXT}an object"),
        ("ecs:NetworkInterface", "PrivateIpAddress", ["10.0.0.4"], f"{TEXT}a list"),
        ("ecs:NetworkInterface", "ServiceManaged", "perhaps", f"{FLAG}'perhaps'"),
        ("ecs:NetworkInterface", "Attachment", "i-1", f"{OBJECT}a text"),
        ("ecs:NetworkInterface", "Ipv4PrefixSets", "10.0.0.0/28", LIST),
        ("ecs:NetworkInterface", "SecurityGroupIds", {"SecurityGroupId": [{}]}, f"{TEXT}an object"),
        ("ecs:NetworkInterface", "Tags", {"Tag": "a"}, LIST),
        ("ecs:NetworkInterface", "Tags", {"Tag": [7]}, f"{OBJECT}a number"),
        ("ecs:SecurityGroup", "VpcId", [], f"{TEXT}a list"),
        ("ecs:SecurityGroupRule", "PortRange", {}, f"{TEXT}an object"),
        ("ecs:Instance", "VpcAttributes", [1], f"{OBJECT}a list"),
        ("ecs:InstanceType", "EniQuantity", "several", f"{NUMBER}'several'"),
        ("ecs:InstanceType", "EniQuantity", True, f"{NUMBER}true or false"),
        ("ecs:InstanceType", "EniQuantity", 1.5, f"{NUMBER}1.5"),
        ("vpc:VSwitch", "CidrBlock", {}, f"{TEXT}an object"),
        ("vpc:CidrReservation", "AssignedCidrCount", "x" * 99, f"{NUMBER}'xxxx"),
        ("vpc:CidrReservation", "IpVersion", {}, f"{TEXT}an object"),
        ("vpc:EipAddress", "InstanceId", {}, f"{TEXT}an object"),
        ("vpc:Ipv6Address", "Ipv6InternetBandwidth", "bandwidth", f"{OBJECT}a text"),
        ("ecs:PrefixList", "Entries", {"Entry": 7}, LIST),
        ("ram:Role", "IsServiceLinkedRole", [], f"{FLAG}a list"),
        ("ram:Policy", "DefaultPolicyVersion", "v1", f"{OBJECT}a text"),
    ],
)
def test_a_field_of_the_wrong_type_is_named_with_what_was_expected(
    kind: str, field: str, value: Any, problem: str
) -> None:
    said = outcome(kind, {field: value})

    assert said.startswith(f"not an item of {kind}: {field}{problem}")
    assert len(said) < 150


def test_a_whole_real_is_a_number() -> None:
    assert outcome("ecs:InstanceType", {"EniQuantity": 3.0}) == outcome(
        "ecs:InstanceType", {"EniQuantity": 3}
    )


def test_an_object_inside_an_item_is_read_the_same_way() -> None:
    said = outcome("ecs:NetworkInterface", {"Attachment": {"InstanceId": []}})

    assert said == f"not an item of ecs:NetworkInterface: InstanceId{TEXT}a list"


def test_a_rule_of_no_group_is_none() -> None:
    assert "needs SecurityGroupId" in outcome("ecs:SecurityGroupRule", {"SecurityGroupId": None})


INNER = ("Tag", "Ipv6Set", "Entry", "InstanceId", "Statement", "PolicyDocument")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(INNER), inner, max_size=2),
    max_leaves=4,
)
FIELDS = (
    "AssumeRolePolicyDocument",
    "Attachment",
    "DefaultPolicyVersion",
    "Direction",
    "EnabledIpv6",
    "EniQuantity",
    "Entries",
    "IpVersion",
    "Ipv6InternetBandwidth",
    "Ipv6Sets",
    "Policy",
    "PrivateIpAddress",
    "ServiceManaged",
    "Status",
    "Tags",
    "VpcAttributes",
)


@pytest.mark.parametrize("kind", KINDS)
@given(fields=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=3))
def test_an_item_of_any_content_is_read_or_refused_as_an_item(kind: str, fields: dict[str, Any]) -> None:
    assert outcome(kind, fields).startswith(("read: one", f"not an item of {kind}: "))
